from django.db import migrations

# The server sorts by code point; the database keeps a key in plain lower case beside each name, whoever writes it.
FORWARD = """
CREATE OR REPLACE FUNCTION catalog_sort_name() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
BEGIN
    NEW.sort_name := left(lower(unaccent(NEW.name)), 220);
    RETURN NEW;
END $body$;
CREATE TRIGGER catalog_sort_name BEFORE INSERT OR UPDATE OF name, sort_name ON catalog_item
FOR EACH ROW EXECUTE FUNCTION catalog_sort_name();
CREATE TRIGGER catalog_sort_name BEFORE INSERT OR UPDATE OF name, sort_name ON catalog_style
FOR EACH ROW EXECUTE FUNCTION catalog_sort_name();
"""
BACKWARD = """
DROP TRIGGER catalog_sort_name ON catalog_item;
DROP TRIGGER catalog_sort_name ON catalog_style;
DROP FUNCTION catalog_sort_name();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
