"""A run reads the documents and proposes what they leave open."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing.models import WorkOrder
from loomline.domains.procurement import commands as procurement
from loomline.domains.supplyplan import ports, queries
from loomline.domains.supplyplan.models import ActionMessage, PlannedOrder, PlanPeg, PlanRun
from tests.domains.supplyplan.conftest import Works

D = Decimal
# A Monday. Making takes 16 working days, merino 14 more, labels 5.
WANTED = date(2027, 2, 22)


def test_an_order_is_made_and_its_materials_are_bought_by_lead_time(works: Works) -> None:
    sweater = works.variant("pine", "M")
    works.order(sweater, "1200", on=WANTED)
    run = works.run()
    # Two working days on the way: ready on Thursday 18 February, begun 16 working days before.
    ready, begun = date(2027, 2, 18), date(2027, 1, 27)
    assert works.planned(sweater) == [("make", D(1200), begun, ready)]
    # 1 200 x 0.42 x 1.04
    assert works.planned(works.merino) == [("buy", D("524.16"), date(2027, 1, 7), begun)]
    # Tailoring begins ten working days after dyeing; a thousand at least, in five hundreds.
    assert works.planned(works.label) == [("buy", D(1500), date(2027, 2, 3), date(2027, 2, 10))]
    assert (run.orders, run.items) == (3, 3)


def test_stock_and_open_orders_are_taken_before_anything_is_proposed(works: Works) -> None:
    sweater = works.variant("pine", "M")
    works.order(sweater, "1200", on=WANTED)
    works.stock(sweater, "200")
    works.stock(works.merino, "100")
    works.run()
    assert works.planned(sweater)[0][1] == D(1000)
    assert works.planned(works.merino)[0][1] == D("336.8")
    assert works.figures(works.merino).short_on == date(2027, 1, 27)
    assert works.figures(sweater).flow == [["2027-02-18", "1200", "0", "1000"]]


def test_every_requirement_is_pegged_down_to_the_customer(works: Works) -> None:
    sweater = works.variant("pine", "M")
    order = works.order(sweater, "1200", on=WANTED)
    works.run()
    yarn = PlannedOrder.objects.get(item=works.merino)
    made = PlannedOrder.objects.get(item=sweater)
    [up] = PlanPeg.objects.filter(order=yarn)
    assert (up.taker, up.quantity) == (made, D("524.16"))
    [end] = PlanPeg.objects.filter(order=made)
    assert (end.demand_kind, end.demand_id, end.demand) == ("sales.order", order.pk, order.number)
    assert (end.party, end.quantity) == (works.customer, D(1200))


def test_the_same_plan_keeps_its_rows(works: Works) -> None:
    works.order(works.variant("pine", "M"), "1200", on=WANTED)
    works.run()
    before = set(PlannedOrder.objects.values_list("pk", flat=True))
    works.run()
    assert set(PlannedOrder.objects.values_list("pk", flat=True)) == before
    assert PlanRun.objects.count() == 2


def test_what_should_have_begun_already_says_so(works: Works) -> None:
    works.order(works.variant("pine", "M"), "10", on=date(2026, 12, 1))
    works.run()
    late = PlannedOrder.objects.get(item=works.variant("pine", "M"))
    assert late.is_late
    message = ActionMessage.objects.get(order=late)
    assert message.advice == "release_late"
    assert message.says == "Start 10 pcs of Fjord pine M at once: it should have begun on 5 Nov."


def test_an_item_that_nobody_supplies_is_told_and_not_bought(works: Works) -> None:
    works.order(works.dyed, "5", on=WANTED)
    works.merino.supplier_items.all().delete()
    works.order(works.merino, "5", on=WANTED)
    works.run()
    assert ActionMessage.objects.get(item=works.merino).advice == "no_source"


def test_a_reorder_level_orders_today_what_fell_below_it(works: Works) -> None:
    item = works.label
    item.reorder_level = D(800)
    item.save()
    works.stock(item, "300")
    works.run()
    assert works.planned(item) == [("buy", D(1000), date(2026, 11, 23), date(2026, 11, 30))]


def test_reading_takes_the_same_few_statements_for_many_orders(
    works: Works, django_assert_max_num_queries: Any
) -> None:
    for colour in ("pine", "oat"):
        for size in ("S", "M", "L", "XL"):
            works.order(works.variant(colour, size), "10", on=WANTED)
    with django_assert_max_num_queries(24):
        plan = queries.reckon(works.ctx)
    assert len(plan.orders) == 10


@pytest.mark.parametrize("stop_at", [20, 60])
def test_a_run_that_is_stopped_leaves_the_plan_before(works: Works, stop_at: int) -> None:
    works.order(works.variant("pine", "M"), "1200", on=WANTED)
    works.run()

    def report(done: int, total: int, says: str) -> None:
        if done >= stop_at:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        queries.reckon(works.ctx, report=report)
    assert PlannedOrder.objects.count() == 3


def test_work_that_runs_late_is_hurried_and_not_made_twice(works: Works) -> None:
    sweater = works.variant("pine", "M")
    works.order(sweater, "100", on=WANTED)
    work = manufacturing.open_work(
        works.ctx, lines=[manufacturing.WorkLineDraft(item=sweater, quantity=D(140))], site=works.home
    )
    WorkOrder.objects.filter(pk=work.pk).update(state="running", expected_on=date(2027, 2, 25))
    works.run()
    assert works.planned(sweater) == []
    message = ActionMessage.objects.get(item=sweater)
    assert message.says == f"Bring {work.number} forward from 25 Feb to 18 Feb: Fjord pine M is wanted then."


def test_an_order_that_nobody_needs_any_more_is_to_be_cancelled(works: Works) -> None:
    line = procurement.PurchaseLineDraft(item=works.merino, quantity=D(50), requested_on=date(2026, 12, 14))
    purchase = procurement.open_purchase(works.ctx, supplier=works.mill, lines=[line], site=works.home)
    works.run()
    message = ActionMessage.objects.get()
    assert (message.advice, message.receipt, message.supplier) == ("cancel", purchase.number, works.mill)


def test_an_order_that_comes_weeks_early_is_to_be_deferred(works: Works) -> None:
    line = procurement.PurchaseLineDraft(
        item=works.merino, quantity=D("524.16"), requested_on=date(2026, 12, 1)
    )
    purchase = procurement.open_purchase(works.ctx, supplier=works.mill, lines=[line], site=works.home)
    works.order(works.variant("pine", "M"), "1200", on=WANTED)
    works.run()
    message = ActionMessage.objects.get(item=works.merino)
    assert message.says == f"Move {purchase.number} from 1 Dec to 27 Jan: Merino 2/48 is not wanted before."


def test_forecasts_of_others_are_planned_for_and_named(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    sweater = works.variant("pine", "M")
    wanted = ports.Wanted(sweater.pk, None, date(2027, 3, 1), D(80), "forecast", "Forecast March")
    monkeypatch.setattr(ports.further_demand, "filled", lambda ctx, *, since, until: [wanted])
    works.run()
    assert works.planned(sweater) == [("make", D(80), date(2027, 2, 5), date(2027, 3, 1))]
    assert PlanPeg.objects.get(item=sweater).demand == "Forecast March"
