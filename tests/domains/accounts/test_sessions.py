"""Where one is signed in, and ending that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session as BrowserSession
from django.test import Client

from loomline.domains.accounts import commands
from loomline.domains.accounts.commands.refusals import NotForPrograms, SessionOver
from loomline.domains.accounts.models import Attempt, OneTimeLink, SecondFactor, Session, User
from loomline.domains.accounts.pages.seen import Seen
from loomline.kernel.audit import Change
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.refusal import NotThere
from tests.domains.accounts.doors import FIREFOX, shown, sign_in

As = Callable[[User], Ctx]


def chrome() -> Client:
    return Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/142.0 Safari/537.36"})


def test_the_page_lists_every_browser_and_marks_this_one(browser: Client, mei: User) -> None:
    sign_in(browser, mei)
    sign_in(chrome(), mei)

    page = shown(browser.get("/account/sessions/"))
    assert "Firefox on Linux This browser" in page
    assert "Chrome on Windows" in page
    assert "127.0.0.1 · signed in" in page
    assert "last seen just now" in page


def test_a_browser_is_ended_from_the_page(browser: Client, mei: User) -> None:
    other = chrome()
    sign_in(browser, mei)
    sign_in(other, mei)
    theirs = Session.objects.get(device="Chrome on Windows")

    assert browser.post(f"/account/sessions/{theirs.pk}/end/").status_code == 302
    assert other.get("/account/").status_code == 302
    assert browser.get("/account/").status_code == 200
    theirs.refresh_from_db()
    assert theirs.why == "ended"
    assert StoredEvent.objects.latest("id").sentence == "1 sessions of Mei Lin ended: Chrome on Windows"


def test_every_other_browser_is_ended_at_once(browser: Client, mei: User) -> None:
    others = [chrome() for _n in range(3)]
    for one in (browser, *others):
        sign_in(one, mei)

    assert browser.post("/account/sessions/end-others/").status_code == 302
    assert [one.get("/account/").status_code for one in (browser, *others)] == [200, 302, 302, 302]


def test_other_peoples_sessions_are_neither_seen_nor_ended(browser: Client, mei: User, sam: User) -> None:
    sign_in(browser, mei)
    theirs = chrome()
    sign_in(theirs, sam)
    session = Session.objects.get(user=sam)

    assert "Chrome on Windows" not in shown(browser.get("/account/sessions/"))
    answers = [
        browser.post(f"/account/sessions/{pk}/end/").status_code for pk in (session.pk, 0, 10**18, 10**30)
    ]
    assert answers == [404, 404, 404, 404]
    assert theirs.get("/account/").status_code == 200


def test_even_an_administrator_ends_only_their_own_on_their_account_page(
    ctx: Ctx, admin: User, mei: User
) -> None:
    theirs, own = chrome(), Client()
    sign_in(theirs, mei)
    own.force_login(admin)

    assert own.post(f"/account/sessions/{Session.objects.get(user=mei).pk}/end/").status_code == 404
    assert theirs.get("/account/").status_code == 200


def test_by_command_one_ends_ones_own_and_an_administrator_anybodys(
    ctx: Ctx, mei: User, sam: User, as_: As
) -> None:
    sign_in(Client(), mei)
    session = Session.objects.get(user=mei)

    with pytest.raises(NotThere):
        commands.end_session(as_(sam), session=session)
    commands.end_session(ctx, session=session)
    with pytest.raises(SessionOver):
        commands.end_session(as_(mei), session=session)


def test_ending_takes_a_post_from_our_own_page(mei: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(mei)

    assert strict.post("/account/sessions/end-others/").status_code == 403
    assert strict.get("/account/sessions/end-others/").status_code == 405


def test_a_program_begins_no_session(ctx: Ctx) -> None:
    found = commands.enter_by_token(commands.make_token(ctx, name="Robot", scopes=["*"]).secret, ctx.now)
    assert found is not None

    with pytest.raises(NotForPrograms):
        commands.begin_session(replace(ctx, actor=found[0]), key="planted")
    assert not Session.objects.exists()


def test_use_is_noted_at_most_once_a_minute(browser: Client, mei: User) -> None:
    sign_in(browser, mei)
    long_ago = datetime.now(UTC) - timedelta(days=3)
    Session.objects.update(last_seen_at=long_ago)

    browser.get("/account/")
    first = Session.objects.get().last_seen_at
    assert first > long_ago + timedelta(days=2)
    browser.get("/account/")
    assert Session.objects.get().last_seen_at == first


def test_the_memory_of_who_was_seen_does_not_grow_for_ever() -> None:
    seen = Seen(lambda _request: None)  # type: ignore[arg-type, return-value]

    assert [seen._is_due("a"), seen._is_due("a"), seen._is_due("b")] == [True, False, True]
    for number in range(6000):
        seen._is_due(str(number))
    assert len(seen._noted) == 5000


def test_being_seen_leaves_no_trace_in_the_audit(browser: Client, mei: User) -> None:
    sign_in(browser, mei)
    before = Change.objects.count()

    Session.objects.update(last_seen_at=datetime.now(UTC))
    assert Change.objects.count() == before
    assert browser.session.session_key not in str(list(Change.objects.values("old", "new")))


def test_each_night_old_traces_are_forgotten(ctx: Ctx, mei: User) -> None:
    browser = Client(headers={"user-agent": FIREFOX})
    sign_in(browser, mei)
    now = ctx.at(datetime.now(UTC))
    gone = Session.objects.create(user=mei, key="gone", signed_in_at=now.now, last_seen_at=now.now)
    Attempt.objects.create(at=now.now - timedelta(days=91), kind="password", account="x")
    commands.send_password_link(now.at(now.now - timedelta(days=200)), user=mei)
    SecondFactor.objects.create(user=mei, secret="", begun_at=now.now - timedelta(days=2))
    BrowserSession.objects.create(session_key="old", session_data="", expire_date=now.now - timedelta(days=1))

    commands.forget_old_traces(now)

    gone.refresh_from_db()
    assert (gone.why, gone.ended_at) == ("expired", now.now)
    assert Attempt.objects.filter(account="x").count() == 0
    assert not OneTimeLink.objects.exists()
    assert not SecondFactor.objects.exists()
    assert not BrowserSession.objects.filter(session_key="old").exists()
    assert browser.get("/account/").status_code == 200
