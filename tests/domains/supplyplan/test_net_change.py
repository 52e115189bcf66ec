"""What happens is in the plan within seconds, as if everything had been planned anew."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from loomline.domains.sales import commands as sales
from loomline.domains.supplyplan import jobs, queries
from loomline.domains.supplyplan.models import ActionMessage, PlanItem, PlannedOrder, PlanPeg, PlanRun
from tests.domains.supplyplan.conftest import Works

D = Decimal
WANTED, LATER = date(2027, 2, 22), date(2027, 3, 22)


def state() -> tuple[Any, ...]:
    """The whole plan without its keys."""
    orders = PlannedOrder.objects.filter(state="proposed")
    return (
        sorted(orders.values_list("item", "site", "kind", "quantity", "start_on", "due_on", "need_on")),
        sorted(
            map(str, PlanPeg.objects.values_list("item", "quantity", "order__item", "taker__item", "demand"))
        ),
        sorted(ActionMessage.objects.values_list("item", "advice", "says")),
        sorted(map(str, PlanItem.objects.values_list("item", "site", "flow", "on_hand"))),
    )


def test_a_new_order_is_planned_without_a_run(works: Works) -> None:
    works.order(works.variant("pine", "M"), "1200", on=WANTED)
    works.run()
    works.order(works.variant("oat", "L"), "10", on=LATER)
    # The sweater and all that goes into it; nothing of the other sweater is written.
    kept = PlannedOrder.objects.get(item=works.variant("pine", "M"))
    assert jobs.follow(works.ctx) == 3
    assert works.planned(works.variant("oat", "L"))[0][1] == D(10)
    assert sum(row[1] for row in works.planned(works.merino)) == D("528.528")
    assert PlannedOrder.objects.get(item=works.variant("pine", "M")) == kept
    after = state()
    works.run()
    assert state() == after


def test_stock_that_comes_in_takes_a_proposal_away(works: Works) -> None:
    works.order(works.variant("pine", "M"), "1200", on=WANTED)
    works.run()
    works.stock(works.merino, "600")
    sales.cancel_order(works.ctx, order=works.order(works.variant("oat", "S"), "5", on=LATER), reason="No")
    jobs.follow(works.ctx)
    assert works.planned(works.variant("oat", "S")) == []
    after = state()
    works.run()
    assert state() == after


def test_what_is_heard_once_is_not_planned_again(works: Works) -> None:
    works.order(works.variant("pine", "M"), "1200", on=WANTED)
    works.run()
    works.order(works.variant("pine", "M"), "10", on=LATER)
    assert jobs.follow(works.ctx) == 3
    assert jobs.follow(works.ctx) == 0
    run = PlanRun.objects.get()
    assert run.refreshes == 1


def test_without_a_plan_nothing_is_followed(works: Works) -> None:
    works.order(works.variant("pine", "M"), "10", on=WANTED)
    assert jobs.follow(works.ctx) == 0
    assert not PlannedOrder.objects.exists()


def test_the_cone_reads_parents_and_writes_parts(works: Works) -> None:
    sweater = works.variant("pine", "M")
    works.order(sweater, "10", on=WANTED)
    works.run()
    cone = queries.cone_of(works.ctx, items=[works.merino.pk])
    assert (cone.written, cone.read) == ({works.merino.pk}, {works.merino.pk, sweater.pk})
