"""A fact that is committed late is still heard, and only who could still write one is waited for."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection, connections, transaction

from loomline.domains.automation import commands as automation
from loomline.domains.automation.models import Run
from loomline.domains.automation.queries import stream
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.kernel.context import Ctx
from tests.databases import Databases
from tests.domains.automation.desk import write_note

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Any]
FACT = "INSERT INTO kernel_change (at, kind, object_id, operation) VALUES (now(), 'x', 1, 'I')"


@contextlib.contextmanager
def another_writes(work: Callable[[], Any]) -> Iterator[Callable[[], None]]:
    """Somebody else's transaction with this work in it, open until it is told to commit."""
    begun, end = threading.Event(), threading.Event()

    def run() -> None:
        try:
            with transaction.atomic():
                work()
                begun.set()
                end.wait(600)
        finally:
            connections.close_all()

    def commit() -> None:
        end.set()
        thread.join(600)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert begun.wait(600)
        yield commit
    finally:
        commit()


@contextlib.contextmanager
def elsewhere(database: str) -> Iterator[psycopg.Connection[Any]]:
    """A session beside Django's, in any database of the server."""
    at = connection.settings_dict
    with psycopg.connect(
        host=at["HOST"], port=at["PORT"], user=at["USER"], password=at["PASSWORD"] or None, dbname=database
    ) as session:
        yield session


@pytest.fixture
def welcome(ctx: Ctx, rule: Make) -> Callable[[], list[str]]:
    """A rule that hears of every new party; tells whom it has heard of."""
    definition = {"trigger": "added", "event": "", "entity": "parties.party", "condition": ""}
    rule(active=True, actions=[write_note("Welcome")], **definition)
    automation.read_changes(ctx)
    automation.read_changes(ctx)

    def heard() -> list[str]:
        automation.read_changes(ctx)
        keys = Run.objects.order_by("pk").values_list("steps__object_id", flat=True)
        return [Party.objects.get(pk=key).name for key in keys]

    return heard


def test_a_fact_that_is_committed_late_is_heard(ctx: Ctx, welcome: Callable[[], list[str]]) -> None:
    with another_writes(lambda: parties.open_party(ctx, name="Early")) as commit:
        parties.open_party(ctx, name="Late")

        # What comes after the open one waits for it: nothing is read past a gap.
        assert (welcome(), welcome()) == ([], [])
        commit()
        assert welcome() == ["Early", "Late"]
    assert welcome() == ["Early", "Late"]


def test_who_begins_to_write_afterwards_is_not_waited_for(ctx: Ctx, welcome: Callable[[], list[str]]) -> None:
    with another_writes(lambda: parties.open_party(ctx, name="First")) as commit:
        assert welcome() == []
        with another_writes(lambda: parties.open_party(ctx, name="Second")) as commit_second:
            assert welcome() == []
            commit()
            assert welcome() == ["First"]
            assert welcome() == ["First"]
            commit_second()
            assert welcome() == ["First", "Second"]


def test_another_database_of_the_server_holds_nothing_up(ctx: Ctx, welcome: Callable[[], list[str]]) -> None:
    """It is a copy of ours, so even the numbers of its tables are the same."""
    with (
        Databases(connection.settings_dict, "").another("neighbour") as name,
        elsewhere(name) as neighbour,
    ):
        neighbour.execute(FACT)
        parties.open_party(ctx, name="Ours")

        assert welcome() == ["Ours"]


def test_who_reads_or_writes_elsewhere_in_the_database_holds_nothing_up(
    ctx: Ctx, welcome: Callable[[], list[str]]
) -> None:
    with elsewhere(connection.settings_dict["NAME"]) as other:
        other.execute("SELECT pg_current_xact_id(), count(*) FROM kernel_change")
        other.execute("SELECT 1 FROM parties_party FOR UPDATE")
        parties.open_party(ctx, name="Ours")

        assert welcome() == ["Ours"]


def test_a_writer_is_seen_by_a_role_without_any_right() -> None:
    with (
        elsewhere(connection.settings_dict["NAME"]) as other,
        elsewhere(connection.settings_dict["NAME"]) as plain,
    ):
        other.execute(FACT)
        plain.execute("SET ROLE pg_signal_backend")
        seen = plain.execute(
            "SELECT virtualtransaction FROM pg_locks WHERE relation = %s AND mode = 'RowExclusiveLock'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [_oid("kernel_change")],
        ).fetchall()

        assert [row[0] for row in seen] == sorted(stream.writers(stream.CHANGES))
        assert not stream.have_ended(stream.CHANGES, stream.writers(stream.CHANGES))
        assert stream.have_ended(stream.EVENTS, stream.writers(stream.CHANGES))
        noted = stream.writers(stream.CHANGES)
        other.rollback()
        assert stream.have_ended(stream.CHANGES, noted)


def _oid(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::regclass::oid", [table])
        return int(cursor.fetchone()[0])
