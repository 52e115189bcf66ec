"""A first start makes the same database as all migrations one after the other."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from psycopg import sql

CATALOGS = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
               pg_get_expr(d.adbin, d.adrelid), a.attgenerated
        FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'v', 'm')
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'""",
    "indexes": """
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
        FROM pg_index JOIN pg_class ON pg_class.oid = indrelid WHERE relnamespace = 'public'::regnamespace""",
    "triggers": """
        SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal""",
    "functions": """
        SELECT proname, md5(prosrc) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
          AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')""",
    "sequences": "SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace",
    "migrations": "SELECT app, name FROM django_migrations",
}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_both_ways_make_the_same_database() -> None:
    wrapper = connections["default"]
    made_at_once = catalogs(wrapper.cursor())
    at = wrapper.settings_dict
    name, stepwise = at["NAME"], f"{at['NAME']}_steps"
    address = {"host": at["HOST"], "port": at["PORT"], "user": at["USER"], "password": at["PASSWORD"] or None}
    wrapper.close()
    with psycopg.connect(**address, dbname="postgres", autocommit=True) as session:
        session.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(stepwise)))
        try:
            at["NAME"] = stepwise
            call_command("migrate", verbosity=0, interactive=False)
            made_in_steps = catalogs(wrapper.cursor())
        finally:
            wrapper.close()
            at["NAME"] = name
            session.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(stepwise)))

    for kind in CATALOGS:
        assert made_at_once[kind] - made_in_steps[kind] == set(), kind
        assert made_in_steps[kind] - made_at_once[kind] == set(), kind


def catalogs(cursor: Any) -> dict[str, set[tuple[Any, ...]]]:
    found = {}
    for kind, question in CATALOGS.items():
        cursor.execute(question)
        found[kind] = set(cursor.fetchall())
    return found
