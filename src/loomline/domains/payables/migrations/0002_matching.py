import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import loomline.kernel.money
import loomline.kernel.quantity
import loomline.kernel.state
from django.conf import settings
from django.db import migrations, models


# Bills from before: what each line was compared with is kept as it stands, and the receipts of its order
# line are billed in their order, the oldest bill first. The differences are split as they are today.
SPLIT = """
UPDATE finance_supplierinvoiceline l SET
    quantity_variance = CASE WHEN l.agreed_price IS NULL OR l.received IS NULL THEN l.difference
        ELSE round(greatest(l.quantity - l.received, 0) * l.agreed_price, 2) END,
    match = CASE WHEN i.state = 'entered' THEN 'open' WHEN l.difference > 0 THEN 'released' ELSE 'matched' END
FROM finance_supplierinvoice i WHERE i.id = l.invoice_id;
UPDATE finance_supplierinvoiceline SET price_variance = difference - quantity_variance
WHERE difference <> quantity_variance;
"""
BILLED = """
WITH came AS (
    SELECT r.id, r.purchase_line_id, r.quantity - r.rejected AS quantity,
        sum(r.quantity - r.rejected) OVER w AS ends
    FROM procurement_receiptline r JOIN procurement_receipt h ON h.id = r.receipt_id AND h.state = 'posted'
    WHERE r.quantity > r.rejected WINDOW w AS (PARTITION BY r.purchase_line_id ORDER BY r.id)
), billed AS (
    SELECT l.id, l.purchase_line_id, l.quantity, sum(l.quantity) OVER w AS ends,
        coalesce(i.approved_by_id, i.owner_id, (SELECT min(id) FROM accounts_user)) AS by_id
    FROM finance_supplierinvoiceline l
    JOIN finance_supplierinvoice i ON i.id = l.invoice_id AND i.state <> 'rejected'
    WHERE l.purchase_line_id IS NOT NULL WINDOW w AS (PARTITION BY l.purchase_line_id ORDER BY l.id)
)
INSERT INTO payables_matchallocation (line_id, receipt_line_id, quantity, price, is_manual, by_id)
SELECT b.id, c.id, least(b.ends, c.ends) - greatest(b.ends - b.quantity, c.ends - c.quantity),
    round(p.price * (1 - p.discount), 6), false, b.by_id
FROM billed b JOIN came c ON c.purchase_line_id = b.purchase_line_id
JOIN procurement_purchaseline p ON p.id = b.purchase_line_id
WHERE least(b.ends, c.ends) > greatest(b.ends - b.quantity, c.ends - c.quantity);
"""
# Whoever writes an allocation, by whatever way: what a receipt brought is billed once, and a line bills no
# more than it says. The row that is counted stays locked, so two bills at the same moment follow each other.
FORWARD = """
CREATE OR REPLACE FUNCTION payables_allocated_once() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
DECLARE
    most numeric;
    said numeric;
BEGIN
    SELECT quantity - rejected INTO most FROM procurement_receiptline WHERE id = NEW.receipt_line_id
    FOR NO KEY UPDATE;
    SELECT sum(quantity) INTO said FROM payables_matchallocation WHERE receipt_line_id = NEW.receipt_line_id;
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

CREATE TRIGGER payables_allocated_once AFTER INSERT OR UPDATE ON payables_matchallocation
FOR EACH ROW EXECUTE FUNCTION payables_allocated_once();
"""
BACKWARD = """
DROP TRIGGER payables_allocated_once ON payables_matchallocation;
DROP FUNCTION payables_allocated_once();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0003_item_kinds"),
        ("parties", "0010_sparse_ties"),
        ("payables", "0001_initial"),
        ("procurement", "0002_versions_and_answers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MatchAllocation",
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
                (
                    "price",
                    loomline.kernel.money.PriceField(
                        decimal_places=6, editable=False, max_digits=19, verbose_name="agreed price"
                    ),
                ),
                ("is_manual", models.BooleanField(default=False, editable=False, verbose_name="by hand")),
            ],
            options={
                "verbose_name": "allocation of a bill",
                "verbose_name_plural": "allocations of bills",
                "ordering": ["line", "id"],
            },
        ),
        migrations.CreateModel(
            name="MatchTolerance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "price_share",
                    models.DecimalField(
                        blank=True,
                        decimal_places=6,
                        help_text="Of the agreed price. Empty: the amount alone counts.",
                        max_digits=7,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="price above, in percent",
                    ),
                ),
                (
                    "price_amount",
                    loomline.kernel.money.AmountField(
                        blank=True,
                        decimal_places=4,
                        help_text="In the currency of the invoice, for a line. Empty: the percentage alone counts.",
                        max_digits=19,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="price above, in money",
                    ),
                ),
                (
                    "quantity_share",
                    models.DecimalField(
                        blank=True,
                        decimal_places=6,
                        help_text="Of what was received. Empty: the amount alone counts.",
                        max_digits=7,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="quantity above, in percent",
                    ),
                ),
                (
                    "quantity_amount",
                    loomline.kernel.money.AmountField(
                        blank=True,
                        decimal_places=4,
                        help_text="In the currency of the invoice, for a line. Empty: the percentage alone counts.",
                        max_digits=19,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="quantity above, in money",
                    ),
                ),
            ],
            options={
                "verbose_name": "matching tolerance",
                "verbose_name_plural": "matching tolerances",
                "ordering": ["supplier"],
            },
        ),
        migrations.AddField(
            model_name="supplierinvoice",
            name="discount_rate",
            field=models.DecimalField(
                blank=True,
                decimal_places=4,
                default=0,
                help_text="The share of the total that need not be paid in time: 2 % of it, for one.",
                max_digits=5,
                verbose_name="early-payment discount",
            ),
        ),
        migrations.AddField(
            model_name="supplierinvoice",
            name="discount_taken",
            field=loomline.kernel.money.AmountField(
                decimal_places=4, default=0, editable=False, max_digits=19, verbose_name="discount taken"
            ),
        ),
        migrations.AddField(
            model_name="supplierinvoice",
            name="discount_until",
            field=models.DateField(
                blank=True,
                help_text="The last day on which less may be paid.",
                null=True,
                verbose_name="discount until",
            ),
        ),
        migrations.AddField(
            model_name="supplierinvoice",
            name="hold_reason",
            field=models.CharField(blank=True, editable=False, max_length=500, verbose_name="why held"),
        ),
        migrations.AddField(
            model_name="supplierinvoice",
            name="release_reason",
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name="why released"),
        ),
        migrations.AddField(
            model_name="supplierinvoice",
            name="released_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="released by",
            ),
        ),
        migrations.AddField(
            model_name="supplierinvoiceline",
            name="match",
            field=models.CharField(
                choices=[
                    ("open", "Not compared"),
                    ("matched", "Matched"),
                    ("within", "Within tolerance"),
                    ("held", "Held"),
                    ("released", "Released"),
                ],
                default="open",
                editable=False,
                max_length=10,
                verbose_name="match",
            ),
        ),
        migrations.AddField(
            model_name="supplierinvoiceline",
            name="price_variance",
            field=loomline.kernel.money.AmountField(
                decimal_places=4, default=0, editable=False, max_digits=19, verbose_name="above by price"
            ),
        ),
        migrations.AddField(
            model_name="supplierinvoiceline",
            name="quantity_variance",
            field=loomline.kernel.money.AmountField(
                decimal_places=4, default=0, editable=False, max_digits=19, verbose_name="above by quantity"
            ),
        ),
        migrations.AddField(
            model_name="supplierinvoiceline",
            name="says",
            field=models.CharField(blank=True, editable=False, max_length=500, verbose_name="why"),
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
                    ("rejected", "Rejected"),
                ],
                default="entered",
                max_length=24,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="supplierinvoiceline",
            name="received",
            field=loomline.kernel.quantity.QuantityField(
                decimal_places=6,
                editable=False,
                max_digits=20,
                null=True,
                verbose_name="received and not billed elsewhere",
            ),
        ),
        migrations.RunSQL(SPLIT, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="supplierinvoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "held"), _negated=True),
                    models.Q(("hold_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="payables_invoice_held",
                violation_error_message="Say why the invoice is held.",
            ),
        ),
        migrations.AddConstraint(
            model_name="supplierinvoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("discount_rate", 0),
                    models.Q(("discount_rate__range", (0, 1)), ("discount_until__isnull", False)),
                    _connector="OR",
                ),
                name="payables_invoice_discount",
                violation_error_message="An early-payment discount is a share from 0 to 100 percent and needs its last day.",
            ),
        ),
        migrations.AddConstraint(
            model_name="supplierinvoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("discount_taken", 0),
                    models.Q(
                        ("discount_taken__gt", 0),
                        ("discount_taken__lte", models.F("total")),
                        ("state", "paid"),
                    ),
                    _connector="OR",
                ),
                name="payables_invoice_discount_taken",
            ),
        ),
        migrations.AddConstraint(
            model_name="supplierinvoiceline",
            constraint=models.CheckConstraint(
                condition=models.Q(("match__in", ["open", "matched", "within", "held", "released"])),
                name="payables_line_match",
            ),
        ),
        migrations.AddConstraint(
            model_name="supplierinvoiceline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "difference",
                        django.db.models.expressions.CombinedExpression(
                            models.F("quantity_variance"), "+", models.F("price_variance")
                        ),
                    )
                ),
                name="payables_line_difference",
            ),
        ),
        migrations.AddConstraint(
            model_name="supplierinvoiceline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("match", "held"), _negated=True),
                    models.Q(("says", ""), _negated=True),
                    _connector="OR",
                ),
                name="payables_line_held",
                violation_error_message="Say why the line is held.",
            ),
        ),
        migrations.AddField(
            model_name="matchallocation",
            name="by",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="matchallocation",
            name="line",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="allocations",
                to="payables.supplierinvoiceline",
                verbose_name="supplier invoice line",
            ),
        ),
        migrations.AddField(
            model_name="matchallocation",
            name="receipt_line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="billed",
                to="procurement.receiptline",
                verbose_name="receipt line",
            ),
        ),
        migrations.AddField(
            model_name="matchtolerance",
            name="supplier",
            field=models.ForeignKey(
                blank=True,
                help_text="Leave empty for all suppliers without a tolerance of their own.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="match_tolerances",
                db_index=False,
                to="parties.party",
                verbose_name="supplier",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchallocation",
            constraint=models.UniqueConstraint(
                fields=("line", "receipt_line"),
                name="payables_allocation_pair",
                violation_error_message="This line is allocated to this receipt already. Change the quantity.",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchallocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)),
                name="payables_allocation_quantity",
                violation_error_message="Allocate a quantity above zero.",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchtolerance",
            constraint=models.UniqueConstraint(
                fields=("supplier",),
                name="payables_tolerance_once",
                nulls_distinct=False,
                violation_error_message="There is a tolerance for this already. Change that one.",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchtolerance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("price_share__isnull", True), ("price_share__gte", 0), _connector="OR"),
                    models.Q(("price_amount__isnull", True), ("price_amount__gte", 0), _connector="OR"),
                    models.Q(("quantity_share__isnull", True), ("quantity_share__gte", 0), _connector="OR"),
                    models.Q(("quantity_amount__isnull", True), ("quantity_amount__gte", 0), _connector="OR"),
                ),
                name="payables_tolerance_positive",
                violation_error_message="A tolerance is zero or more.",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RunSQL(BILLED, migrations.RunSQL.noop),
    ]
