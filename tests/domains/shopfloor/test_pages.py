"""The floor as people meet it: at the machine, on the wall, and in the planner's office."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.manufacturing.models import StageState
from loomline.domains.shopfloor import commands
from loomline.domains.shopfloor.models import Report, TimeEntry
from loomline.kernel.context import Ctx
from tests.domains.shopfloor.conftest import Floor


@pytest.fixture
def browser(ctx: Ctx) -> Client:
    made = Client()
    made.force_login(ctx.actor)
    return made


def _words(body: bytes) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", unescape(body.decode())).split())


def test_a_scan_leads_to_the_machine_and_its_buttons_do_the_work(browser: Client, floor: Floor) -> None:
    work = floor.work("100")
    stage, screen = floor.stage(work), f"/shopfloor/centres/{floor.sewing.pk}/"

    answer = browser.get("/shopfloor/", {"code": work.number})
    assert answer["Location"] == f"{screen}?job={stage.pk}"
    words = _words(browser.get(answer["Location"]).content)
    assert f"{work.number} Sewing Cap Ready" in words
    assert "Start set-up" in words

    browser.post(f"{screen}do/", {"job": stage.pk, "act": "start"})
    assert "Set-up is done" in _words(browser.get(screen).content)
    browser.post(f"{screen}do/", {"job": stage.pk, "act": "run"})
    browser.post(
        f"{screen}do/",
        {"job": stage.pk, "act": "pause", "pause-reason": floor.stop().pk, "pause-note": "belt"},
    )
    assert "Breakdown belt for" in _words(browser.get(screen).content)
    browser.post(f"{screen}do/", {"job": stage.pk, "act": "start"})
    browser.post(f"{screen}do/", {"job": stage.pk, "act": "finish", "report-good": "100"})
    assert floor.stage(work).state == StageState.DONE
    assert [entry.kind for entry in TimeEntry.objects.order_by("pk")] == ["setup", "run", "stop", "run"]


def test_a_refusal_keeps_what_was_typed_and_a_question_is_answered(browser: Client, floor: Floor) -> None:
    work = floor.work("100")
    stage, screen = floor.stage(work), f"/shopfloor/centres/{floor.sewing.pk}/"
    browser.post(f"{screen}do/", {"job": stage.pk, "act": "start"})

    answer = browser.post(f"{screen}do/", {"job": stage.pk, "act": "report", "report-rejected": "3"})
    assert answer.status_code == 422
    assert "Say why they were rejected" in _words(answer.content)
    assert 'value="3"' in answer.content.decode()

    asked = browser.post(f"{screen}do/", {"job": stage.pk, "act": "finish", "report-good": "80"})
    assert "Do it anyway" in _words(asked.content)
    assert not Report.objects.exists()
    browser.post(
        f"{screen}do/", {"job": stage.pk, "act": "finish", "report-good": "80", "accept": "Unaccounted"}
    )
    assert floor.stage(work).quantity_out == Decimal(80)


def test_a_code_that_is_nowhere_is_said(browser: Client, floor: Floor) -> None:
    assert "Nothing open is called NO-1." in _words(browser.get("/shopfloor/", {"code": "NO-1"}).content)
    screen = f"/shopfloor/centres/{floor.sewing.pk}/"
    assert "Nothing open here is called NO-1." in _words(browser.get(screen, {"code": "NO-1"}).content)
    assert "Nothing waits for this work centre" in _words(browser.get(screen).content)


def test_an_overload_is_said_in_words(browser: Client, floor: Floor) -> None:
    works = [floor.work("2000"), floor.work("1500")]
    words = _words(browser.get("/shopfloor/load/?by=week").content)
    assert "More is asked for than can be done at Sewing line." in words
    assert f"{works[0].number} Sewing" in words
    assert "hours of overtime a day" in words
    calm = _words(browser.get("/shopfloor/load/?by=day&overtime=16&outsourced=100").content)
    assert "Nothing is asked for beyond what the work centres can do." in calm


def test_effectiveness_has_its_losses_and_reasons(browser: Client, ctx: Ctx, floor: Floor) -> None:
    address = f"/shopfloor/effectiveness/?centre={floor.sewing.pk}"
    assert "Nothing was on in these two weeks." in _words(browser.get(address).content)
    begun, ended = floor.at(-3000).now, floor.at(-2990).now
    commands.record_stop(ctx, centre=floor.sewing, reason=floor.stop(), started_at=begun, ended_at=ended)
    words = _words(browser.get(address).content)
    assert "The six big losses" in words
    assert "Availability" in words


def test_whoever_has_no_right_to_the_floor_sees_nothing(ctx: Ctx, floor: Floor) -> None:
    stranger, browser = User.objects.create(email="no@example.org", name="Nobody"), Client()
    browser.force_login(stranger)
    for address in ("/shopfloor/", "/shopfloor/load/", "/shopfloor/effectiveness/"):
        assert browser.get(address).status_code == 403
    assert browser.get(f"/shopfloor/centres/{floor.sewing.pk}/").status_code == 403
