"""Work centres and minutes on routes; alternates, co-products, materials that nobody issues."""

import django.core.validators
import django.db.models.deletion
import loomline.kernel.quantity
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bills", "0001_initial"),
        ("catalog", "0003_item_kinds"),
        ("parties", "0010_sparse_ties"),
        ("sites", "0001_initial"),
        ("workcentres", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Alternate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=1, verbose_name="position")),
                (
                    "factor",
                    loomline.kernel.quantity.QuantityField(
                        decimal_places=6,
                        default=1,
                        help_text="Of it, for one of the material it stands in for.",
                        max_digits=20,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.000001"))],
                        verbose_name="so many for one",
                    ),
                ),
            ],
            options={
                "verbose_name": "alternate of a material",
                "verbose_name_plural": "alternates of materials",
                "ordering": ["line", "position", "id"],
            },
        ),
        migrations.CreateModel(
            name="CoProduct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=1, verbose_name="position")),
                (
                    "kind",
                    models.CharField(
                        choices=[("co", "Co-product"), ("by", "By-product")],
                        default="by",
                        max_length=2,
                        verbose_name="kind",
                    ),
                ),
                (
                    "quantity",
                    loomline.kernel.quantity.QuantityField(
                        decimal_places=6,
                        help_text="What comes out beside the quantity that the bill is for.",
                        max_digits=20,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.000001"))],
                        verbose_name="quantity",
                    ),
                ),
            ],
            options={
                "verbose_name": "co-product of a bill",
                "verbose_name_plural": "co-products of bills",
                "ordering": ["bill", "position", "id"],
            },
        ),
        migrations.AddField(
            model_name="billline",
            name="backflush",
            field=models.BooleanField(
                default=False,
                help_text="Nobody issues it: what the bill asks for leaves the stock when goods come out.",
                verbose_name="taken with the output",
            ),
        ),
        migrations.AddField(
            model_name="routestage",
            name="centre",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="route_stages",
                to="workcentres.workcentre",
                verbose_name="at work centre",
            ),
        ),
        migrations.AddField(
            model_name="routestage",
            name="move_minutes",
            field=models.DecimalField(
                blank=True,
                decimal_places=4,
                default=Decimal("0"),
                help_text="Minutes to the next stage on the same site.",
                max_digits=12,
                validators=[django.core.validators.MinValueValidator(0)],
                verbose_name="move",
            ),
        ),
        migrations.AddField(
            model_name="routestage",
            name="queue_minutes",
            field=models.DecimalField(
                blank=True,
                decimal_places=4,
                default=Decimal("0"),
                help_text="Minutes of waiting before the set-up.",
                max_digits=12,
                validators=[django.core.validators.MinValueValidator(0)],
                verbose_name="queue",
            ),
        ),
        migrations.AddField(
            model_name="routestage",
            name="run_minutes",
            field=models.DecimalField(
                blank=True,
                decimal_places=4,
                default=Decimal("0"),
                help_text="Minutes for one, in this stage's unit.",
                max_digits=12,
                validators=[django.core.validators.MinValueValidator(0)],
                verbose_name="run",
            ),
        ),
        migrations.AddField(
            model_name="routestage",
            name="setup_minutes",
            field=models.DecimalField(
                blank=True,
                decimal_places=4,
                default=Decimal("0"),
                help_text="Minutes before the first piece.",
                max_digits=12,
                validators=[django.core.validators.MinValueValidator(0)],
                verbose_name="set-up",
            ),
        ),
        migrations.AddConstraint(
            model_name="routestage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("move_minutes__gte", 0),
                    ("queue_minutes__gte", 0),
                    ("run_minutes__gte", 0),
                    ("setup_minutes__gte", 0),
                ),
                name="bills_route_minutes",
                violation_error_message="Minutes cannot be negative.",
            ),
        ),
        migrations.AddField(
            model_name="alternate",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="alternate_in",
                to="catalog.item",
                verbose_name="instead",
            ),
        ),
        migrations.AddField(
            model_name="alternate",
            name="line",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="alternates",
                to="bills.billline",
                verbose_name="material",
            ),
        ),
        migrations.AddField(
            model_name="coproduct",
            name="bill",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="co_products",
                to="bills.bill",
                verbose_name="bill",
            ),
        ),
        migrations.AddField(
            model_name="coproduct",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="co_product_of",
                to="catalog.item",
                verbose_name="item",
            ),
        ),
        migrations.AddConstraint(
            model_name="alternate",
            constraint=models.UniqueConstraint(
                fields=("line", "item"),
                name="bills_alternate_once",
                violation_error_message="This item stands in for the material already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="alternate",
            constraint=models.CheckConstraint(
                condition=models.Q(("factor__gt", 0)),
                name="bills_alternate_factor",
                violation_error_message="An alternate needs a factor above 0.",
            ),
        ),
        migrations.AddConstraint(
            model_name="coproduct",
            constraint=models.UniqueConstraint(
                fields=("bill", "item"),
                name="bills_coproduct_once",
                violation_error_message="The bill names this co-product already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="coproduct",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)),
                name="bills_coproduct_quantity",
                violation_error_message="A co-product needs a quantity above 0.",
            ),
        ),
        migrations.AddConstraint(
            model_name="coproduct",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["co", "by"])), name="bills_coproduct_kind"
            ),
        ),
    ]
