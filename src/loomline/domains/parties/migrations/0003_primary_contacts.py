from django.db import migrations

# Whoever changes the e-mail address, phone number or web page of a party changes its primary contact
# points; the former ones stay, no longer primary.
FORWARD = """
CREATE OR REPLACE FUNCTION parties_primary_contacts() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
BEGIN
    IF NOT EXISTS (
        SELECT FROM old_rows o JOIN new_rows n ON n.id = o.id
        WHERE (o.email, o.phone, o.website) IS DISTINCT FROM (n.email, n.phone, n.website)
    ) THEN
        RETURN NULL;
    END IF;

    UPDATE parties_contactpoint c SET is_primary = false
    FROM (
        SELECT n.id, v.kind, v.normalised
        FROM old_rows o JOIN new_rows n ON n.id = o.id,
        LATERAL (VALUES
            ('email', o.email, n.email, n.email),
            ('phone', o.phone, n.phone, n.phone),
            ('url', o.website, n.website, lower(regexp_replace(rtrim(n.website, '/'), '^[a-z]+://', '', 'i')))
        ) v (kind, before, after, normalised)
        WHERE v.before <> v.after
    ) changed
    WHERE c.party_id = changed.id AND c.kind = changed.kind AND c.is_primary AND c.normalised <> changed.normalised;

    INSERT INTO parties_contactpoint (party_id, kind, value, normalised, purpose, is_primary)
    SELECT n.id, v.kind, v.after, v.normalised, '', true
    FROM old_rows o JOIN new_rows n ON n.id = o.id,
    LATERAL (VALUES
        ('email', o.email, n.email, n.email),
        ('phone', o.phone, n.phone, n.phone),
        ('url', o.website, n.website, lower(regexp_replace(rtrim(n.website, '/'), '^[a-z]+://', '', 'i')))
    ) v (kind, before, after, normalised)
    WHERE v.before <> v.after AND v.after <> ''
    ON CONFLICT (party_id, kind, normalised) DO UPDATE SET is_primary = true, until = NULL
    WHERE NOT parties_contactpoint.is_primary OR parties_contactpoint.until IS NOT NULL;
    RETURN NULL;
END $body$;

CREATE TRIGGER parties_primary_contacts AFTER UPDATE ON parties_party
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION parties_primary_contacts();
"""
BACKWARD = """
DROP TRIGGER parties_primary_contacts ON parties_party;
DROP FUNCTION parties_primary_contacts();
"""


class Migration(migrations.Migration):
    dependencies = [("parties", "0002_sort_name")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
