from django.db import migrations

# Nobody belongs to themselves through others, whoever writes the column; two who tie a knot from both ends at
# once wait for each other. And the role of a competitor stands on the party like the others.
FORWARD = """
CREATE OR REPLACE FUNCTION parties_no_circles() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
BEGIN
    PERFORM pg_advisory_xact_lock(7240001);
    IF EXISTS (
        WITH RECURSIVE line (id) AS (
            SELECT NEW.parent_id UNION SELECT p.parent_id FROM parties_party p JOIN line ON p.id = line.id
        ) SELECT FROM line WHERE id = NEW.id
    ) THEN
        RAISE EXCEPTION 'A party cannot belong to itself, not even through others.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'parties_party_not_own_parent', TABLE = 'parties_party';
    END IF;
    RETURN NEW;
END $body$;

CREATE TRIGGER parties_no_circles BEFORE UPDATE OF parent_id ON parties_party
FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL AND NEW.parent_id IS DISTINCT FROM OLD.parent_id)
EXECUTE FUNCTION parties_no_circles();

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
        is_subcontractor = held.subcontractor,
        is_competitor = held.competitor
    FROM (
        SELECT t.id,
            coalesce(bool_or(r.role = 'customer'), false) AS customer,
            coalesce(bool_or(r.role = 'supplier'), false) AS supplier,
            coalesce(bool_or(r.role = 'carrier'), false) AS carrier,
            coalesce(bool_or(r.role = 'partner'), false) AS partner,
            coalesce(bool_or(r.role = 'prospect'), false) AS prospect,
            coalesce(bool_or(r.role = 'subcontractor'), false) AS subcontractor,
            coalesce(bool_or(r.role = 'competitor'), false) AS competitor
        FROM unnest(touched) t (id)
        LEFT JOIN parties_partyrole r ON r.party_id = t.id AND r.until IS NULL
        GROUP BY t.id
    ) held
    WHERE p.id = held.id
        AND (p.is_customer, p.is_supplier, p.is_carrier, p.is_partner, p.is_prospect, p.is_subcontractor,
            p.is_competitor)
        IS DISTINCT FROM (held.customer, held.supplier, held.carrier, held.partner, held.prospect,
            held.subcontractor, held.competitor);
    RETURN NULL;
END $body$;
"""
BACKWARD = """
DROP TRIGGER parties_no_circles ON parties_party;
DROP FUNCTION parties_no_circles();
"""


class Migration(migrations.Migration):
    dependencies = [("parties", "0007_people_and_merges")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
