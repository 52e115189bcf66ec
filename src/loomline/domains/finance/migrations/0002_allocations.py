from django.db import migrations

# Whoever writes an allocation, by whatever way: payment and invoice count it, and their own rules say no
# when it is too much. Adding up (never setting) makes two payments at the same moment safe.
FORWARD = """
CREATE OR REPLACE FUNCTION finance_count_allocations() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
BEGIN
    UPDATE finance_payment p SET allocated = p.allocated + n.amount
    FROM (SELECT payment_id, sum(amount) AS amount FROM new_rows GROUP BY payment_id) n
    WHERE p.id = n.payment_id;
    UPDATE finance_invoice i SET paid = i.paid + n.amount
    FROM (SELECT invoice_id, sum(amount) AS amount FROM new_rows GROUP BY invoice_id) n
    WHERE i.id = n.invoice_id;
    RETURN NULL;
END $body$;

CREATE TRIGGER finance_count_allocations AFTER INSERT ON finance_paymentallocation
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION finance_count_allocations();
"""
BACKWARD = """
DROP TRIGGER finance_count_allocations ON finance_paymentallocation;
DROP FUNCTION finance_count_allocations();
"""


class Migration(migrations.Migration):
    dependencies = [("finance", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
