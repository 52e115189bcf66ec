"""The tables of supplier invoices move in from finance as they are; what was written under their old names is
renamed.
"""

import django.core.serializers.json
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import loomline.kernel.money
import loomline.kernel.number
import loomline.kernel.quantity
import loomline.kernel.state
from loomline.kernel.migrations._moved import renamed, renames

RECORDS = {"supplierinvoice": "supplier-invoices", "supplierinvoiceline": "supplier-invoice-lines"}
VERBS = [f"{verb}_supplier_invoice" for verb in ("enter", "match", "approve", "pay", "reject")]
EVENTS = [f"SupplierInvoice{what}" for what in ("Entered", "Matched", "Approved", "Paid", "Rejected")]
NAMES = renames("finance", "payables", records=RECORDS, names=[*VERBS, *EVENTS])
ALSO = {f"finance.{rest}": [f"payables.{rest}"] for rest in ("*", "view", "do")}

STATE = [
    migrations.CreateModel(
        name="SupplierInvoice",
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
            ("revision", models.PositiveIntegerField(default=1, editable=False, verbose_name="revision")),
            (
                "number",
                loomline.kernel.number.NumberField(
                    editable=False,
                    max_length=40,
                    prefix="SI-",
                    series="supplier_invoice",
                    unique=True,
                    verbose_name="number",
                    width=4,
                ),
            ),
            (
                "state",
                loomline.kernel.state.StateField(
                    choices=[
                        ("entered", "Entered"),
                        ("matched", "Matched"),
                        ("approved", "Approved"),
                        ("paid", "Paid"),
                        ("rejected", "Rejected"),
                    ],
                    default="entered",
                    max_length=24,
                    verbose_name="state",
                ),
            ),
            ("their_number", models.CharField(max_length=60, verbose_name="their number")),
            ("issued_on", models.DateField(verbose_name="issued")),
            (
                "due_on",
                models.DateField(
                    blank=True, help_text="Empty: as agreed with the supplier.", verbose_name="due"
                ),
            ),
            (
                "currency",
                loomline.kernel.money.CurrencyField(
                    blank=True, help_text="Empty: the supplier's.", max_length=3, verbose_name="currency"
                ),
            ),
            (
                "net",
                loomline.kernel.money.AmountField(
                    decimal_places=4, default=0, max_digits=19, verbose_name="net"
                ),
            ),
            (
                "tax",
                loomline.kernel.money.AmountField(
                    decimal_places=4, default=0, max_digits=19, verbose_name="tax"
                ),
            ),
            (
                "total",
                loomline.kernel.money.AmountField(
                    decimal_places=4, default=0, max_digits=19, verbose_name="total"
                ),
            ),
            ("note", models.TextField(blank=True, verbose_name="note")),
            (
                "reason",
                models.CharField(blank=True, editable=False, max_length=200, verbose_name="reason"),
            ),
            ("approved_at", models.DateTimeField(editable=False, null=True, verbose_name="approved")),
            ("paid_on", models.DateField(editable=False, null=True, verbose_name="paid on")),
            (
                "approved_by",
                models.ForeignKey(
                    editable=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="approved by",
                ),
            ),
            (
                "owner",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="owner",
                ),
            ),
            (
                "purchase",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="supplier_invoices",
                    to="procurement.purchase",
                    verbose_name="purchase order",
                ),
            ),
            (
                "supplier",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="supplier_invoices",
                    to="parties.party",
                    verbose_name="supplier",
                ),
            ),
        ],
        options={
            "verbose_name": "supplier invoice",
            "verbose_name_plural": "supplier invoices",
            "db_table": "finance_supplierinvoice",
            "ordering": ["-id"],
        },
    ),
    migrations.CreateModel(
        name="SupplierInvoiceLine",
        fields=[
            (
                "id",
                models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
            ),
            ("position", models.PositiveSmallIntegerField(default=1, verbose_name="position")),
            ("description", models.CharField(blank=True, max_length=300, verbose_name="description")),
            (
                "quantity",
                loomline.kernel.quantity.QuantityField(
                    decimal_places=6, max_digits=20, verbose_name="quantity"
                ),
            ),
            (
                "price",
                loomline.kernel.money.PriceField(
                    decimal_places=6, default=0, max_digits=19, verbose_name="price"
                ),
            ),
            (
                "tax_rate",
                models.DecimalField(
                    blank=True, decimal_places=4, default=0, max_digits=5, verbose_name="tax rate"
                ),
            ),
            (
                "amount",
                loomline.kernel.money.AmountField(
                    decimal_places=4, default=0, max_digits=19, verbose_name="amount"
                ),
            ),
            (
                "received",
                loomline.kernel.quantity.QuantityField(
                    decimal_places=6, editable=False, max_digits=20, null=True, verbose_name="received"
                ),
            ),
            (
                "agreed_price",
                loomline.kernel.money.PriceField(
                    decimal_places=6,
                    editable=False,
                    max_digits=19,
                    null=True,
                    verbose_name="agreed price",
                ),
            ),
            (
                "difference",
                loomline.kernel.money.AmountField(
                    decimal_places=4, default=0, editable=False, max_digits=19, verbose_name="difference"
                ),
            ),
            (
                "invoice",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="lines",
                    to="payables.supplierinvoice",
                    verbose_name="supplier invoice",
                ),
            ),
            (
                "item",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="catalog.item",
                    verbose_name="item",
                ),
            ),
            (
                "purchase_line",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="supplier_invoice_lines",
                    to="procurement.purchaseline",
                    verbose_name="purchase order line",
                ),
            ),
        ],
        options={
            "verbose_name": "supplier invoice line",
            "verbose_name_plural": "supplier invoice lines",
            "db_table": "finance_supplierinvoiceline",
            "ordering": ["invoice", "position", "id"],
        },
    ),
    migrations.AddIndex(
        model_name="supplierinvoice",
        index=models.Index(fields=["state", "due_on"], name="finance_supplier_due_on"),
    ),
    migrations.AddConstraint(
        model_name="supplierinvoice",
        constraint=models.UniqueConstraint(
            condition=models.Q(("state", "rejected"), _negated=True),
            fields=("supplier", "their_number"),
            name="finance_supplier_number",
            violation_error_message="This invoice of the supplier was entered before. Look it up by its number.",
        ),
    ),
    migrations.AddConstraint(
        model_name="supplierinvoice",
        constraint=models.CheckConstraint(
            condition=models.Q(
                (
                    "total",
                    django.db.models.expressions.CombinedExpression(models.F("net"), "+", models.F("tax")),
                )
            ),
            name="finance_supplier_total",
            violation_error_message="The invoice's total must be its net sum and tax.",
        ),
    ),
    migrations.AddConstraint(
        model_name="supplierinvoice",
        constraint=models.CheckConstraint(
            condition=models.Q(("due_on__gte", models.F("issued_on"))),
            name="finance_supplier_due",
            violation_error_message="An invoice cannot be due before it was issued.",
        ),
    ),
    migrations.AddConstraint(
        model_name="supplierinvoice",
        constraint=models.CheckConstraint(
            condition=models.Q(
                models.Q(("state", "rejected"), _negated=True),
                models.Q(("reason", ""), _negated=True),
                _connector="OR",
            ),
            name="finance_supplier_reason",
            violation_error_message="Say why the invoice is rejected.",
        ),
    ),
    migrations.AddIndex(
        model_name="supplierinvoiceline",
        index=models.Index(fields=["invoice", "position"], name="finance_supplier_line_invoice"),
    ),
    migrations.AddConstraint(
        model_name="supplierinvoiceline",
        constraint=models.CheckConstraint(
            condition=models.Q(("quantity__gt", 0)),
            name="finance_supplier_line_quantity",
            violation_error_message="A line needs a quantity above zero.",
        ),
    ),
    migrations.AddConstraint(
        model_name="supplierinvoiceline",
        constraint=models.CheckConstraint(
            condition=models.Q(("tax_rate__gte", 0), ("tax_rate__lte", 1)),
            name="finance_supplier_line_tax",
            violation_error_message="A tax rate lies between 0 and 100 percent.",
        ),
    ),
]


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("finance", "0003_rates_move_out"),
        ("catalog", "0001_initial"),
        ("parties", "0001_initial"),
        ("procurement", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=STATE),
        renamed(NAMES, also=ALSO),
    ]
