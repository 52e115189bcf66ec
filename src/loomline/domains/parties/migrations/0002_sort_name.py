from django.db import migrations

# The server sorts by code point: the database keeps a key in plain lower case beside each name,
# whoever writes it.
FORWARD = """
CREATE OR REPLACE FUNCTION parties_sort_name() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
BEGIN
    NEW.sort_name := left(lower(unaccent(NEW.name)), 220);
    RETURN NEW;
END $body$;

CREATE TRIGGER parties_sort_name BEFORE INSERT OR UPDATE OF name, sort_name ON parties_party
FOR EACH ROW EXECUTE FUNCTION parties_sort_name();
"""
BACKWARD = """
DROP TRIGGER parties_sort_name ON parties_party;
DROP FUNCTION parties_sort_name();
"""


class Migration(migrations.Migration):
    dependencies = [("parties", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
