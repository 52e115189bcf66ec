import django.core.serializers.json
import django.db.models.deletion
import loomline.domains.catalog.models.item
import loomline.kernel.money
import loomline.kernel.quantity
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Category",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="catalog.category",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "category",
                "verbose_name_plural": "categories",
                "ordering": ["name", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("name", "parent"),
                        name="catalog_category_once",
                        nulls_distinct=False,
                        violation_error_message="There is already a category of this name here.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "custom",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        verbose_name="own fields",
                    ),
                ),
                ("sku", models.CharField(max_length=60, unique=True, verbose_name="SKU")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "sort_name",
                    models.CharField(default="", editable=False, max_length=220, verbose_name="sort name"),
                ),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("stock", "Kept in stock"),
                            ("service", "Service"),
                            ("phantom", "Phantom, made and used at once"),
                        ],
                        default="stock",
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("colour", models.CharField(blank=True, max_length=60, verbose_name="colour")),
                ("size", models.CharField(blank=True, max_length=30, verbose_name="size")),
                ("swatch", models.CharField(blank=True, max_length=7, verbose_name="swatch")),
                (
                    "tracking",
                    models.CharField(
                        choices=[("none", "Not tracked"), ("lot", "By lot"), ("serial", "By serial number")],
                        default="none",
                        max_length=6,
                        verbose_name="tracking",
                    ),
                ),
                (
                    "supply",
                    models.CharField(
                        choices=[("buy", "Bought"), ("make", "Made")],
                        default="buy",
                        max_length=4,
                        verbose_name="supply",
                    ),
                ),
                (
                    "standard_cost",
                    loomline.kernel.money.PriceField(
                        decimal_places=6, default=0, max_digits=19, verbose_name="standard cost"
                    ),
                ),
                (
                    "list_price",
                    loomline.kernel.money.PriceField(
                        blank=True, decimal_places=6, max_digits=19, null=True, verbose_name="list price"
                    ),
                ),
                (
                    "weight_kg",
                    models.DecimalField(
                        blank=True, decimal_places=6, max_digits=12, null=True, verbose_name="weight in kg"
                    ),
                ),
                (
                    "lead_days",
                    models.PositiveSmallIntegerField(default=0, verbose_name="lead time in working days"),
                ),
                (
                    "reorder_level",
                    loomline.kernel.quantity.QuantityField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="reorder level"
                    ),
                ),
                (
                    "safety_stock",
                    loomline.kernel.quantity.QuantityField(
                        decimal_places=6, default=0, max_digits=20, verbose_name="safety stock"
                    ),
                ),
                (
                    "shelf_life_days",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="shelf life in days"),
                ),
                ("hs_code", models.CharField(blank=True, max_length=14, verbose_name="customs code")),
                (
                    "gtin",
                    models.CharField(
                        blank=True,
                        max_length=14,
                        validators=[loomline.domains.catalog.models.item.check_gtin],
                        verbose_name="GTIN",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="catalog.category",
                        verbose_name="category",
                    ),
                ),
            ],
            options={
                "verbose_name": "item",
                "verbose_name_plural": "items",
                "ordering": ["sort_name", "id"],
                "indexes": [models.Index(fields=["sort_name", "id"], name="catalog_item_sort")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["stock", "service", "phantom"])),
                        name="catalog_item_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("supply__in", ["buy", "make"])), name="catalog_item_supply"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("tracking", "none"),
                            models.Q(("tracking__in", ["none", "lot", "serial"]), ("kind", "stock")),
                            _connector="OR",
                        ),
                        name="catalog_item_tracking",
                        violation_error_message="Only what is kept in stock can be tracked by lot or serial number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("safety_stock__gte", 0),
                            ("standard_cost__gte", 0),
                            models.Q(("list_price__isnull", True), ("list_price__gte", 0), _connector="OR"),
                            models.Q(
                                ("reorder_level__isnull", True), ("reorder_level__gte", 0), _connector="OR"
                            ),
                            models.Q(("weight_kg__isnull", True), ("weight_kg__gte", 0), _connector="OR"),
                        ),
                        name="catalog_item_not_negative",
                        violation_error_message="Cost, price, weight, reorder level and safety stock cannot be negative.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("swatch", ""), ("swatch__regex", "^#[0-9a-fA-F]{6}$"), _connector="OR"
                        ),
                        name="catalog_item_swatch",
                        violation_error_message="Write the swatch as # and six hexadecimal digits, such as #0b7d77.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("gtin", ""), _negated=True),
                        fields=("gtin",),
                        name="catalog_item_gtin",
                        violation_error_message="Another item already has this GTIN.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Pack",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "quantity",
                    loomline.kernel.quantity.QuantityField(
                        decimal_places=6, max_digits=20, verbose_name="holds"
                    ),
                ),
                (
                    "gtin",
                    models.CharField(
                        blank=True,
                        max_length=14,
                        validators=[loomline.domains.catalog.models.item.check_gtin],
                        verbose_name="GTIN",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="packs",
                        to="catalog.item",
                        verbose_name="item",
                    ),
                ),
            ],
            options={
                "verbose_name": "pack",
                "verbose_name_plural": "packs",
                "ordering": ["item", "quantity", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)),
                        name="catalog_pack_quantity",
                        violation_error_message="A pack holds more than nothing.",
                    ),
                    models.UniqueConstraint(
                        fields=("item", "name"),
                        name="catalog_pack_once",
                        violation_error_message="The item already has a pack of this name.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("gtin", ""), _negated=True),
                        fields=("gtin",),
                        name="catalog_pack_gtin",
                        violation_error_message="Another pack already has this GTIN.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Style",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "custom",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        verbose_name="own fields",
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "sort_name",
                    models.CharField(default="", editable=False, max_length=220, verbose_name="sort name"),
                ),
                ("description", models.TextField(blank=True, verbose_name="description")),
                ("colours", models.JSONField(blank=True, default=list, verbose_name="colours")),
                ("sizes", models.JSONField(blank=True, default=list, verbose_name="sizes")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="styles",
                        to="catalog.category",
                        verbose_name="category",
                    ),
                ),
            ],
            options={
                "verbose_name": "style",
                "verbose_name_plural": "styles",
                "ordering": ["sort_name", "id"],
                "indexes": [models.Index(fields=["sort_name", "id"], name="catalog_style_sort")],
            },
        ),
        migrations.AddField(
            model_name="item",
            name="style",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="items",
                to="catalog.style",
                verbose_name="style",
            ),
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=16, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "dimension",
                    models.CharField(
                        choices=[
                            ("count", "Count"),
                            ("mass", "Mass"),
                            ("length", "Length"),
                            ("area", "Area"),
                            ("volume", "Volume"),
                            ("time", "Time"),
                            ("energy", "Energy"),
                        ],
                        default="count",
                        max_length=8,
                        verbose_name="dimension",
                    ),
                ),
                ("places", models.PositiveSmallIntegerField(default=0, verbose_name="decimals shown")),
                (
                    "rec20",
                    models.CharField(
                        blank=True,
                        help_text="UN/ECE Recommendation 20.",
                        max_length=3,
                        verbose_name="code in messages",
                    ),
                ),
            ],
            options={
                "verbose_name": "unit",
                "verbose_name_plural": "units",
                "ordering": ["code"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("dimension__in", ["count", "mass", "length", "area", "volume", "time", "energy"])
                        ),
                        name="catalog_unit_dimension",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("places__lte", 6)),
                        name="catalog_unit_places",
                        violation_error_message="A unit shows at most six decimals.",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="item",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="items",
                to="catalog.unit",
                verbose_name="unit",
            ),
        ),
        migrations.CreateModel(
            name="Conversion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("numerator", models.PositiveBigIntegerField(verbose_name="numerator")),
                ("denominator", models.PositiveBigIntegerField(default=1, verbose_name="denominator")),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        help_text="Leave empty when it holds for all items.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="conversions",
                        to="catalog.item",
                        verbose_name="item",
                    ),
                ),
                (
                    "from_unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.unit",
                        verbose_name="one",
                    ),
                ),
                (
                    "to_unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.unit",
                        verbose_name="is so many",
                    ),
                ),
            ],
            options={
                "verbose_name": "conversion",
                "verbose_name_plural": "conversions",
                "ordering": ["item", "from_unit", "to_unit"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("item", "from_unit", "to_unit"),
                        name="catalog_conversion_once",
                        nulls_distinct=False,
                        violation_error_message="There is already a ratio between these two units. Change that one.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("denominator__gt", 0), ("numerator__gt", 0)),
                        name="catalog_conversion_positive",
                        violation_error_message="Both parts of a ratio must be greater than zero.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("from_unit", models.F("to_unit")), _negated=True),
                        name="catalog_conversion_two_units",
                        violation_error_message="A ratio needs two different units.",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.UniqueConstraint(
                condition=models.Q(("style__isnull", False)),
                fields=("style", "colour", "size"),
                name="catalog_item_variant",
                violation_error_message="The style already has an item in this colour and size.",
            ),
        ),
    ]
