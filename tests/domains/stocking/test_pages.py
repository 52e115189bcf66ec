"""From what happened to a policy of the plan, through the job and the pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from loomline.domains.stocking import commands, jobs
from loomline.domains.stocking.models import Recommendation, Round
from loomline.domains.supplyplan.models import ItemPolicy
from loomline.kernel.event import StoredEvent
from loomline.kernel.job import JobRun, perform
from loomline.kernel.refusal import NotPermitted
from tests.domains.bills.knit import TODAY
from tests.domains.stocking.conftest import Shelf

D = Decimal


@pytest.fixture
def desk(shelf: Shelf) -> Client:
    client = Client()
    client.force_login(shelf.ctx.actor)
    return client


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_from_history_to_the_policy_of_the_plan(desk: Client, shelf: Shelf) -> None:
    assert "Nothing was recommended yet." in text_of(desk, "/stocking/")
    assert "Recommend stock first." in text_of(desk, "/stocking/curve/")
    label, sweater = shelf.label, shelf.variant("pine", "M")
    shelf.sold(label, *["400", "600"] * 6)
    shelf.sold(sweater, "3", "5", "4")
    for n, days in enumerate((6, 8, 10)):
        shelf.received(label, "2500", ordered=TODAY - timedelta(days=90 - n), days=days)
    shelf.stock(shelf.merino, "80")

    assert desk.post("/stocking/recommend/").status_code in (200, 204, 302, 303)
    run = perform(JobRun.objects.get(name=jobs.recommend_stock.name))
    assert (run.state, run.result) == ("done", {"places": Round.objects.get().places})

    row = shelf.advice(label)
    assert (row.weeks, row.mean, row.state, row.method) == (12, D(500), "open", "sQ")
    assert (row.lead_weeks, row.figures["lead_source"], row.figures["lead_count"]) == (D("1.143"), "seen", 3)
    assert row.lead_deviation == D("0.286")
    assert (row.unit_cost, row.currency) == (D("0.08"), "EUR")
    assert row.order_quantity % 100 == 0
    assert row.on_hand == D(7500)
    assert shelf.advice(shelf.merino).method == "none"

    page = text_of(desk, f"/stocking/recommendations/{row.pk}/")
    assert "as soon as what is there and on order falls to" in page
    told = text_of(desk, f"/stocking/recommendations/{row.pk}/?tab=calculation")
    for said in ("mean of 12 weeks", "mean of 3 deliveries", "z × σ", "Economic order quantity", "√(2 ×"):
        assert said in told
    assert "Recommended stock" in text_of(desk, f"/catalog/items/{label.pk}/?tab=stocking")
    for said in ("By class", "To decide first", "Woven label", "Dead and excess stock"):
        assert said in text_of(desk, "/stocking/")
    rows: dict[str, Any] = desk.get("/api/v1/stocking/recommendations?worth=A").json()
    assert {one["classes"][0] for one in rows["items"]} == {"A"}

    answer = desk.post(f"/stocking/recommendations/do/accept_recommendations/?ids={row.pk}")
    assert answer.status_code in (200, 204, 302, 303)
    policy = ItemPolicy.objects.get(item=label, site=shelf.home)
    assert (policy.safety_stock, policy.reorder_level) == (row.safety_stock, row.reorder_level)
    assert (policy.minimum, policy.rule) == (row.order_quantity, "lot")
    assert StoredEvent.objects.filter(name="supplyplan.PoliciesAgreed").count() == 1
    shelf.recommend()
    again = shelf.advice(label)
    assert (again.pk, again.state) == (row.pk, "fits")
    assert abs(again.difference) <= D("0.1") * again.value_now


def test_what_was_dismissed_comes_again_when_it_says_something_else(shelf: Shelf) -> None:
    label = shelf.label
    shelf.sold(label, *["400", "600"] * 6)
    shelf.recommend()
    row = shelf.advice(label)
    with pytest.raises(commands.WhyMissing):
        commands.dismiss_recommendations(shelf.ctx, recommendations=[row], reason=" ")
    commands.dismiss_recommendations(shelf.ctx, recommendations=[row], reason="Ends in spring")
    with pytest.raises(commands.NothingOpen):
        commands.dismiss_recommendations(shelf.ctx, recommendations=[row], reason="Again")
    shelf.recommend()
    assert (shelf.advice(label).state, shelf.advice(label).reason) == ("dismissed", "Ends in spring")
    shelf.sold(label, *["4000", "6000"] * 6)
    shelf.recommend()
    assert (shelf.advice(label).state, shelf.advice(label).reason) == ("open", "")


def test_a_point_of_the_curve_becomes_the_target_of_the_house(desk: Client, shelf: Shelf) -> None:
    shelf.sold(shelf.label, *["400", "600", "100"] * 4)
    shelf.sold(shelf.variant("oat", "S"), *["30", "50", "10"] * 4)
    shelf.recommend()
    page = text_of(desk, "/stocking/curve/")
    for said in ("<svg", "Demand served", "A · B · C", "Choose", 'name="target_a"'):
        assert said in page
    assert "Choose" not in text_of(desk, "/stocking/curve/?worth=A")
    answer = desk.post(
        "/stocking/curve/choose/", {"target_a": "0.9712", "target_b": "0.9", "target_c": "0.8"}
    )
    assert answer.status_code in (200, 204, 302, 303)
    assert (shelf.rule.measure, shelf.rule.target_a) == ("fill", D("0.9712"))
    assert perform(JobRun.objects.get()).state == "done"
    assert Recommendation.objects.get(item=shelf.label).target in (D("0.9712"), D("0.9"), D("0.8"))
    refused = desk.post("/stocking/curve/choose/", {"target_a": "2", "target_b": "0.9", "target_c": "0.8"})
    assert refused.status_code != 200 or "0.5 to 0.9999" in refused.content.decode()
    assert shelf.rule.target_a == D("0.9712")


def test_a_stopped_job_keeps_nothing_and_strangers_may_not_decide(desk: Client, shelf: Shelf) -> None:
    shelf.sold(shelf.label, "400", "600")
    desk.post("/stocking/recommend/")
    JobRun.objects.update(stop_requested=True)
    assert perform(JobRun.objects.get()).state == "stopped"
    assert not Recommendation.objects.exists()
    shelf.recommend()
    stranger = type(shelf.ctx.actor).objects.create(email="s@example.org", name="Sam Stranger")
    with pytest.raises(NotPermitted):
        commands.accept_recommendations(
            replace(shelf.ctx, actor=stranger), recommendations=list(Recommendation.objects.all())
        )
    assert not ItemPolicy.objects.exists()


def test_a_forecast_item_keeps_its_order_point_out_of_the_plan(shelf: Shelf) -> None:
    shelf.sold(shelf.label, *["400", "600"] * 6)
    shelf.recommend()
    Recommendation.objects.update(is_planned=True)
    row = shelf.advice(shelf.label)
    ItemPolicy.objects.create(item=shelf.label, safety_days=2, reorder_level=D(9))
    commands.accept_recommendations(shelf.ctx, recommendations=[row])
    policy = ItemPolicy.objects.get(item=shelf.label, site=shelf.home)
    assert (policy.safety_stock, policy.reorder_level, policy.safety_days) == (row.safety_stock, D(0), 2)
    assert date(2026, 11, 23) == shelf.ctx.today
