"""The pages of the plan say what is next, why, and for whom."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from loomline.domains.supplyplan.jobs import plan_supply
from loomline.domains.supplyplan.models import ActionMessage, ItemPolicy, PlannedOrder, PlanRun
from loomline.kernel.job import JobRun, perform
from tests.domains.supplyplan.conftest import Works

WANTED = date(2027, 2, 22)


@pytest.fixture
def desk(works: Works) -> Client:
    client = Client()
    works.order(works.variant("pine", "M"), "1200", on=WANTED)
    works.order(works.variant("oat", "S"), "10", on=date(2026, 12, 1))
    client.force_login(works.ctx.actor)
    return client


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_overview_says_how_to_begin_and_then_what_is_urgent(desk: Client, works: Works) -> None:
    assert "Nothing was planned yet." in text_of(desk, "/supplyplan/")
    works.run()
    shown = text_of(desk, "/supplyplan/")
    for said in ("Release at once", "Runs short first", "Fjord oat S", "Plan now"):
        assert said in shown


def test_plan_now_is_a_job_that_ends_with_a_plan(desk: Client) -> None:
    assert desk.post("/supplyplan/now/").status_code in (200, 204, 302, 303)
    run = perform(JobRun.objects.get(name=plan_supply.name))
    assert (run.state, run.done, run.total) == ("done", 90, 100)
    assert run.result["orders"] == PlanRun.objects.get().orders == PlannedOrder.objects.count()


def test_a_stopped_job_keeps_no_plan(desk: Client) -> None:
    desk.post("/supplyplan/now/")
    JobRun.objects.update(stop_requested=True)
    assert perform(JobRun.objects.get()).state == "stopped"
    assert not PlannedOrder.objects.exists()


def test_a_planned_order_shows_its_net_and_its_customers(desk: Client, works: Works) -> None:
    works.run()
    yarn = PlannedOrder.objects.get(item=works.merino, is_late=False)
    chain = text_of(desk, f"/supplyplan/orders/{yarn.pk}/?tab=for-whom")
    for said in ("Nord Living", "1 customer", "S-", "524.16", "Fjord pine M"):
        assert said in chain
    net = text_of(desk, f"/supplyplan/orders/{yarn.pk}/?tab=gross-to-net")
    for said in ("Required until", "Missing", "This order"):
        assert said in net


def test_lists_are_filtered_and_the_item_has_its_plan(desk: Client, works: Works) -> None:
    works.run()
    late = text_of(desk, "/supplyplan/orders/?state=proposed&is_late=true")
    assert "Fjord oat S" in late
    assert "Fjord pine M" not in late
    assert "Start 10 pcs of Fjord oat S at once" in text_of(desk, "/supplyplan/messages/")
    page = text_of(desk, f"/catalog/items/{works.merino.pk}/?tab=plan")
    for said in ("Week from", "On hand at its end", "Usable now"):
        assert said in page


def test_firming_many_from_the_list(desk: Client, works: Works) -> None:
    works.run()
    keys = ",".join(str(pk) for pk in PlannedOrder.objects.values_list("pk", flat=True))
    answer = desk.post(f"/supplyplan/orders/do/firm_orders/?ids={keys}")
    assert answer.status_code in (200, 204, 302, 303)
    assert set(PlannedOrder.objects.values_list("state", flat=True)) == {"firmed"}


def test_the_api_lists_what_is_to_be_made(desk: Client, works: Works) -> None:
    works.run()
    rows: dict[str, Any] = desk.get("/api/v1/supplyplan/orders?kind=make").json()
    assert {row["kind"] for row in rows["items"]} == {"make"}


def test_a_lane_needs_the_site_it_goes_to(desk: Client, works: Works) -> None:
    form = {"item": works.label.pk, "from_site": works.home.pk, "rule": "lot", "period_days": "7"}
    answer = desk.post(
        "/supplyplan/policies/new/", {**form, "yield_share": "1", "safety_days": "0", "fence_days": "0"}
    )
    assert "Name the site it goes to" in answer.content.decode()
    assert not ItemPolicy.objects.exists()


def test_a_message_has_a_page(desk: Client, works: Works) -> None:
    works.run()
    message = ActionMessage.objects.filter(advice="release_late").first()
    assert message is not None
    assert message.quantity > Decimal(0)
    assert "at once" in text_of(desk, f"/supplyplan/messages/{message.pk}/")
