"""What the database itself does: the audit and ledger triggers, numbers and notifications.

Functions are one each for the whole database; every migrate puts the triggers on the tables of all
records, so a new entity needs no migration of its own for them.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connections

from loomline.kernel.number import NumberField
from loomline.kernel.record import Record

FUNCTIONS = """
CREATE OR REPLACE FUNCTION kernel_audit() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
DECLARE
    act bigint := nullif(current_setting('loomline.activity', true), '')::bigint;
    hidden text[] := coalesce(TG_ARGV, '{}');
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO kernel_change (activity_id, at, kind, object_id, operation, old, new)
        SELECT act, statement_timestamp(), TG_TABLE_NAME, n.id, 'I', NULL, NULL FROM new_rows n;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO kernel_change (activity_id, at, kind, object_id, operation, old, new)
        SELECT act, statement_timestamp(), TG_TABLE_NAME, o.id, 'D', to_jsonb(o) - hidden, NULL
        FROM old_rows o;
    ELSE
        -- Each row becomes JSON once: the fence keeps the planner from doing it anew for every column.
        INSERT INTO kernel_change (activity_id, at, kind, object_id, operation, old, new)
        SELECT act, statement_timestamp(), TG_TABLE_NAME, r.id, 'U', d.old, d.new
        FROM (
            SELECT n.id, to_jsonb(o) AS old, to_jsonb(n) AS new
            FROM old_rows o JOIN new_rows n ON n.id = o.id OFFSET 0
        ) r CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(e.key, e.value) AS old, jsonb_object_agg(e.key, r.new -> e.key) AS new
            FROM jsonb_each(r.old) e
            WHERE r.new -> e.key IS DISTINCT FROM e.value AND NOT e.key = ANY (hidden)
        ) d
        WHERE d.new IS NOT NULL;
    END IF;
    RETURN NULL;
END $body$;

CREATE OR REPLACE FUNCTION kernel_append_only() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('loomline.undo', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'Entries of % are never changed or deleted; post a correcting entry.', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'kernel_append_only',
              TABLE = TG_TABLE_NAME;
END $body$;

CREATE OR REPLACE FUNCTION kernel_next_number(series text, prefix text, width integer) RETURNS text
LANGUAGE sql VOLATILE AS $body$
    SELECT prefix || lpad(n::text, greatest(width, length(n::text)), '0')
    FROM (SELECT nextval(('number_' || series)::regclass) AS n) taken
$body$;

CREATE OR REPLACE FUNCTION kernel_event_subjects() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
BEGIN
    INSERT INTO kernel_eventabout (event_id, kind, object_id)
    SELECT e.id, split_part(a, ':', 1), split_part(a, ':', 2)::bigint FROM new_rows e, unnest(e.about) a;
    RETURN NULL;
END $body$;

CREATE OR REPLACE FUNCTION kernel_notify() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
DECLARE
    topics jsonb;
BEGIN
    SELECT jsonb_agg(t) INTO topics FROM (
        SELECT DISTINCT kind AS t FROM new_rows WHERE kind <> ''
        UNION SELECT * FROM (SELECT DISTINCT kind || ':' || object_id FROM new_rows
                             WHERE object_id IS NOT NULL LIMIT 40) ids
    ) told (t);
    IF topics IS NOT NULL THEN
        PERFORM pg_notify('loomline', jsonb_build_object('topics', topics, 'event', TG_TABLE_NAME)::text);
    END IF;
    RETURN NULL;
END $body$;

CREATE OR REPLACE FUNCTION kernel_notify_job() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $body$
BEGIN
    PERFORM pg_notify('loomline', jsonb_build_object(
        'topics', jsonb_build_array('jobs', 'job:' || NEW.id), 'event', 'change')::text);
    RETURN NULL;
END $body$;
"""

NOTIFYING = ("kernel_activity", "kernel_eventabout")


EXTENSIONS = ("pg_trgm", "unaccent", "btree_gist", "citext")


def prepare(using: str = "default", **_kwargs: Any) -> None:
    """Make the extensions and functions that tables refer to, before the first table is made."""
    with connections[using].cursor() as cursor:
        for extension in EXTENSIONS:
            cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
        cursor.execute(FUNCTIONS)


def install(using: str = "default", **_kwargs: Any) -> None:
    """Put functions, triggers and number sequences in place; safe to repeat."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('kernel_change'), to_regclass('kernel_eventabout')")
        if None in cursor.fetchone():
            return
        existing = _existing_tables(cursor)
        cursor.execute(
            "CREATE OR REPLACE TRIGGER kernel_event_subjects AFTER INSERT ON kernel_storedevent"
            " REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION kernel_event_subjects()"
        )
        for table in NOTIFYING:
            cursor.execute(
                f"CREATE OR REPLACE TRIGGER kernel_notify AFTER INSERT ON {table}"
                " REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION kernel_notify()"
            )
        cursor.execute(
            "CREATE OR REPLACE TRIGGER kernel_notify_job AFTER INSERT OR UPDATE ON kernel_jobrun"
            " FOR EACH ROW EXECUTE FUNCTION kernel_notify_job()"
        )
        for model in apps.get_models():
            if model._meta.db_table not in existing or not model._meta.managed:
                continue
            _install_numbers(cursor, model)
            if issubclass(model, Record):
                _install_record(cursor, model)


def _existing_tables(cursor: Any) -> set[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    return {row[0] for row in cursor.fetchall()}


def _install_record(cursor: Any, model: type[Record]) -> None:
    table = f'"{model._meta.db_table}"'
    if model.append_only:
        cursor.execute(
            f"CREATE OR REPLACE TRIGGER kernel_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION kernel_append_only()"
        )
    hidden = ", ".join(f"'{name}'" for name in model.audit_exclude)
    for operation, tables in (
        ("INSERT", "NEW TABLE AS new_rows"),
        ("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
        ("DELETE", "OLD TABLE AS old_rows"),
    ):
        cursor.execute(
            f"CREATE OR REPLACE TRIGGER kernel_audit_{operation.lower()} AFTER {operation} ON {table}"
            f" REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION kernel_audit({hidden})"
        )


def _install_numbers(cursor: Any, model: Any) -> None:
    for field in model._meta.local_fields:
        if isinstance(field, NumberField) and field.series:
            cursor.execute(f"CREATE SEQUENCE IF NOT EXISTS number_{field.series}")
