import loomline.kernel.state
from django.conf import settings
from django.db import migrations, models


# A credit note that was reversed takes nothing off any more.
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
    JOIN payables_suppliercredit c ON c.id = l.credit_id AND c.state NOT IN ('rejected', 'reversed')
    WHERE l.invoice_line_id = NEW.invoice_line_id;
    IF said.quantity > most.quantity OR said.amount > most.amount THEN
        RAISE EXCEPTION 'Line % has % for % to credit, not % for %.', NEW.invoice_line_id,
            most.quantity, most.amount, said.quantity, said.amount
        USING ERRCODE = 'check_violation', CONSTRAINT = 'payables_credited_within',
            TABLE = 'payables_suppliercreditline';
    END IF;
    RETURN NULL;
END $body$;
"""
TAKEN = """
CREATE OR REPLACE FUNCTION payables_taken_within() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
DECLARE
    most numeric;
    said numeric;
BEGIN
    SELECT quantity INTO most FROM payables_matchallocation WHERE id = NEW.billed_id FOR NO KEY UPDATE;
    SELECT sum(a.quantity) INTO said FROM payables_creditallocation a
    JOIN payables_suppliercreditline l ON l.id = a.line_id
    JOIN payables_suppliercredit c ON c.id = l.credit_id AND c.state <> 'reversed'
    WHERE a.billed_id = NEW.billed_id;
    IF said > most THEN
        RAISE EXCEPTION 'Allocation % has % to credit, not %.', NEW.billed_id, most, said
        USING ERRCODE = 'check_violation', CONSTRAINT = 'payables_taken_within',
            TABLE = 'payables_creditallocation';
    END IF;
    RETURN NULL;
END $body$;
"""
BILLED = """
CREATE OR REPLACE FUNCTION payables_allocated_once() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
DECLARE
    most numeric;
    said numeric;
BEGIN
    SELECT CASE r.state WHEN 'reversed' THEN 0 ELSE l.quantity - l.rejected END INTO most
    FROM procurement_receiptline l JOIN procurement_receipt r ON r.id = l.receipt_id
    WHERE l.id = NEW.receipt_line_id FOR NO KEY UPDATE OF l;
    SELECT sum(quantity) - coalesce((SELECT sum(c.quantity) FROM payables_creditallocation c
            JOIN payables_matchallocation b ON b.id = c.billed_id
            JOIN payables_suppliercreditline l ON l.id = c.line_id
            JOIN payables_suppliercredit n ON n.id = l.credit_id AND n.state <> 'reversed'
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
# What it had opened again is billed once, whoever reverses it.
AGAIN = """
CREATE OR REPLACE FUNCTION payables_reversed_once() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
DECLARE
    bad record;
BEGIN
    SELECT r.id, r.quantity - r.rejected AS most, b.said - coalesce(c.said, 0) AS said INTO bad
    FROM procurement_receiptline r
    JOIN LATERAL (SELECT sum(m.quantity) AS said FROM payables_matchallocation m
        WHERE m.receipt_line_id = r.id) b ON true
    LEFT JOIN LATERAL (SELECT sum(a.quantity) AS said FROM payables_creditallocation a
        JOIN payables_matchallocation m ON m.id = a.billed_id
        JOIN payables_suppliercreditline l ON l.id = a.line_id
        JOIN payables_suppliercredit n ON n.id = l.credit_id AND n.state <> 'reversed'
        WHERE m.receipt_line_id = r.id) c ON true
    WHERE r.id IN (SELECT m.receipt_line_id FROM payables_creditallocation a
        JOIN payables_matchallocation m ON m.id = a.billed_id
        JOIN payables_suppliercreditline l ON l.id = a.line_id
        WHERE l.credit_id = NEW.id AND NOT a.is_returned)
        AND b.said - coalesce(c.said, 0) > r.quantity - r.rejected
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Receipt line % has % to bill, not %.', bad.id, bad.most, bad.said
        USING ERRCODE = 'check_violation', CONSTRAINT = 'payables_allocated_once',
            TABLE = 'payables_matchallocation';
    END IF;
    RETURN NULL;
END $body$;

CREATE TRIGGER payables_reversed_once AFTER UPDATE OF state ON payables_suppliercredit
FOR EACH ROW WHEN (NEW.state = 'reversed') EXECUTE FUNCTION payables_reversed_once();
"""
BACKWARD = """
DROP TRIGGER IF EXISTS payables_reversed_once ON payables_suppliercredit;
DROP FUNCTION payables_reversed_once();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0010_sparse_ties"),
        ("payables", "0003_supplier_credits"),
        ("procurement", "0003_direct_delivery"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="suppliercredit",
            name="payables_credit_number",
        ),
        migrations.RemoveConstraint(
            model_name="suppliercredit",
            name="payables_credit_reason",
        ),
        migrations.AddField(
            model_name="suppliercredit",
            name="reversed_reason",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=200,
                verbose_name="why reversed",
            ),
        ),
        loomline.kernel.state.AlterStates(
            model_name="suppliercredit",
            name="state",
            field=loomline.kernel.state.StateField(
                choices=[
                    ("entered", "Entered"),
                    ("open", "Open"),
                    ("used", "Used up"),
                    ("rejected", "Rejected"),
                    ("reversed", "Reversed"),
                ],
                default="entered",
                max_length=24,
                verbose_name="state",
            ),
        ),
        migrations.AddConstraint(
            model_name="suppliercredit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("rejected", "reversed")), _negated=True),
                fields=("supplier", "their_number"),
                name="payables_credit_number",
                violation_error_message="This credit note of the supplier was entered before. Look it up by its number.",
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
                    models.Q(
                        models.Q(("state", "reversed"), _negated=True),
                        models.Q(("reversed_reason", ""), _negated=True),
                        _connector="OR",
                    ),
                ),
                name="payables_credit_reason",
                violation_error_message="Say what the credit note is for, and why it is rejected or reversed.",
            ),
        ),
        migrations.RunSQL([WITHIN, TAKEN, BILLED, AGAIN], BACKWARD),
    ]
