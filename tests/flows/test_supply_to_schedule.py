"""What stands behind work orders, and who waits for them, give the schedule its days; plans ask for hours."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.catalog.models import Item
from loomline.domains.parties import commands as parties
from loomline.domains.planning.models import ORDER_LINE, PURCHASE_LINE, WORK_LINE, WORK_ORDER, Peg
from loomline.domains.procurement import commands as procurement
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import OrderLine
from loomline.domains.scheduling import ports
from loomline.domains.shopfloor import ports as floor_ports
from loomline.domains.shopfloor import queries as shopfloor
from loomline.domains.supplyplan.models import PlannedOrder
from loomline.kernel.context import Ctx
from tests.domains.bills.knit import make_ctx
from tests.domains.scheduling.floor import MONDAY, Floor, at

D = Decimal


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


def test_a_purchase_tied_to_the_work_says_when_it_can_begin(ctx: Ctx) -> None:
    floor = Floor(ctx)
    label = Item.objects.get(sku="L-CAP")
    mill = parties.open_party(ctx, name="Label mill", roles=["supplier"])
    draft = procurement.PurchaseLineDraft(item=label, quantity=D(60), requested_on=date(2026, 11, 26))
    line = procurement.open_purchase(ctx, supplier=mill, lines=[draft], site=floor.home).lines.get()
    caps = floor.work(floor.cap, 60)
    Peg.objects.create(
        demand_kind=WORK_ORDER, demand_id=caps.pk, supply_kind=PURCHASE_LINE, supply_id=line.pk, item=label,
        quantity=D(60),
    )  # fmt: skip
    assert list(ports.materials(ctx, works=[caps])) == [
        ports.Material(caps.pk, date(2026, 11, 26), "Label of Cap", None)
    ]
    floor.schedule()
    assert floor.of(caps).starts_at == at(26, 8)


def test_the_earliest_promise_less_the_way_is_the_day_to_be_done(ctx: Ctx) -> None:
    floor = Floor(ctx)
    shop = parties.open_party(ctx, name="Nord Living", roles=["customer"])
    order = sales.open_order(
        ctx,
        customer=shop,
        lines=[sales.LineDraft(item=floor.cap, quantity=D(60), price=D(9))],
        site=floor.home,
    )
    OrderLine.objects.filter(order=order).update(promised_on=date(2026, 11, 27))
    caps, alone = floor.work(floor.cap, 60, due=30), floor.work(floor.hat, 10, due=24)
    Peg.objects.create(
        demand_kind=ORDER_LINE, demand_id=order.lines.get().pk, supply_kind=WORK_LINE,
        supply_id=caps.lines.get().pk, item=floor.cap, quantity=D(60),
    )  # fmt: skip
    # Two working days to the customer before Friday.
    assert ports.dues(ctx, works=[caps, alone]) == {caps.pk: date(2026, 11, 25), alone.pk: date(2026, 11, 24)}


def test_planned_orders_are_load_back_from_their_due_day(ctx: Ctx) -> None:
    floor = Floor(ctx)
    PlannedOrder.objects.create(
        item=floor.cap, site=floor.home, kind="make", quantity=D(100), started=D(100),
        start_on=date(2026, 11, 26), due_on=date(2026, 11, 27), need_on=date(2026, 11, 27),
    )  # fmt: skip
    foreseen = list(floor_ports.foreseen(ctx, first=MONDAY, last=date(2026, 11, 29)))
    assert foreseen == [
        floor_ports.Foreseen(floor.sewing.pk, date(2026, 11, 26), D(230)),
        floor_ports.Foreseen(floor.packing.pk, date(2026, 11, 27), D(50)),
    ]
    floor.work(floor.cap, 60)
    [one] = shopfloor.load(centres=[floor.sewing], first=MONDAY, buckets=1, foreseen=foreseen)
    # Five days of eight hours; 150 minutes are ordered, 230 planned.
    assert [(b.load, b.foreseen, b.capacity) for b in one.buckets] == [(380, 230, 2400)]
