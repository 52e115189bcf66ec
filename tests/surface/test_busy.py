"""Others hold the same rows: what was asked for is tried again, and in the end refused in words."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client

from loomline.domains.accounts.models import Team, User
from loomline.kernel import audit
from loomline.kernel.audit import Activity
from tests.databases import wait_until
from tests.surface.conftest import HTMX, toast

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PAGE, API = "/accounts/teams/", "/api/v1/accounts/teams"
SAYS = "Others are changing the same records right now. Nothing was changed; try again in a moment."
TRIES = 4
# What one transaction does not take back: how often it was tried.
FAILS_AT_FIRST = """
CREATE SEQUENCE tests_tries;
CREATE FUNCTION tests_fail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('tests_tries') <= {fails} THEN
        RAISE 'could not serialize access' USING ERRCODE = '40001';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER tests_fail AFTER INSERT ON kernel_activity FOR EACH ROW EXECUTE FUNCTION tests_fail();
"""
AS_BEFORE = "DROP FUNCTION IF EXISTS tests_fail CASCADE; DROP SEQUENCE IF EXISTS tests_tries"


@pytest.fixture
def other() -> Iterator[BaseDatabaseWrapper]:
    """A second session at the same database."""
    made = connection.copy()
    made.set_autocommit(False)
    yield made
    made.rollback()
    made.close()


def _run(session: BaseDatabaseWrapper, sql: str, *values: object) -> list[tuple[object, ...]]:
    with session.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall() if cursor.description else []


def test_rows_that_others_keep_are_refused_in_words(
    client: Client, other: BaseDatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(audit.WAITS, "page", "20ms")
    monkeypatch.setitem(audit.WAITS, "api", "20ms")
    pk = Team.objects.create(name="Knit").pk
    _run(other, "SELECT 1 FROM accounts_team WHERE id = %s FOR UPDATE", pk)

    form = client.post(f"{PAGE}{pk}/edit/", {"name": "Dye"})
    assert (form.status_code, SAYS in form.content.decode()) == (422, True)
    removal = client.post(f"{PAGE}delete/?ids={pk}", headers=HTMX)
    assert (removal.status_code, SAYS in removal.content.decode()) == (422, True)
    key = {"Idempotency-Key": "k1"}
    for answer in (
        client.patch(f"{API}/{pk}", {"name": "Dye"}, content_type="application/json", headers=key),
        client.delete(f"{API}/{pk}", headers={"Idempotency-Key": "k2"}),
    ):
        assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (503, "Busy", SAYS)
    assert (Team.objects.get().name, Activity.objects.count()) == ("Knit", 0)

    other.rollback()
    again = client.patch(f"{API}/{pk}", {"name": "Dye"}, content_type="application/json", headers=key)
    assert (again.status_code, Team.objects.get().name, Activity.objects.count()) == (200, "Dye", 1)


@pytest.mark.parametrize(("fails", "by_page", "by_api"), [(TRIES - 1, 302, 201), (99, 422, 503)])
def test_what_cannot_be_put_in_a_row_is_tried_again(
    client: Client, fails: int, by_page: int, by_api: int
) -> None:
    for post, status in (
        (lambda: client.post(f"{PAGE}new/", {"name": "Knit"}), by_page),
        (lambda: client.post(API, {"name": "Dye"}, content_type="application/json"), by_api),
    ):
        _run(connection, FAILS_AT_FIRST.format(fails=fails))
        try:
            answer = post()
            [(tries,)] = _run(connection, "SELECT last_value FROM tests_tries")
        finally:
            _run(connection, AS_BEFORE)
        assert (answer.status_code, tries) == (status, TRIES)
        assert status < 400 or SAYS in answer.content.decode()
    made = ["Dye", "Knit"] if by_api == 201 else []
    assert sorted(Team.objects.values_list("name", flat=True)) == made
    assert Activity.objects.count() == len(made)


def test_a_deadlock_is_broken_and_nobody_hears_of_it(admin: User, other: BaseDatabaseWrapper) -> None:
    first, second = (Team.objects.create(name=name).pk for name in ("Knit", "Dye"))
    lead = "UPDATE accounts_team SET name = name || ' and sew' WHERE id = %s"
    _run(other, lead, second)

    def remove() -> int:
        browser = Client()
        browser.force_login(admin)
        try:
            answer = browser.post(f"{PAGE}delete/?ids={first},{second}", headers=HTMX)
            assert toast(answer)["text"] == "2 done."
            return answer.status_code
        finally:
            connection.close()

    waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with ThreadPoolExecutor(1) as pool:
        removed = pool.submit(remove)
        assert wait_until(lambda: bool(_run(connection, waiting)), seconds=30)
        _run(other, lead, first)
        other.commit()
        assert removed.result(timeout=60) == 204
    assert not Team.objects.exists()
