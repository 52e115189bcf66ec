"""What a migration says when records, commands or events move from one domain to another.

Names like "finance.exchangerate" stand as text in many tables: who did what, what is granted, what a rule
listens for. `renamed` gives every one of them its new name. Tables that are not there yet are passed over,
so that neither a first start nor the order of migrations matters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from django.db import migrations

TEXTS = (
    ("kernel_activity", "verb kind"),
    ("kernel_storedevent", "name"),
    ("kernel_eventabout", "kind"),
    ("kernel_customfield", "entity"),
    ("kernel_idempotencykey", "command"),
    ("kernel_jobrun", "name"),
    ("accounts_grant", "permission"),
    ("surface_savedview", "resource"),
    ("automation_rule", "event entity"),
    ("automation_ruleversion", "event entity"),
    ("automation_runstep", "kind command"),
    ("tasks_task", "about_kind"),
    ("tasks_notice", "about_kind"),
    ("tasks_mute", "about_kind"),
    ("timeline_note", "about_kind"),
    ("mail_messagelink", "kind"),
    ("leads_scorerule", "event"),
    ("intake_importrun", "resource"),
    ("exchange_foreignkey", "kind"),
    ("inventory_lot", "origin_kind"),
    ("inventory_reservation", "origin_kind holder_kind"),
    ("quality_check", "origin_kind"),
    ("procurement_purchaseline", "origin_kind"),
    ("planning_peg", "demand_kind supply_kind"),
)
VALUES = (
    ("kernel_activity", "parameters"),
    ("kernel_idempotencykey", "answer"),
    ("kernel_jobrun", "parameters"),
    ("accounts_apitoken", "scopes"),
    ("automation_rule", "actions rows"),
    ("automation_ruleversion", "actions"),
)
LISTS = (("mail_template", "kinds"),)
# Rows that are never changed, but for this.
KEPT = ("automation_ruleversion",)

ABOUT = """
UPDATE kernel_storedevent e SET about = ARRAY(
    SELECT coalesce({names} ->> split_part(a, ':', 1), split_part(a, ':', 1)) || ':' || split_part(a, ':', 2)
    FROM unnest(e.about) WITH ORDINALITY AS t (a, n) ORDER BY n)
WHERE e.id IN (SELECT event_id FROM kernel_eventabout WHERE kind IN ({old}))
"""
GRANTED = """
INSERT INTO accounts_grant (role_id, permission, level)
SELECT role_id, {new}, max(level) FROM accounts_grant WHERE permission IN ({old}) GROUP BY role_id
ON CONFLICT (role_id, permission) DO NOTHING
"""
IN_SCOPE = """
UPDATE accounts_apitoken SET scopes = scopes || to_jsonb({new}::text)
WHERE scopes ?| ARRAY[{old}] AND NOT scopes ? {new}
"""


def renames(old: str, new: str, *, records: Mapping[str, str], names: Iterable[str] = ()) -> dict[str, str]:
    """Every name that moves from one domain to another: of records (each with its list), commands, events."""
    found = [name for model in records for name in (model, *(f"{verb}_{model}" for verb in VERBS))]
    return {f"{old}.{name}": f"{new}.{name}" for name in (*found, *records.values(), *names)}


VERBS = ("view", "save", "edit", "delete")


def renamed(
    names: Mapping[str, str], *, also: Mapping[str, Iterable[str]] | None = None
) -> migrations.RunSQL:
    """Give what moved its new name wherever it is written; `also` grants new patterns to who has an old one."""
    steps = [_when("kernel_eventabout", ABOUT.format(names=_names(names), old=_texts(names)))]
    for table, columns in TEXTS:
        steps += [_when(table, _text(table, column, names)) for column in columns.split()]
    for table, columns in VALUES:
        steps += [_when(table, _value(table, column, names)) for column in columns.split()]
    for table, columns in LISTS:
        steps += [_when(table, _list(table, column, names)) for column in columns.split()]
    for old, patterns in (also or {}).items():
        for new in patterns:
            given = {"old": _texts([old, old.removesuffix(".*")]), "new": f"'{new}'"}
            steps.append(_when("accounts_grant", GRANTED.format(**given)))
            steps.append(_when("accounts_apitoken", IN_SCOPE.format(**given)))
    opened, closed = (_kept(table, "DISABLE") for table in KEPT), (_kept(table, "ENABLE") for table in KEPT)
    # A table with checks that wait for the end of the transaction cannot be altered.
    body = "\n".join((*opened, *steps, "SET CONSTRAINTS ALL IMMEDIATE;", *closed))
    return migrations.RunSQL([f"DO $moved$ BEGIN\n{body}\nEND $moved$"], migrations.RunSQL.noop)


def _when(table: str, statement: str) -> str:
    return f"IF to_regclass('{table}') IS NOT NULL THEN {statement.strip()}; END IF;"


def _kept(table: str, verb: str) -> str:
    there = f"SELECT FROM pg_trigger WHERE tgrelid = to_regclass('{table}') AND tgname = 'kernel_append_only'"
    return f"IF EXISTS ({there}) THEN ALTER TABLE {table} {verb} TRIGGER kernel_append_only; END IF;"


def _text(table: str, column: str, names: Mapping[str, str]) -> str:
    return f"UPDATE {table} SET {column} = {_names(names)} ->> {column} WHERE {column} IN ({_texts(names)})"


def _value(table: str, column: str, names: Mapping[str, str]) -> str:
    written = f"{column}::text"
    for old, new in names.items():
        written = f"""replace({written}, '"{old}"', '"{new}"')"""
    any_of = "|".join(map(re.escape, names))
    return f"""UPDATE {table} SET {column} = ({written})::jsonb WHERE {column}::text ~ '"({any_of})"'"""


def _list(table: str, column: str, names: Mapping[str, str]) -> str:
    now = (
        f"SELECT coalesce({_names(names)} ->> k, k) FROM unnest({column}) WITH ORDINALITY t (k, n) ORDER BY n"
    )
    return f"UPDATE {table} SET {column} = ARRAY({now}) WHERE {column}::text[] && ARRAY[{_texts(names)}]"


def _names(names: Mapping[str, str]) -> str:
    pairs = ", ".join(f'"{old}": "{new}"' for old, new in names.items())
    return f"'{{{pairs}}}'::jsonb"


def _texts(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
