import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0003_item_kinds"),
        ("costing", "0002_initial"),
        ("inventory", "0002_promises"),
    ]

    operations = [
        migrations.CreateModel(
            name="Progress",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("position", models.BigIntegerField(default=0, verbose_name="valued up to")),
                ("fence", models.BigIntegerField(null=True)),
                (
                    "writers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
            ],
            options={
                "verbose_name": "how far stock is valued",
                "verbose_name_plural": "how far stock is valued",
            },
        ),
        migrations.AlterField(
            model_name="layerbalance",
            name="item",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="catalog.item",
                verbose_name="item",
            ),
        ),
        migrations.AlterField(
            model_name="layerbalance",
            name="lot",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="inventory.lot",
                verbose_name="lot",
            ),
        ),
    ]
