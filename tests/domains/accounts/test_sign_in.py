"""Signing in: who gets in, who does not, and what they are told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client

from loomline.domains.accounts import commands
from loomline.domains.accounts.models import Attempt, Session, User
from loomline.domains.accounts.queries import system_actor
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from tests.domains.accounts.doors import FIREFOX, PASSWORD, shown, sign_in

WRONG = "E-mail or password are not right."


def test_with_address_and_password_one_is_in(browser: Client, mei: User) -> None:
    response = sign_in(browser, mei)

    assert (response.status_code, response["Location"]) == (302, "/")
    assert browser.session["_auth_user_id"] == str(mei.pk)


def test_the_address_is_taken_in_any_case(browser: Client, mei: User) -> None:
    response = browser.post("/sign-in/", {"email": " MEI@Example.ORG ", "password": PASSWORD})

    assert response.status_code == 302
    assert browser.session["_auth_user_id"] == str(mei.pk)


def test_signing_in_is_remembered_as_a_session_and_told(browser: Client, mei: User) -> None:
    sign_in(browser, mei)

    session = Session.objects.get(user=mei)
    assert (session.device, session.address, session.ended_at) == ("Firefox on Linux", "127.0.0.1", None)
    assert session.key == browser.session.session_key
    told = StoredEvent.objects.get(name="accounts.SignedIn")
    assert told.sentence == "Mei Lin signed in with Firefox on Linux from 127.0.0.1"


@pytest.mark.parametrize("password", ["wrong", PASSWORD.upper(), f" {PASSWORD}", "x" * 1000])
def test_a_wrong_password_stays_out(browser: Client, mei: User, password: str) -> None:
    response = sign_in(browser, mei, password=password)

    assert response.status_code == 422
    assert WRONG in shown(response)
    assert "_auth_user_id" not in browser.session
    assert not Session.objects.exists()


def test_nobody_learns_which_addresses_have_an_account(browser: Client, mei: User) -> None:
    known = sign_in(browser, mei, password="wrong")
    unknown = browser.post("/sign-in/", {"email": "nobody@example.org", "password": "wrong"})

    assert known.status_code == unknown.status_code
    assert shown(known).replace(mei.email, "") == shown(unknown).replace("nobody@example.org", "")


def test_an_unknown_address_takes_as_much_hashing_as_a_known_one(
    browser: Client, mei: User, settings: Any
) -> None:
    settings.PASSWORD_HASHERS = ["tests.domains.accounts.test_sign_in.CountingHasher"]
    mei.set_password(PASSWORD)
    mei.save()

    def hashed(address: str) -> int:
        CountingHasher.count = 0
        browser.post("/sign-in/", {"email": address, "password": "wrong"})
        return CountingHasher.count

    assert hashed("mei@example.org") == hashed("nobody@example.org") == 1


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password is hashed."""

    algorithm = "counted"
    count = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).count += 1
        return super().encode(password, salt)


def test_a_deactivated_person_stays_out_and_is_told_nothing_more(
    browser: Client, ctx: Ctx, mei: User
) -> None:
    commands.deactivate_person(ctx, user=mei)

    response = sign_in(browser, mei)
    assert response.status_code == 422
    assert WRONG in shown(response)


def test_a_system_actor_never_signs_in(browser: Client, db: None) -> None:
    actor = system_actor("Import")

    for password in ("", "!", actor.password, "Import"):
        response = browser.post("/sign-in/", {"email": actor.email, "password": password})
        assert response.status_code == 422
    assert "_auth_user_id" not in browser.session


def test_the_database_refuses_a_password_for_a_system_actor(db: None) -> None:
    actor = system_actor("Import")
    actor.set_password(PASSWORD)

    with pytest.raises(Exception, match="accounts_system_actor_never_signs_in"):
        actor.save()


def test_the_session_key_changes_so_that_a_planted_one_is_worthless(browser: Client, mei: User) -> None:
    session = browser.session
    session["planted"] = "1"
    session.save()
    planted = session.session_key
    browser.cookies["sessionid"] = planted

    sign_in(browser, mei)

    assert browser.session.session_key != planted
    stranger = Client()
    stranger.cookies["sessionid"] = planted
    assert stranger.get("/account/").status_code == 302


def test_a_cross_site_post_is_refused(mei: User) -> None:
    strict = Client(enforce_csrf_checks=True)

    response = strict.post("/sign-in/", {"email": mei.email, "password": PASSWORD})
    assert response.status_code == 403
    assert not Session.objects.exists()


def test_the_form_carries_what_a_post_needs(mei: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    page = strict.get("/sign-in/")

    token = page.context["csrf_token"]
    data = {"email": mei.email, "password": PASSWORD, "csrfmiddlewaretoken": str(token)}
    assert strict.post("/sign-in/", data).status_code == 302


@pytest.mark.parametrize(
    ("wanted", "target"),
    [
        ("/sales/orders/?state=open", "/sales/orders/?state=open"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("///evil.example", "/"),
        ("http:///evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("\t//evil.example", "/"),
        ("evil.example", "/"),
        ("/%0d%0aSet-Cookie:x=1", "/%0d%0aSet-Cookie:x=1"),
        ("", "/"),
    ],
)
def test_next_leads_to_our_own_pages_only(browser: Client, mei: User, wanted: str, target: str) -> None:
    response = sign_in(browser, mei, next=wanted)

    assert response["Location"] == target


def test_next_in_the_address_is_kept_by_the_form(browser: Client, mei: User) -> None:
    page = browser.get("/sign-in/", {"next": "/sales/orders/"})
    assert '<input type="hidden" name="next" value="/sales/orders/">' in page.content.decode()

    evil = browser.get("/sign-in/", {"next": "//evil.example/"})
    assert "evil.example" not in evil.content.decode()


def test_who_is_signed_in_is_led_on(browser: Client, mei: User) -> None:
    sign_in(browser, mei)

    response = browser.get("/sign-in/", {"next": "/account/sessions/"})
    assert (response.status_code, response["Location"]) == (302, "/account/sessions/")


def test_without_keep_me_signed_in_the_cookie_ends_with_the_browser(browser: Client, mei: User) -> None:
    sign_in(browser, mei)
    assert browser.cookies["sessionid"]["max-age"] == ""

    other = Client()
    sign_in(other, mei, remember="on")
    assert other.cookies["sessionid"]["max-age"] == 14 * 24 * 3600


def test_signing_out_ends_the_session_here_and_in_the_list(browser: Client, mei: User) -> None:
    sign_in(browser, mei)

    response = browser.post("/sign-out/")
    assert (response.status_code, response["Location"]) == (302, "/sign-in/")
    session = Session.objects.get(user=mei)
    assert session.why == "signed_out"
    assert session.ended_at is not None
    assert browser.get("/account/").status_code == 302


def test_signing_out_takes_a_post(browser: Client, mei: User) -> None:
    sign_in(browser, mei)

    assert browser.get("/sign-out/").status_code == 405
    assert browser.get("/account/").status_code == 200


@pytest.mark.parametrize(
    "data", [{}, {"email": ["a", "b"]}, {"email": "x" * 5000, "password": "y"}, {"password": "y"}]
)
def test_a_form_filled_in_badly_is_answered_with_the_form(
    browser: Client, db: None, data: dict[str, Any]
) -> None:
    assert browser.post("/sign-in/", data).status_code == 422


def test_pages_before_the_sign_in_are_kept_by_no_cache(browser: Client, db: None) -> None:
    assert "no-store" in browser.get("/sign-in/")["Cache-Control"]


# Guessing is slow


def guess(browser: Client, user: User, times: int, **headers: str) -> list[int]:
    """Try wrong passwords and say how each try was answered."""
    data = {"email": user.email, "password": "wrong"}
    return [browser.post("/sign-in/", data, **headers).status_code for _ in range(times)]  # type: ignore[arg-type]


def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(browser: Client, mei: User) -> None:
    assert guess(browser, mei, 5) == [422] * 5

    response = sign_in(browser, mei)
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 15 * 60
    assert "Too many attempts. Try again at " in shown(response)
    assert ", in 15 minutes." in shown(response)
    assert "_auth_user_id" not in browser.session


def test_the_wait_is_over_when_we_said_it_would_be(browser: Client, mei: User) -> None:
    guess(browser, mei, 5)
    Attempt.objects.update(at=datetime.now(UTC) - timedelta(minutes=15, seconds=1))

    assert sign_in(browser, mei).status_code == 302


def test_the_right_password_clears_the_account(browser: Client, mei: User) -> None:
    guess(browser, mei, 4)
    assert sign_in(Client(), mei).status_code == 302

    assert guess(browser, mei, 5) == [422] * 5


def test_waiting_does_not_lengthen_the_wait(browser: Client, mei: User) -> None:
    guess(browser, mei, 8)

    assert Attempt.objects.count() == 5


def test_strangers_who_guess_do_not_lock_out_the_owner_where_they_work(mei: User) -> None:
    home, stranger = Client(REMOTE_ADDR="192.0.2.10"), Client(REMOTE_ADDR="198.51.100.66")
    sign_in(home, mei)
    home.post("/sign-out/")
    assert guess(stranger, mei, 6) == [422] * 5 + [429]

    assert sign_in(home, mei).status_code == 302


def test_one_address_that_tries_many_accounts_has_to_wait(ctx: Ctx, browser: Client) -> None:
    statuses = [
        browser.post("/sign-in/", {"email": f"user{n}@example.org", "password": "spring2026"}).status_code
        for n in range(31)
    ]

    assert statuses == [422] * 30 + [429]


def test_a_whole_ipv6_network_counts_as_one_address(ctx: Ctx) -> None:
    statuses = [
        Client(REMOTE_ADDR=f"2001:db8:1:2::{n:x}")
        .post("/sign-in/", {"email": f"user{n}@example.org", "password": "spring2026"})
        .status_code
        for n in range(1, 32)
    ]

    assert statuses == [422] * 30 + [429]


def test_a_forwarded_address_counts_only_when_a_proxy_of_ours_said_it(
    browser: Client, mei: User, settings: Any
) -> None:
    sign_in_from = {"HTTP_X_FORWARDED_FOR": "203.0.113.9, 192.0.2.77"}
    browser.post("/sign-in/", {"email": mei.email, "password": "wrong"}, **sign_in_from)
    assert Attempt.objects.latest("pk").address == "127.0.0.1"

    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    browser.post("/sign-in/", {"email": mei.email, "password": "wrong"}, **sign_in_from)
    assert Attempt.objects.latest("pk").address == "192.0.2.77"


def test_a_browser_is_called_what_it_is(browser: Client, mei: User) -> None:
    gecko = "Mozilla/5.0"
    agents = {
        FIREFOX: "Firefox on Linux",
        f"{gecko} (iPhone; CPU iPhone OS 26_1 like Mac OS X) Version/26 Safari/604.1": "Safari on iPhone",
        f"{gecko} (Windows NT 10.0; Win64; x64) Chrome/142.0 Safari/537.36 Edg/142.0": "Edge on Windows",
        f"{gecko} (Linux; Android 16) Chrome/142.0 Mobile Safari/537.36": "Chrome on Android",
        "curl/8.14.1": "curl",
        "": "Unknown device",
        "<script>alert(1)</script>": "Unknown device",
    }
    for agent, device in agents.items():
        sign_in(Client(headers={"user-agent": agent}), mei)
        assert Session.objects.latest("pk").device == device


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_moment_are_counted_one_by_one(in_threads: Callable[..., list[Any]]) -> None:
    admin = User.objects.create(email="ada@example.org", name="Ada", is_superuser=True)

    def attempt(_n: int) -> int:
        return Client().post("/sign-in/", {"email": admin.email, "password": "wrong"}).status_code

    statuses = in_threads(attempt, 12)
    assert sorted(statuses) == [422] * 5 + [429] * 7
