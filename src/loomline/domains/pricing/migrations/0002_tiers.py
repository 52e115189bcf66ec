import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0006_archived_parties"),
        ("pricing", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tier",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                (
                    "rank",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="1 is the best; a new tier is put behind the others.",
                        verbose_name="rank",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="who belongs in it")),
            ],
            options={
                "verbose_name": "customer tier",
                "verbose_name_plural": "customer tiers",
                "ordering": ["rank", "name"],
            },
        ),
        migrations.AddField(
            model_name="pricelist",
            name="tier",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="price_lists",
                to="pricing.tier",
                verbose_name="for customers of the tier",
            ),
        ),
        migrations.CreateModel(
            name="TierMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateField(verbose_name="since")),
                (
                    "party",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="price_tier",
                        to="parties.party",
                        verbose_name="customer",
                    ),
                ),
                (
                    "tier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="pricing.tier",
                        verbose_name="tier",
                    ),
                ),
            ],
            options={
                "verbose_name": "customer in a tier",
                "verbose_name_plural": "customers in tiers",
                "ordering": ["tier", "party"],
            },
        ),
    ]
