"""The tables of an empty database, made from the models at once instead of step by step.

Django pictures all models anew after each step of each migration, which for a hundred tables takes longer
than everything else of a first start together. A test holds both ways against each other.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import AppConfig, apps
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection, transaction
from django.db.migrations import Migration, RunPython, RunSQL, SeparateDatabaseAndState
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState
from django.db.models import Model

OURS = "loomline."


def create_tables() -> bool:
    """Make every table and note all migrations as done; false if this database must go step by step."""
    executor = MigrationExecutor(connection)
    own = _own()
    ours = {key: found for key, found in executor.loader.graph.nodes.items() if key[0] in own}
    if executor.loader.applied_migrations or any(_needs_a_hand(found) for found in ours.values()):
        return False

    emit_pre_migrate_signal(verbosity=0, interactive=False, db="default")
    executor.migrate([leaf for leaf in executor.loader.graph.leaf_nodes() if leaf[0] not in own])
    with transaction.atomic():
        with connection.schema_editor() as editor:
            for config in apps.get_app_configs():
                for model in _tables(config) if config.label in own else ():
                    editor.create_model(model)
        # A second editor, because the first writes keys and indexes only when it is left.
        with connection.schema_editor() as editor:
            for statement in _statements(executor):
                state = ProjectState()
                statement.database_forwards("", editor, state, state)
        for label, name in ours:
            executor.recorder.record_applied(label, name)
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    return True


def _tables(config: AppConfig) -> list[type[Model]]:
    return [m for m in config.get_models() if m._meta.managed and not (m._meta.proxy or m._meta.swapped)]


def _statements(executor: MigrationExecutor) -> Iterator[RunSQL]:
    """Functions, triggers and sequences that migrations make in SQL, in their order."""
    for migration, _backwards in executor.migration_plan(
        executor.loader.graph.leaf_nodes(), clean_start=True
    ):
        if migration.app_label in _own():
            yield from (operation for operation in migration.operations if isinstance(operation, RunSQL))


def _own() -> set[str]:
    return {config.label for config in apps.get_app_configs() if config.name.startswith(OURS)}


def _needs_a_hand(migration: Migration) -> bool:
    """What can neither be read from the models nor repeated without the models of their time."""
    return any(
        isinstance(operation, RunPython)
        or (isinstance(operation, RunSQL) and operation.state_operations)
        or (isinstance(operation, SeparateDatabaseAndState) and operation.database_operations)
        for operation in migration.operations
    )
