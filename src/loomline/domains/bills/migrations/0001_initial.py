"""The tables of bills and routes move in from manufacturing as they are; what was written under their old
names is renamed.
"""

from decimal import Decimal

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import loomline.domains.bills.models.bill
import loomline.kernel.money
import loomline.kernel.quantity
from loomline.kernel.migrations._moved import renamed, renames

RECORDS = {"bill": "bills", "billline": "bill-lines", "routestage": "route-stages"}
VERBS = ["add_bill", "add_bills", "revise_bill", "retire_bill"]
NAMES = renames("manufacturing", "bills", records=RECORDS, names=[*VERBS, "BillAdded", "BillRetired"])
ALSO = {f"manufacturing.{rest}": [f"bills.{rest}"] for rest in ("*", "view", "do")}

STATE = [
    migrations.CreateModel(
        name="Bill",
        fields=[
            (
                "id",
                models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
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
            (
                "version",
                models.PositiveSmallIntegerField(default=1, editable=False, verbose_name="version"),
            ),
            (
                "batch",
                loomline.kernel.quantity.QuantityField(
                    decimal_places=6,
                    default=1,
                    help_text="The quantities of the lines make this many.",
                    max_digits=20,
                    validators=[django.core.validators.MinValueValidator(Decimal("0.000001"))],
                    verbose_name="for a quantity of",
                ),
            ),
            (
                "valid",
                django.contrib.postgres.fields.ranges.DateRangeField(
                    default=loomline.domains.bills.models.bill.always,
                    help_text="The end is the first day it no longer holds.",
                    verbose_name="valid",
                ),
            ),
            ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ("note", models.TextField(blank=True, verbose_name="note")),
            (
                "item",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="bills",
                    to="catalog.item",
                    verbose_name="item",
                ),
            ),
            (
                "style",
                models.ForeignKey(
                    blank=True,
                    help_text="One bill for all colours and sizes of the style.",
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="bills",
                    to="catalog.style",
                    verbose_name="style",
                ),
            ),
        ],
        options={
            "verbose_name": "bill of materials",
            "verbose_name_plural": "bills of materials",
            "db_table": "manufacturing_bill",
            "ordering": ["-id"],
        },
    ),
    migrations.CreateModel(
        name="BillLine",
        fields=[
            (
                "id",
                models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
            ),
            ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
            (
                "quantity",
                loomline.kernel.quantity.QuantityField(
                    decimal_places=6, max_digits=20, verbose_name="quantity"
                ),
            ),
            (
                "by_size",
                models.JSONField(
                    blank=True,
                    default=dict,
                    help_text='Where a size needs another one: {"XL": "0.47"}.',
                    verbose_name="quantity by size",
                ),
            ),
            (
                "colours",
                models.JSONField(
                    blank=True,
                    default=list,
                    help_text="Empty: for all colours.",
                    verbose_name="only for colours",
                ),
            ),
            (
                "sizes",
                models.JSONField(
                    blank=True,
                    default=list,
                    help_text="Empty: for all sizes.",
                    verbose_name="only for sizes",
                ),
            ),
            (
                "scrap",
                models.DecimalField(
                    decimal_places=4,
                    default=0,
                    help_text="Extra share of material: 0.04 is 4 % more.",
                    max_digits=6,
                    validators=[
                        django.core.validators.MinValueValidator(0),
                        django.core.validators.MaxValueValidator(10),
                    ],
                    verbose_name="scrap",
                ),
            ),
            (
                "stage_position",
                models.PositiveSmallIntegerField(
                    blank=True,
                    help_text="The position of a stage of the route; empty: the first.",
                    null=True,
                    verbose_name="used at stage",
                ),
            ),
            (
                "bill",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="lines",
                    to="bills.bill",
                    verbose_name="bill",
                ),
            ),
            (
                "component",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="used_in",
                    to="catalog.item",
                    verbose_name="material",
                ),
            ),
            (
                "component_style",
                models.ForeignKey(
                    blank=True,
                    help_text="The variant of this style with the colour, and where it has sizes the size, of what is made.",
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="used_in",
                    to="catalog.style",
                    verbose_name="material in the same colour",
                ),
            ),
        ],
        options={
            "verbose_name": "material of a bill",
            "verbose_name_plural": "materials of bills",
            "db_table": "manufacturing_billline",
            "ordering": ["bill", "position", "id"],
        },
    ),
    migrations.CreateModel(
        name="RouteStage",
        fields=[
            (
                "id",
                models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
            ),
            ("position", models.PositiveSmallIntegerField(verbose_name="position")),
            ("name", models.CharField(max_length=80, verbose_name="name")),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("yarn", "Yarn"),
                        ("dyeing", "Dyeing"),
                        ("knitting", "Knitting"),
                        ("tailoring", "Tailoring"),
                        ("assembly", "Assembly"),
                        ("check", "Quality check"),
                        ("packing", "Packing"),
                        ("other", "Other work"),
                    ],
                    default="other",
                    max_length=10,
                    verbose_name="kind",
                ),
            ),
            ("days", models.PositiveSmallIntegerField(default=1, verbose_name="working days")),
            (
                "per_day",
                loomline.kernel.quantity.QuantityField(
                    blank=True,
                    decimal_places=6,
                    help_text="Adds a working day for every so many; empty: the days above are enough for any quantity.",
                    max_digits=20,
                    null=True,
                    verbose_name="capacity a day",
                ),
            ),
            (
                "move_days",
                models.PositiveSmallIntegerField(
                    default=0, help_text="Working days to the next stage.", verbose_name="days on the way"
                ),
            ),
            (
                "rate",
                loomline.kernel.money.PriceField(
                    decimal_places=6,
                    default=0,
                    help_text="What the partner charges.",
                    max_digits=19,
                    validators=[django.core.validators.MinValueValidator(0)],
                    verbose_name="cost per piece",
                ),
            ),
            (
                "factor",
                loomline.kernel.quantity.QuantityField(
                    decimal_places=6,
                    default=1,
                    help_text="Of this stage's unit for one of what is made: 0.42 kg for 1 pcs.",
                    max_digits=20,
                    verbose_name="so many for one",
                ),
            ),
            (
                "bill",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="stages",
                    to="bills.bill",
                    verbose_name="bill",
                ),
            ),
            (
                "item",
                models.ForeignKey(
                    blank=True,
                    help_text="The half-finished item whose lots leave this stage; empty: none is kept in stock.",
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="made_at_stages",
                    to="catalog.item",
                    verbose_name="gives",
                ),
            ),
            (
                "partner",
                models.ForeignKey(
                    blank=True,
                    help_text="Empty: by ourselves.",
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="route_stages",
                    to="parties.party",
                    verbose_name="done by",
                ),
            ),
            (
                "site",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="route_stages",
                    to="sites.site",
                    verbose_name="at site",
                ),
            ),
            (
                "unit",
                models.ForeignKey(
                    blank=True,
                    db_index=False,
                    help_text="Empty: in the unit of what is made.",
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="catalog.unit",
                    verbose_name="counted in",
                ),
            ),
        ],
        options={
            "verbose_name": "stage of a route",
            "verbose_name_plural": "stages of routes",
            "db_table": "manufacturing_routestage",
            "ordering": ["bill", "position"],
        },
    ),
    migrations.AddConstraint(
        model_name="bill",
        constraint=models.CheckConstraint(
            condition=models.Q(
                models.Q(("item__isnull", False), ("style__isnull", True)),
                models.Q(("item__isnull", True), ("style__isnull", False)),
                _connector="OR",
            ),
            name="manufacturing_bill_of_one",
            violation_error_message="A bill is for one item or for one style: choose exactly one.",
        ),
    ),
    migrations.AddConstraint(
        model_name="bill",
        constraint=models.CheckConstraint(
            condition=models.Q(("batch__gt", 0)),
            name="manufacturing_bill_batch",
            violation_error_message="A bill makes more than 0.",
        ),
    ),
    migrations.AddConstraint(
        model_name="bill",
        constraint=models.UniqueConstraint(
            fields=("item", "style", "version"),
            name="manufacturing_bill_version",
            nulls_distinct=False,
            violation_error_message="This version of the bill exists already.",
        ),
    ),
    migrations.AddConstraint(
        model_name="bill",
        constraint=django.contrib.postgres.constraints.ExclusionConstraint(
            condition=models.Q(("is_active", True), ("item__isnull", False)),
            expressions=[("item", "="), ("valid", "&&")],
            name="manufacturing_bill_item_once",
            violation_error_message="The item already has a bill for these days. End that one first.",
        ),
    ),
    migrations.AddConstraint(
        model_name="bill",
        constraint=django.contrib.postgres.constraints.ExclusionConstraint(
            condition=models.Q(("is_active", True), ("style__isnull", False)),
            expressions=[("style", "="), ("valid", "&&")],
            name="manufacturing_bill_style_once",
            violation_error_message="The style already has a bill for these days. End that one first.",
        ),
    ),
    migrations.AddIndex(
        model_name="billline",
        index=models.Index(fields=["bill", "position"], name="manufacturing_line_bill"),
    ),
    migrations.AddConstraint(
        model_name="billline",
        constraint=models.CheckConstraint(
            condition=models.Q(
                models.Q(("component__isnull", False), ("component_style__isnull", True)),
                models.Q(("component__isnull", True), ("component_style__isnull", False)),
                _connector="OR",
            ),
            name="manufacturing_line_of_one",
            violation_error_message="A line names one item, or one style whose colour follows: exactly one.",
        ),
    ),
    migrations.AddConstraint(
        model_name="billline",
        constraint=models.CheckConstraint(
            condition=models.Q(("quantity__gt", 0), ("scrap__gte", 0)),
            name="manufacturing_line_quantity",
            violation_error_message="A material needs a quantity above 0, and its scrap cannot be negative.",
        ),
    ),
    migrations.AddConstraint(
        model_name="routestage",
        constraint=models.UniqueConstraint(
            fields=("bill", "position"),
            name="manufacturing_route_position",
            violation_error_message="Two stages of one route cannot have the same position.",
        ),
    ),
    migrations.AddConstraint(
        model_name="routestage",
        constraint=models.CheckConstraint(
            condition=models.Q(
                (
                    "kind__in",
                    ["yarn", "dyeing", "knitting", "tailoring", "assembly", "check", "packing", "other"],
                )
            ),
            name="manufacturing_route_kind",
        ),
    ),
    migrations.AddConstraint(
        model_name="routestage",
        constraint=models.CheckConstraint(
            condition=models.Q(
                ("factor__gt", 0),
                models.Q(("per_day__isnull", True), ("per_day__gt", 0), _connector="OR"),
                ("rate__gte", 0),
            ),
            name="manufacturing_route_amounts",
            violation_error_message="Capacity and factor must be above 0, and the cost cannot be negative.",
        ),
    ),
]


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("manufacturing", "0001_initial"),
        ("catalog", "0002_sort_name"),
        ("parties", "0004_roles_now"),
        ("sites", "0001_initial"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=STATE),
        renamed(NAMES, also=ALSO),
    ]
