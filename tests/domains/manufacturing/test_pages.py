"""Work orders and stages as people meet them."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing.models import StageState, WorkOrder
from loomline.kernel.context import Ctx
from tests.domains.manufacturing.conftest import World


@pytest.fixture
def browser(ctx: Ctx) -> Client:
    made = Client()
    made.force_login(ctx.actor)
    return made


def _words(body: bytes) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", unescape(body.decode())).split())


def test_a_late_work_order_shows_where_it_stands_and_why(
    ctx: Ctx, browser: Client, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan(released=True)
    manufacturing.start_work(ctx, work=work)
    manufacturing.report_stage_delay(ctx, stage=world.stage(work, "Dyeing"), days=12, reason="vat down")

    words = _words(browser.get(f"/manufacturing/work-orders/{work.pk}/").content)

    # The vat runs again on Monday 7 December, and all that follows moves with it.
    assert "3 days late. It is due on 21 Dec and expected on 24 Dec. Dyeing late at Braga Dye." in words
    for stage, day in (
        ("Dyeing , late", "7 Dec"),
        ("Knitting , at risk", "16 Dec"),
        ("Packing , at risk", "24 Dec"),
    ):
        assert f"{stage} {day}" in words


def test_a_stage_is_finished_in_a_dialog_that_expects_all_to_be_good(
    ctx: Ctx, browser: Client, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan(released=True)
    manufacturing.start_work(ctx, work=work)
    stage = world.stage(work, "Dyeing")
    url = f"/manufacturing/stages/do/finish_stage/?ids={stage.pk}"

    assert 'name="quantity_out" value="524.16"' in browser.get(url).content.decode()
    browser.post(
        url, {"quantity_out": "520", "rejected": "4.16", "lot": "L-3381", "reason": "two cones off shade"}
    )

    stage.refresh_from_db()
    assert (stage.state, stage.quantity_out, stage.rejected) == (
        StageState.DONE,
        Decimal(520),
        Decimal("4.16"),
    )
    assert (str(stage.lot), stage.note) == ("L-3381", "two cones off shade")


def test_a_stage_is_started_by_dragging_its_card(
    browser: Client, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan(released=True)
    dyeing, knitting = world.stage(work, "Dyeing"), world.stage(work, "Knitting")
    assert browser.get("/manufacturing/stages/?as=board").status_code == 200

    browser.post("/manufacturing/stages/move/?as=board", {"id": dyeing.pk, "to": "running"})
    refused = browser.post("/manufacturing/stages/move/?as=board", {"id": knitting.pk, "to": "done"})

    assert world.stage(work, "Dyeing").state == StageState.RUNNING
    assert refused.status_code in (409, 422)
    assert world.stage(work, "Knitting").state == StageState.WAITING


@pytest.mark.parametrize("view", ["table", "board", "calendar", "chart"])
def test_every_view_of_work_orders_opens(browser: Client, plan: Callable[..., WorkOrder], view: str) -> None:
    work = plan(released=True)
    answer = browser.get(f"/manufacturing/work-orders/?as={view}")
    assert answer.status_code == 200
    if view in ("table", "board"):
        assert work.number in _words(answer.content)


def test_materials_and_lots_stand_on_the_page_of_the_work(
    ctx: Ctx, browser: Client, plan: Callable[..., WorkOrder]
) -> None:
    work = plan(released=True)
    manufacturing.issue_material(ctx, work=work)

    words = _words(browser.get(f"/manufacturing/work-orders/{work.pk}/?tab=materials").content)
    assert "Merino 2/48 MER-248 524.16 kg 524.16 kg 0 kg" in words
    assert "BY-7781" in _words(browser.get(f"/manufacturing/work-orders/{work.pk}/?tab=uses").content)


def test_a_stranger_sees_no_work(plan: Callable[..., WorkOrder]) -> None:
    work = plan()
    stranger = Client()
    stranger.force_login(User.objects.create(email="sam@example.org", name="Sam"))
    assert stranger.get(f"/manufacturing/work-orders/{work.pk}/").status_code == 404
