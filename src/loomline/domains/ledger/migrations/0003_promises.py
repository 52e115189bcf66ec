from django.db import migrations

# A line belongs to the period of its entry; the sums of an entry are equal when its transaction ends; a closed
# period takes no entry, no line and no change, whoever writes and by whatever way. Posting holds the period
# with a key lock and closing takes it whole, so that nobody posts to a period while it is being closed.
FORWARD = """
ALTER TABLE ledger_journalline ADD CONSTRAINT ledger_line_of_entry
    FOREIGN KEY (entry_id, period_id) REFERENCES ledger_journalentry (id, period_id)
    DEFERRABLE INITIALLY DEFERRED;

CREATE OR REPLACE FUNCTION ledger_refuse_shut(period bigint, place text) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
BEGIN
    PERFORM FROM ledger_period p WHERE p.id = period AND p.state <> 'closed' FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'A closed period takes no more entries.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_period_is_closed',
                  TABLE = place;
    END IF;
END $body$;

CREATE OR REPLACE FUNCTION ledger_entry_allowed() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM ledger_refuse_shut(OLD.period_id, TG_TABLE_NAME);
        RETURN OLD;
    END IF;
    PERFORM FROM ledger_period p WHERE p.id = NEW.period_id AND p.state <> 'closed'
        AND NEW.posted_on BETWEEN p.begins_on AND p.ends_on FOR KEY SHARE;
    IF NOT FOUND THEN
        PERFORM ledger_refuse_shut(NEW.period_id, TG_TABLE_NAME);
        RAISE EXCEPTION 'An entry is posted on a day of its period.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_entry_in_period',
                  TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $body$;

CREATE TRIGGER ledger_entry_allowed BEFORE INSERT OR DELETE ON ledger_journalentry
    FOR EACH ROW EXECUTE FUNCTION ledger_entry_allowed();

CREATE OR REPLACE FUNCTION ledger_entry_even() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
DECLARE
    changed ledger_journalline%ROWTYPE;
    difference numeric;
BEGIN
    IF TG_OP = 'DELETE' THEN changed := OLD; ELSE changed := NEW; END IF;
    -- The last line of an entry speaks for all of them.
    IF EXISTS (SELECT FROM ledger_journalline l WHERE l.entry_id = changed.entry_id AND l.id > changed.id) THEN
        RETURN NULL;
    END IF;
    SELECT sum(l.debit - l.credit) INTO difference FROM ledger_journalline l
    WHERE l.entry_id = changed.entry_id;
    IF difference <> 0 THEN
        RAISE EXCEPTION 'Debits and credits of entry % differ by %.', changed.entry_id, difference
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_entry_even',
                  TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $body$;

CREATE CONSTRAINT TRIGGER ledger_entry_even AFTER INSERT OR DELETE ON ledger_journalline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_even();

CREATE OR REPLACE FUNCTION ledger_lines_allowed() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
BEGIN
    PERFORM ledger_refuse_shut(c.period_id, TG_TABLE_NAME) FROM (SELECT DISTINCT period_id FROM changed) c;
    RETURN NULL;
END $body$;

CREATE TRIGGER ledger_lines_added AFTER INSERT ON ledger_journalline REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_lines_allowed();
CREATE TRIGGER ledger_lines_removed AFTER DELETE ON ledger_journalline REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_lines_allowed();

CREATE OR REPLACE FUNCTION ledger_period_kept() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
BEGIN
    IF OLD.state = 'closed' THEN
        PERFORM ledger_refuse_shut(OLD.id, TG_TABLE_NAME);
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $body$;

CREATE TRIGGER ledger_period_kept BEFORE UPDATE OR DELETE ON ledger_period
    FOR EACH ROW EXECUTE FUNCTION ledger_period_kept();
"""
BACKWARD = """
DROP TRIGGER ledger_period_kept ON ledger_period;
DROP TRIGGER ledger_lines_removed ON ledger_journalline;
DROP TRIGGER ledger_lines_added ON ledger_journalline;
DROP TRIGGER ledger_entry_even ON ledger_journalline;
DROP TRIGGER ledger_entry_allowed ON ledger_journalentry;
DROP FUNCTION ledger_period_kept(), ledger_lines_allowed(), ledger_entry_even(), ledger_entry_allowed(), ledger_refuse_shut(bigint, text);
ALTER TABLE ledger_journalline DROP CONSTRAINT ledger_line_of_entry;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_books")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
