from django.db import migrations

# Which roles a party holds now stands on the party itself; the database keeps it there.
FORWARD = """
CREATE OR REPLACE FUNCTION parties_roles_now() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
DECLARE
    touched bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT party_id) INTO touched FROM new_rows;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT party_id) INTO touched FROM old_rows;
    ELSE
        SELECT array_agg(DISTINCT party_id) INTO touched
        FROM (SELECT party_id FROM old_rows UNION SELECT party_id FROM new_rows) both_sides;
    END IF;

    UPDATE parties_party p
    SET is_customer = held.customer,
        is_supplier = held.supplier,
        is_carrier = held.carrier,
        is_partner = held.partner,
        is_prospect = held.prospect,
        is_subcontractor = held.subcontractor
    FROM (
        SELECT t.id,
            coalesce(bool_or(r.role = 'customer'), false) AS customer,
            coalesce(bool_or(r.role = 'supplier'), false) AS supplier,
            coalesce(bool_or(r.role = 'carrier'), false) AS carrier,
            coalesce(bool_or(r.role = 'partner'), false) AS partner,
            coalesce(bool_or(r.role = 'prospect'), false) AS prospect,
            coalesce(bool_or(r.role = 'subcontractor'), false) AS subcontractor
        FROM unnest(touched) t (id)
        LEFT JOIN parties_partyrole r ON r.party_id = t.id AND r.until IS NULL
        GROUP BY t.id
    ) held
    WHERE p.id = held.id
        AND (p.is_customer, p.is_supplier, p.is_carrier, p.is_partner, p.is_prospect, p.is_subcontractor)
        IS DISTINCT FROM (held.customer, held.supplier, held.carrier, held.partner, held.prospect, held.subcontractor);
    RETURN NULL;
END $body$;

CREATE TRIGGER parties_roles_given AFTER INSERT ON parties_partyrole
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION parties_roles_now();
CREATE TRIGGER parties_roles_changed AFTER UPDATE ON parties_partyrole
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION parties_roles_now();
CREATE TRIGGER parties_roles_taken AFTER DELETE ON parties_partyrole
REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION parties_roles_now();
"""
BACKWARD = """
DROP TRIGGER parties_roles_given ON parties_partyrole;
DROP TRIGGER parties_roles_changed ON parties_partyrole;
DROP TRIGGER parties_roles_taken ON parties_partyrole;
DROP FUNCTION parties_roles_now();
"""


class Migration(migrations.Migration):
    dependencies = [("parties", "0003_primary_contacts")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
