"""A forgotten password: asked for by anybody, answered to the mailbox alone, usable once."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from procrastinate.contrib.django import app as queue
from procrastinate.contrib.django.models import ProcrastinateJob
from pydantic import SecretStr

from loomline.app.worker import WorkerConnector
from loomline.domains.accounts import commands, jobs
from loomline.domains.accounts.commands.refusals import LinkSpent
from loomline.domains.accounts.models import Attempt, OneTimeLink, Session, User
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Invalid
from tests.domains.accounts.conftest import Mailbox
from tests.domains.accounts.doors import PASSWORD, link_path, path_in, shown, sign_in

Work = Callable[[], None]
NEW = "warp before weft, always"
CHOSEN = {"password": NEW, "again": NEW}


TASKS = {
    "accounts.answer_reset_request": jobs.answer_reset_request,
    "accounts.mail_link": jobs.mail_link,
    "accounts.mail_notice": jobs.mail_notice,
}


@pytest.fixture
def work() -> Callable[[], None]:
    """Do what the worker would: the jobs of accounts that wait, each once, in their order."""
    done: set[int] = set()

    def run() -> None:
        while waiting := ProcrastinateJob.objects.exclude(pk__in=done).order_by("id").first():
            done.add(waiting.pk)
            TASKS[waiting.task_name](**waiting.args)

    return run


@pytest.fixture
def asked(browser: Client, mei: User) -> str:
    """Mei has asked for a link: its path."""
    browser.post("/forgot-password/", {"email": mei.email})
    job = ProcrastinateJob.objects.get(task_name="accounts.answer_reset_request")
    jobs.answer_reset_request(**job.args)
    return link_path(mei, OneTimeLink.PASSWORD)


def test_the_whole_way_through_a_real_mail_server(
    browser: Client, mei: User, mailbox: Mailbox, work: Work
) -> None:
    response = browser.post("/forgot-password/", {"email": "MEI@example.org"})
    assert response.status_code == 200
    assert "a link is on its way" in shown(response)
    work()

    (mail,) = mailbox.to("mei@example.org")
    assert mail["From"] == "loom@example.org"
    assert mail["Subject"] == "A new password for My company"
    assert mail["Auto-Submitted"] == "auto-generated"
    path = path_in(mail)
    assert browser.get(path).status_code == 200
    assert browser.post(path, CHOSEN)["Location"] == "/sign-in/"
    assert sign_in(browser, mei).status_code == 422
    assert sign_in(browser, mei, password=NEW).status_code == 302
    work()
    subjects = [m["Subject"] for m in mailbox.to("mei@example.org")]
    assert subjects == ["A new password for My company", "Your password for My company was changed"]


@pytest.mark.django_db(transaction=True)
def test_the_worker_itself_sends_the_mail(mailbox: Mailbox) -> None:
    user = User(email="mei@example.org", name="Mei Lin")
    user.set_password(PASSWORD)
    user.save()
    Client().post("/forgot-password/", {"email": user.email})

    with queue.replace_connector(WorkerConnector(queue.connector)) as worker:
        worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
    (mail,) = mailbox.to(user.email)
    assert path_in(mail) == link_path(user, OneTimeLink.PASSWORD)


def test_the_link_in_the_mail_leads_to_the_configured_address_whatever_host_was_asked(
    browser: Client, mei: User, mailbox: Mailbox, settings: Any, work: Work
) -> None:
    browser.post("/forgot-password/", {"email": mei.email}, headers={"host": "evil.example"})
    work()

    body = mailbox.mails[0].get_content()
    assert "evil.example" not in body
    assert f"http://localhost:{settings.ENV.port}/new-password/" in body


def test_a_stranger_sees_the_same_and_no_mail_is_sent(
    browser: Client, mei: User, mailbox: Mailbox, work: Work
) -> None:
    known = browser.post("/forgot-password/", {"email": mei.email})
    unknown = browser.post("/forgot-password/", {"email": "nobody@example.org"})

    assert shown(known).replace(mei.email, "") == shown(unknown).replace("nobody@example.org", "")
    work()
    assert not mailbox.to("nobody@example.org")


def test_neither_a_deactivated_person_nor_a_system_actor_gets_a_link(
    browser: Client, ctx: Ctx, mei: User, mailbox: Mailbox, work: Work
) -> None:
    commands.deactivate_person(ctx, user=mei)
    for address in (mei.email, "sign-in@system.invalid"):
        browser.post("/forgot-password/", {"email": address})
    work()

    assert mailbox.mails == []


def test_the_link_works_once(asked: str, mei: User) -> None:
    assert Client().post(asked, CHOSEN).status_code == 302

    again = {"password": "some other password", "again": "some other password"}
    replay = Client().post(asked, again)
    assert replay.status_code == 410
    assert "This link no longer works" in shown(replay)
    mei.refresh_from_db()
    assert mei.check_password(NEW)


def test_opening_the_link_does_not_use_it_up(asked: str, browser: Client) -> None:
    for _time in range(3):
        assert browser.get(asked).status_code == 200
    assert browser.post(asked, CHOSEN).status_code == 302


def test_a_newer_link_replaces_the_older(asked: str, ctx: Ctx, mei: User) -> None:
    commands.send_password_link(ctx, user=mei)

    assert Client().get(asked).status_code == 410


def test_after_an_hour_the_link_is_too_old(asked: str, browser: Client) -> None:
    OneTimeLink.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))

    assert browser.get(asked).status_code == 410
    assert browser.post(asked, CHOSEN).status_code == 410


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path[:-2] + ("A" if path[-2] != "A" else "B") + "/",
        lambda path: path.replace("-password/", "-password/9"),
        lambda path: path.split("-", 2)[0] + "-password/1-/",
        lambda _path: "/new-password/1/",
        lambda _path: "/new-password/-/",
        lambda _path: "/new-password/99999999999999999999999999-x/",
        lambda _path: "/new-password/²-x/",
        lambda _path: f"/new-password/{'9' * 4000}/",
    ],
)
def test_a_spoilt_link_opens_nothing(
    asked: str, mei: User, browser: Client, spoil: Callable[[str], str]
) -> None:
    assert browser.get(spoil(asked)).status_code == 410
    assert browser.post(spoil(asked), CHOSEN).status_code == 410
    mei.refresh_from_db()
    assert mei.check_password(PASSWORD)


@pytest.mark.parametrize("door", ["/welcome/", "/new-address/"])
def test_a_link_opens_the_page_of_its_purpose_alone(asked: str, browser: Client, door: str) -> None:
    assert browser.get(asked.replace("/new-password/", door)).status_code == 410


def test_a_link_made_with_a_key_that_is_not_ours_opens_nothing(
    asked: str, browser: Client, settings: Any
) -> None:
    settings.SECRET_KEY = "another key, long enough to be one of them"

    assert browser.get(asked).status_code == 410


def test_somebody_elses_link_changes_nobodys_password(asked: str, mei: User, sam: User, as_: Any) -> None:
    secret = SecretStr(asked.split("/")[2])

    with pytest.raises(LinkSpent):
        commands.reset_password(as_(sam), secret=secret, password=SecretStr(NEW))
    for user in (mei, sam):
        user.refresh_from_db()
        assert user.check_password(PASSWORD)
    assert Client().get(asked).status_code == 200


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("short", "at least 10 characters"),
        ("password123", "too common"),
        ("mei@example.org", "too similar"),
        ("x" * 1001, "at most 1000"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused_and_the_link_stays(
    asked: str, browser: Client, mei: User, password: str, sentence: str
) -> None:
    response = browser.post(asked, {"password": password, "again": password})
    assert response.status_code == 422
    assert sentence in shown(response)

    mei.refresh_from_db()
    assert mei.check_password(PASSWORD)
    assert browser.post(asked, CHOSEN).status_code == 302


def test_two_different_passwords_are_refused(asked: str, browser: Client) -> None:
    response = browser.post(asked, {"password": NEW, "again": NEW.upper()})

    assert response.status_code == 422
    assert "The two do not match." in shown(response)


def test_every_browser_is_signed_out(asked: str, mei: User) -> None:
    thief = Client()
    sign_in(thief, mei)
    assert thief.get("/account/").status_code == 200

    Client().post(asked, CHOSEN)
    assert thief.get("/account/").status_code == 302
    assert Session.objects.get(user=mei).why == "password"


def test_the_second_factor_is_still_asked_for(with_factor: tuple[User, Any], ctx: Ctx) -> None:
    mei, _codes = with_factor
    commands.send_password_link(ctx.at(datetime.now(UTC)), user=mei)
    browser = Client()

    browser.post(link_path(mei, OneTimeLink.PASSWORD), CHOSEN)
    assert sign_in(browser, mei, password=NEW)["Location"].startswith("/sign-in/code/")


def test_a_new_password_ends_the_wait_after_wrong_ones(asked: str, browser: Client, mei: User) -> None:
    for _time in range(5):
        sign_in(browser, mei, password="wrong")
    assert sign_in(browser, mei).status_code == 429

    browser.post(asked, CHOSEN)
    assert sign_in(browser, mei, password=NEW).status_code == 302


def test_links_are_asked_for_three_times_an_hour(browser: Client, mei: User) -> None:
    asked = [browser.post("/forgot-password/", {"email": mei.email}).status_code for _time in range(4)]

    assert asked == [200, 200, 200, 429]
    assert Attempt.objects.filter(kind="reset").count() == 3


def test_cross_site_posts_are_refused(asked: str, mei: User) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert strict.post("/forgot-password/", {"email": mei.email}).status_code == 403
    assert strict.post(asked, CHOSEN).status_code == 403
    mei.refresh_from_db()
    assert mei.check_password(PASSWORD)


def test_a_mail_server_that_is_away_leaves_the_job_to_be_tried_again(
    asked: str, mei: User, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    link = OneTimeLink.objects.get(user=mei)

    with pytest.raises(OSError, match="refused"):
        jobs.mail_link(link_id=link.pk)
    fault = smtplib.SMTPServerDisconnected("gone")
    strategy = jobs.mail_link.retry_strategy
    assert strategy is not None
    assert isinstance(fault, OSError)
    assert strategy.max_attempts == 6


def test_a_link_that_became_useless_is_not_mailed(
    asked: str, ctx: Ctx, mei: User, mailbox: Mailbox, work: Work
) -> None:
    commands.send_password_link(ctx, user=mei)
    work()

    assert len(mailbox.mails) == 1
    assert path_in(mailbox.mails[0]) == link_path(mei, OneTimeLink.PASSWORD)


# By who knows the present password


def test_a_new_password_by_hand_needs_the_present_one(browser: Client, mei: User) -> None:
    sign_in(browser, mei)

    wrong = browser.post("/account/password/", {"present": "wrong", **CHOSEN})
    assert wrong.status_code == 422
    assert "This is not your present password." in shown(wrong)
    mei.refresh_from_db()
    assert mei.check_password(PASSWORD)


def test_a_new_password_keeps_this_browser_and_ends_the_others(browser: Client, mei: User) -> None:
    other = Client()
    sign_in(browser, mei)
    sign_in(other, mei)
    before = browser.session.session_key

    assert browser.post("/account/password/", {"present": PASSWORD, **CHOSEN}).status_code == 302
    assert browser.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    assert browser.session.session_key != before
    kept = Session.objects.get(user=mei, ended_at=None)
    assert kept.key == browser.session.session_key


def test_guessing_the_present_password_is_slow_as_well(browser: Client, mei: User) -> None:
    sign_in(browser, mei)

    data = {"present": "wrong", **CHOSEN}
    pages = [browser.post("/account/password/", data) for _time in range(6)]
    assert "Too many attempts." in shown(pages[-1])
    mei.refresh_from_db()
    assert mei.check_password(PASSWORD)


def test_a_command_refuses_an_easy_password_too(mei: User, as_: Any) -> None:
    with pytest.raises(Invalid, match="too common"):
        commands.change_own_password(as_(mei), present=SecretStr(PASSWORD), password=SecretStr("qwertyuiop"))
