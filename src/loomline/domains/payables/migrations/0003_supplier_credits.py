import django.core.serializers.json
import django.db.models.deletion
import django.db.models.expressions
import loomline.kernel.money
import loomline.kernel.number
import loomline.kernel.quantity
import loomline.kernel.state
from django.conf import settings
from django.db import migrations, models


# Whoever writes uses of credit notes, by whatever way: note and invoice count them, and their own rules say
# no when it is too much. Adding up (never setting) makes two of them at the same moment safe.
APPLIED = """
CREATE OR REPLACE FUNCTION payables_count_applications() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
BEGIN
    UPDATE finance_supplierinvoice i SET credited = i.credited + n.amount
    FROM (SELECT invoice_id, sum(amount) AS amount FROM new_rows GROUP BY invoice_id) n
    WHERE i.id = n.invoice_id;
    UPDATE payables_suppliercredit c SET applied = c.applied + n.amount
    FROM (SELECT credit_id, sum(amount) AS amount FROM new_rows GROUP BY credit_id) n
    WHERE c.id = n.credit_id;
    RETURN NULL;
END $body$;

CREATE TRIGGER payables_count_applications AFTER INSERT ON payables_creditapplication
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION payables_count_applications();
"""
# No more is credited of a line than it asks for, whoever writes it; rejected notes do not count. The line
# stays locked, so that two notes at the same moment follow each other.
WITHIN = """
CREATE OR REPLACE FUNCTION payables_credited_within() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
DECLARE
    most record;
    said record;
BEGIN
    IF NEW.invoice_line_id IS NULL THEN RETURN NULL; END IF;
    SELECT quantity, amount INTO most FROM finance_supplierinvoiceline WHERE id = NEW.invoice_line_id
    FOR NO KEY UPDATE;
    SELECT coalesce(sum(l.quantity) FILTER (WHERE l.kind = 'quantity'), 0) AS quantity, sum(l.amount) AS amount
    INTO said FROM payables_suppliercreditline l
    JOIN payables_suppliercredit c ON c.id = l.credit_id AND c.state <> 'rejected'
    WHERE l.invoice_line_id = NEW.invoice_line_id;
    IF said.quantity > most.quantity OR said.amount > most.amount THEN
        RAISE EXCEPTION 'Line % has % for % to credit, not % for %.', NEW.invoice_line_id,
            most.quantity, most.amount, said.quantity, said.amount
        USING ERRCODE = 'check_violation', CONSTRAINT = 'payables_credited_within',
            TABLE = 'payables_suppliercreditline';
    END IF;
    RETURN NULL;
END $body$;

CREATE TRIGGER payables_credited_within AFTER INSERT OR UPDATE ON payables_suppliercreditline
FOR EACH ROW EXECUTE FUNCTION payables_credited_within();
"""
# No more is taken off a bill of received goods than it has of them.
TAKEN = """
CREATE OR REPLACE FUNCTION payables_taken_within() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
DECLARE
    most numeric;
    said numeric;
BEGIN
    SELECT quantity INTO most FROM payables_matchallocation WHERE id = NEW.billed_id FOR NO KEY UPDATE;
    SELECT sum(quantity) INTO said FROM payables_creditallocation WHERE billed_id = NEW.billed_id;
    IF said > most THEN
        RAISE EXCEPTION 'Allocation % has % to credit, not %.', NEW.billed_id, most, said
        USING ERRCODE = 'check_violation', CONSTRAINT = 'payables_taken_within',
            TABLE = 'payables_creditallocation';
    END IF;
    RETURN NULL;
END $body$;

CREATE TRIGGER payables_taken_within AFTER INSERT ON payables_creditallocation
FOR EACH ROW EXECUTE FUNCTION payables_taken_within();
"""
# What was credited of a receipt may be billed again.
BILLED = """
CREATE OR REPLACE FUNCTION payables_allocated_once() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
DECLARE
    most numeric;
    said numeric;
BEGIN
    SELECT quantity - rejected INTO most FROM procurement_receiptline WHERE id = NEW.receipt_line_id
    FOR NO KEY UPDATE;
    SELECT sum(quantity) - coalesce((SELECT sum(c.quantity) FROM payables_creditallocation c
            JOIN payables_matchallocation b ON b.id = c.billed_id
            WHERE b.receipt_line_id = NEW.receipt_line_id), 0)
    INTO said FROM payables_matchallocation WHERE receipt_line_id = NEW.receipt_line_id;
    IF said > most THEN
        RAISE EXCEPTION 'Receipt line % has % to bill, not %.', NEW.receipt_line_id, most, said
        USING ERRCODE = 'check_violation', CONSTRAINT = 'payables_allocated_once',
            TABLE = 'payables_matchallocation';
    END IF;
    SELECT quantity INTO most FROM finance_supplierinvoiceline WHERE id = NEW.line_id FOR NO KEY UPDATE;
    SELECT sum(quantity) INTO said FROM payables_matchallocation WHERE line_id = NEW.line_id;
    IF said > most THEN
        RAISE EXCEPTION 'Line % bills %, not %.', NEW.line_id, most, said
        USING ERRCODE = 'check_violation', CONSTRAINT = 'payables_allocated_within',
            TABLE = 'payables_matchallocation';
    END IF;
    RETURN NULL;
END $body$;
"""
BACKWARD = """
DROP TRIGGER IF EXISTS payables_count_applications ON payables_creditapplication;
DROP FUNCTION payables_count_applications();
DROP TRIGGER IF EXISTS payables_credited_within ON payables_suppliercreditline;
DROP FUNCTION payables_credited_within();
DROP TRIGGER IF EXISTS payables_taken_within ON payables_creditallocation;
DROP FUNCTION payables_taken_within();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0003_item_kinds"),
        ("inventory", "0005_frozen_places"),
        ("parties", "0010_sparse_ties"),
        ("payables", "0002_matching"),
        ("procurement", "0002_versions_and_answers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Consumption",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "quantity",
                    loomline.kernel.quantity.QuantityField(
                        decimal_places=6, max_digits=20, verbose_name="quantity"
                    ),
                ),
                ("taken_on", models.DateField(verbose_name="became ours")),
                (
                    "price",
                    loomline.kernel.money.PriceField(
                        decimal_places=6,
                        help_text="Of the contract, else of the supplier's list.",
                        max_digits=19,
                        null=True,
                        verbose_name="price",
                    ),
                ),
                ("currency", loomline.kernel.money.CurrencyField(max_length=3, verbose_name="currency")),
                ("source", models.CharField(blank=True, max_length=120, verbose_name="agreed in")),
                (
                    "invoice_line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consumed",
                        to="payables.supplierinvoiceline",
                        verbose_name="settled by",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.item",
                        verbose_name="item",
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.lot",
                        verbose_name="lot",
                    ),
                ),
                (
                    "move",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consumption",
                        to="inventory.stockmove",
                        verbose_name="stock move",
                    ),
                ),
                (
                    "supplier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consumptions",
                        to="parties.party",
                        verbose_name="supplier",
                    ),
                ),
            ],
            options={
                "verbose_name": "use of consigned goods",
                "verbose_name_plural": "uses of consigned goods",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("invoice_line__isnull", True)),
                        fields=["supplier", "taken_on"],
                        name="payables_consumption_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quantity__gt", 0),
                            models.Q(("price__isnull", True), ("price__gte", 0), _connector="OR"),
                        ),
                        name="payables_consumption_quantity",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("invoice_line__isnull", True), ("price__isnull", False), _connector="OR"
                        ),
                        name="payables_consumption_priced",
                        violation_error_message="Goods without a price cannot be settled.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditAllocation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "quantity",
                    loomline.kernel.quantity.QuantityField(
                        decimal_places=6, max_digits=20, verbose_name="quantity"
                    ),
                ),
                ("is_returned", models.BooleanField(default=False, verbose_name="sent back")),
            ],
            options={
                "verbose_name": "allocation of a credit note",
                "verbose_name_plural": "allocations of credit notes",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="CreditApplication",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "amount",
                    loomline.kernel.money.AmountField(decimal_places=4, max_digits=19, verbose_name="amount"),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
            ],
            options={
                "verbose_name": "use of a credit note",
                "verbose_name_plural": "uses of credit notes",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="SupplierCredit",
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
                ("revision", models.PositiveIntegerField(default=1, editable=False, verbose_name="revision")),
                (
                    "number",
                    loomline.kernel.number.NumberField(
                        editable=False,
                        max_length=40,
                        prefix="SCN-",
                        series="supplier_credit",
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
                            ("open", "Open"),
                            ("used", "Used up"),
                            ("rejected", "Rejected"),
                        ],
                        default="entered",
                        max_length=24,
                        verbose_name="state",
                    ),
                ),
                (
                    "their_number",
                    models.CharField(
                        help_text="As printed on the supplier's credit note.",
                        max_length=60,
                        verbose_name="their number",
                    ),
                ),
                (
                    "issued_on",
                    models.DateField(
                        help_text="The day on the supplier's credit note.", verbose_name="issued"
                    ),
                ),
                (
                    "booked_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: the day it was issued. A day whose books are open.",
                        verbose_name="booked on",
                    ),
                ),
                (
                    "currency",
                    loomline.kernel.money.CurrencyField(
                        blank=True, help_text="Empty: as invoiced.", max_length=3, verbose_name="currency"
                    ),
                ),
                (
                    "net",
                    loomline.kernel.money.AmountField(
                        decimal_places=4, default=0, editable=False, max_digits=19, verbose_name="net"
                    ),
                ),
                (
                    "tax",
                    loomline.kernel.money.AmountField(
                        decimal_places=4, default=0, editable=False, max_digits=19, verbose_name="tax"
                    ),
                ),
                (
                    "total",
                    loomline.kernel.money.AmountField(
                        decimal_places=4, default=0, max_digits=19, verbose_name="total"
                    ),
                ),
                (
                    "applied",
                    loomline.kernel.money.AmountField(
                        decimal_places=4, default=0, editable=False, max_digits=19, verbose_name="used"
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="what for")),
                (
                    "rejected_reason",
                    models.CharField(blank=True, editable=False, max_length=200, verbose_name="why rejected"),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("posted_at", models.DateTimeField(editable=False, null=True, verbose_name="posted")),
            ],
            options={
                "verbose_name": "supplier credit note",
                "verbose_name_plural": "supplier credit notes",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="SupplierCreditLine",
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
                        choices=[("quantity", "Quantity"), ("price", "Price")],
                        default="quantity",
                        help_text="Quantity: it need not be paid. Price: it was too dear.",
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
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
                        decimal_places=6,
                        help_text="What is given back for each.",
                        max_digits=19,
                        verbose_name="price",
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
                    loomline.kernel.money.AmountField(decimal_places=4, max_digits=19, verbose_name="amount"),
                ),
            ],
            options={
                "verbose_name": "supplier credit note line",
                "verbose_name_plural": "supplier credit note lines",
                "ordering": ["credit", "position", "id"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="supplierinvoice",
            name="payables_invoice_discount_taken",
        ),
        migrations.AddField(
            model_name="supplierinvoice",
            name="credited",
            field=loomline.kernel.money.AmountField(
                decimal_places=4, default=0, editable=False, max_digits=19, verbose_name="settled by credit"
            ),
        ),
        loomline.kernel.state.AlterStates(
            model_name="supplierinvoice",
            name="state",
            field=loomline.kernel.state.StateField(
                choices=[
                    ("entered", "Entered"),
                    ("held", "Held"),
                    ("matched", "Matched"),
                    ("approved", "Approved"),
                    ("paid", "Paid"),
                    ("credited", "Credited"),
                    ("rejected", "Rejected"),
                ],
                default="entered",
                max_length=24,
                verbose_name="state",
            ),
        ),
        migrations.AddConstraint(
            model_name="supplierinvoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("discount_taken", 0),
                    models.Q(
                        ("discount_taken__gt", 0),
                        (
                            "discount_taken__lte",
                            django.db.models.expressions.CombinedExpression(
                                models.F("total"), "-", models.F("credited")
                            ),
                        ),
                        ("state", "paid"),
                    ),
                    _connector="OR",
                ),
                name="payables_invoice_discount_taken",
            ),
        ),
        migrations.AddConstraint(
            model_name="supplierinvoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("credited", 0),
                    models.Q(
                        ("credited__gt", 0),
                        ("credited__lt", models.F("total")),
                        ("state__in", ("approved", "paid")),
                    ),
                    models.Q(
                        ("credited", models.F("total")),
                        ("credited__gt", 0),
                        ("state__in", ("approved", "credited")),
                    ),
                    _connector="OR",
                ),
                name="payables_invoice_credited",
                violation_error_message="An invoice cannot be credited by more than is open of it.",
            ),
        ),
        migrations.AddField(
            model_name="creditallocation",
            name="billed",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credited",
                to="payables.matchallocation",
                verbose_name="allocation of a bill",
            ),
        ),
        migrations.AddField(
            model_name="creditapplication",
            name="invoice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="applications",
                to="payables.supplierinvoice",
                verbose_name="supplier invoice",
            ),
        ),
        migrations.AddField(
            model_name="suppliercredit",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="owner",
            ),
        ),
        migrations.AddField(
            model_name="suppliercredit",
            name="posted_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="posted by",
            ),
        ),
        migrations.AddField(
            model_name="suppliercredit",
            name="supplier",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="supplier_credits",
                to="parties.party",
                verbose_name="supplier",
            ),
        ),
        migrations.AddField(
            model_name="creditapplication",
            name="credit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="applications",
                to="payables.suppliercredit",
                verbose_name="supplier credit note",
            ),
        ),
        migrations.AddField(
            model_name="suppliercreditline",
            name="credit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="payables.suppliercredit",
                verbose_name="supplier credit note",
            ),
        ),
        migrations.AddField(
            model_name="suppliercreditline",
            name="invoice_line",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: it stands alone.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credits",
                to="payables.supplierinvoiceline",
                verbose_name="supplier invoice line",
            ),
        ),
        migrations.AddField(
            model_name="suppliercreditline",
            name="item",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="catalog.item",
                verbose_name="item",
            ),
        ),
        migrations.AddField(
            model_name="suppliercreditline",
            name="receipt_line",
            field=models.ForeignKey(
                blank=True,
                help_text="The receipt whose goods went back to the supplier.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credited",
                to="procurement.receiptline",
                verbose_name="sent back",
            ),
        ),
        migrations.AddField(
            model_name="creditallocation",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="allocations",
                to="payables.suppliercreditline",
                verbose_name="supplier credit note line",
            ),
        ),
        migrations.AddIndex(
            model_name="suppliercredit",
            index=models.Index(fields=["supplier", "state"], name="payables_credit_open"),
        ),
        migrations.AddConstraint(
            model_name="suppliercredit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "rejected"), _negated=True),
                fields=("supplier", "their_number"),
                name="payables_credit_number",
                violation_error_message="This credit note of the supplier was entered before. Look it up by its number.",
            ),
        ),
        migrations.AddConstraint(
            model_name="suppliercredit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "total",
                        django.db.models.expressions.CombinedExpression(
                            models.F("net"), "+", models.F("tax")
                        ),
                    ),
                    ("total__gt", 0),
                ),
                name="payables_credit_total",
                violation_error_message="A credit note's total is its net sum and tax, and above zero.",
            ),
        ),
        migrations.AddConstraint(
            model_name="suppliercredit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("applied", 0),
                    models.Q(
                        ("applied__gt", 0),
                        ("applied__lte", models.F("total")),
                        ("state__in", ("open", "used")),
                    ),
                    _connector="OR",
                ),
                name="payables_credit_applied",
                violation_error_message="A posted credit note settles no more than its own amount.",
            ),
        ),
        migrations.AddConstraint(
            model_name="suppliercredit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), _negated=True),
                    models.Q(
                        models.Q(("state", "rejected"), _negated=True),
                        models.Q(("rejected_reason", ""), _negated=True),
                        _connector="OR",
                    ),
                ),
                name="payables_credit_reason",
                violation_error_message="Say what the credit note is for, and why it is rejected.",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditapplication",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", 0), _negated=True),
                name="payables_application_amount",
                violation_error_message="To use nothing of a credit note settles nothing.",
            ),
        ),
        migrations.AddIndex(
            model_name="suppliercreditline",
            index=models.Index(fields=["credit", "position"], name="payables_creditline_credit"),
        ),
        migrations.AddConstraint(
            model_name="suppliercreditline",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0), ("price__gte", 0), ("quantity__gt", 0)),
                name="payables_creditline_quantity",
                violation_error_message="A line gives back more than nothing.",
            ),
        ),
        migrations.AddConstraint(
            model_name="suppliercreditline",
            constraint=models.CheckConstraint(
                condition=models.Q(("tax_rate__gte", 0), ("tax_rate__lte", 1)),
                name="payables_creditline_tax",
                violation_error_message="A tax rate lies between 0 and 100 percent.",
            ),
        ),
        migrations.AddConstraint(
            model_name="suppliercreditline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "quantity"), ("receipt_line__isnull", True)),
                    models.Q(("invoice_line__isnull", False), ("kind", "quantity")),
                    models.Q(
                        ("invoice_line__isnull", False), ("kind", "price"), ("receipt_line__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="payables_creditline_kind",
                violation_error_message="A price or goods sent back are credited of the line that billed them.",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditallocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="payables_creditallocation_quantity"
            ),
        ),
        migrations.AddConstraint(
            model_name="creditallocation",
            constraint=models.UniqueConstraint(
                fields=("line", "billed", "is_returned"), name="payables_creditallocation_once"
            ),
        ),
        migrations.RunSQL([APPLIED, WITHIN, TAKEN, BILLED], BACKWARD),
    ]
