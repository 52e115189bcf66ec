"""Bringing the database to where the code expects it: tables first, then the rows that everybody needs."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from loomline.app import database, fresh
from loomline.app.fault import Fault
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx

DOMAINS = "loomline.domains."
ACTOR = "Installation"
# Any number, the same in every process: whoever holds it works, the others wait.
LOCK = 7_021_954


def pending() -> list[str]:
    """Names of the migrations that this database has not had yet."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def require() -> None:
    """Refuse to work on tables that are older than the code."""
    database.check_server()
    if missing := pending():
        raise Fault(
            f"The tables are not up to date: {len(missing)} migrations are missing, {missing[0]} first.",
            way_out="Run loomline migrate; loomline up does it by itself.",
        )


def prepare() -> int:
    """Bring tables and reference rows up to date, one process at a time; tells how many steps it took."""
    database.check_server()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            steps = pending()
            if not steps:
                # No table changes, but what the code makes of its own accord may have: triggers, indexes.
                emit_pre_migrate_signal(verbosity=0, interactive=False, db="default")
                emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
            elif not fresh.create_tables():
                call_command("migrate", verbosity=0, interactive=False)
            load_reference()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return len(steps)


def load_reference() -> None:
    """Units, roles, virtual locations: rows that every installation needs, from the ground up."""
    for config in apps.get_app_configs():
        if config.name.startswith(DOMAINS) and find_spec(f"{config.name}.reference"):
            import_module(f"{config.name}.reference").load(Ctx.new(actor=system_actor(ACTOR), via="cli"))
