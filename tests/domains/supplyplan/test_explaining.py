"""Every planned order says why it is what it is, and for whom."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from loomline.domains.supplyplan import commands, queries
from loomline.domains.supplyplan.models import PlannedOrder
from tests.domains.supplyplan.conftest import Works

D = Decimal
WANTED = date(2027, 2, 22)


def test_gross_to_net_of_labels(works: Works) -> None:
    works.order(works.variant("pine", "M"), "1200", on=WANTED)
    works.stock(works.label, "150")
    works.run()
    found = queries.net(order=PlannedOrder.objects.get(item=works.label))
    assert found is not None
    assert (found.required, found.stock, found.coming, found.before) == (D(1200), D(150), D(0), D(0))
    assert (found.missing, found.ahead, found.lot, found.quantity) == (D(1050), D(0), D(450), D(1500))


def test_yarn_is_for_the_customers_of_the_sweater(works: Works) -> None:
    sweater = works.variant("pine", "M")
    first = works.order(sweater, "900", on=WANTED)
    second = works.order(sweater, "300", on=WANTED)
    works.run()
    yarn = PlannedOrder.objects.get(item=works.merino)
    ends = [one for one in queries.chain(order=yarn) if one.is_end]
    assert [(one.demand, one.party, one.share) for one in ends] == [
        (first.number, "Nord Living", D("393.12")),
        (second.number, "Nord Living", D("131.04")),
    ]


def test_the_way_to_customers_goes_through_work_that_exists(works: Works) -> None:
    sweater = works.variant("pine", "M")
    order = works.order(sweater, "1200", on=WANTED)
    works.run()
    commands.firm_orders(works.ctx, orders=list(PlannedOrder.objects.filter(item=sweater)))
    works.run()
    yarn = PlannedOrder.objects.get(item=works.merino, state="proposed")
    steps = queries.chain(order=yarn)
    assert [(one.level, one.demand_kind) for one in steps] == [
        (1, "manufacturing.workorder"),
        (2, "sales.order"),
    ]
    assert (steps[-1].demand, steps[-1].share) == (order.number, D("524.16"))


def test_weeks_add_up_to_what_is_left(works: Works) -> None:
    sweater = works.variant("pine", "M")
    works.order(sweater, "1200", on=WANTED)
    works.stock(sweater, "300")
    works.run()
    weeks = queries.weeks(row=works.figures(sweater), today=works.ctx.today)
    assert weeks[0].left == D(300)
    assert (weeks[-1].starts_on, weeks[-1].required, weeks[-1].planned, weeks[-1].left) == (
        date(2027, 2, 15),
        D(1200),
        D(900),
        D(0),
    )
