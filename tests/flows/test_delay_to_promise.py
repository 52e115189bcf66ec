"""A delay of a supplier, or of work, moves the day of exactly the orders that stand on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.bills import commands as bills
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item
from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing.models import WorkOrder, WorkStage
from loomline.domains.parties.models import Party
from loomline.domains.planning.models import Peg
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Order
from tests.domains.warehouse.dock import Dock
from tests.flows.conftest import expected, free, told


@pytest.fixture
def jumper(dock: Dock, weaver: Party) -> Item:
    """Knitted in five days and packed in one, with a label that the weaver brings."""
    made = catalog.add_item(dock.ctx, sku="JMP", name="Jumper", supply="make", tracking="lot")
    bills.add_bill(
        dock.ctx,
        item=made,
        lines=[bills.BillLineDraft(component=dock.label, quantity=Decimal(1))],
        stages=[
            bills.StageDraft(name="Knitting", kind="knitting", days=5),
            bills.StageDraft(name="Packing", kind="packing", days=1),
        ],
    )
    return made


def test_a_late_purchase_moves_the_orders_that_wait_for_it(
    dock: Dock, weaver: Party, planned: Callable[..., Order], bought: Callable[[], Purchase]
) -> None:
    dock.stock(dock.sweater, "50", lot="L-1")
    waits, does_not = planned((dock.label, "100")), planned((dock.sweater, "5"))
    before = waits.expected_on, does_not.expected_on
    purchase = bought()
    # Ten days to the weaver's delivery, a Thursday, and two working days from there to the customer.
    assert before == (date(2026, 12, 7), date(2026, 11, 25))

    procurement.report_delay(
        dock.ctx, purchase=purchase, expected_on=date(2026, 12, 10), reason="loom 4 stopped"
    )

    assert (expected(waits), expected(does_not)) == (date(2026, 12, 14), before[1])
    assert waits.lines.get().cause == "loom 4 stopped"
    assert told("sales.DeliveryMoved") == [f"Delivery of {waits.number} moved by 7 days: loom 4 stopped"]


def test_late_material_moves_the_order_through_the_work_that_needs_it(
    dock: Dock, jumper: Item, planned: Callable[..., Order], bought: Callable[[], Purchase]
) -> None:
    order = planned((jumper, "30"))
    before = order.expected_on
    work = WorkOrder.objects.get()
    purchase = bought()

    procurement.report_delay(
        dock.ctx, purchase=purchase, expected_on=date(2026, 12, 10), reason="loom 4 stopped"
    )

    work.refresh_from_db()
    # Material on Thursday the 10th, knitted by the 16th, packed on the 17th, two working days on the road.
    assert (work.starts_on, work.expected_on) == (date(2026, 12, 10), date(2026, 12, 17))
    assert (before, expected(order)) == (date(2026, 12, 14), date(2026, 12, 21))
    assert order.lines.get().cause == "Care label: loom 4 stopped"


def test_an_order_whose_lines_all_wait_is_told_of_once(
    dock: Dock, jumper: Item, planned: Callable[..., Order], bought: Callable[[], Purchase]
) -> None:
    coat = catalog.add_item(dock.ctx, sku="COAT", name="Coat", supply="make", tracking="lot")
    bills.add_bill(
        dock.ctx,
        item=coat,
        lines=[bills.BillLineDraft(component=dock.label, quantity=Decimal(1))],
        stages=[bills.StageDraft(name="Knitting", kind="knitting", days=8)],
    )
    order = planned((jumper, "30"), (coat, "20"))
    purchase = bought()

    procurement.report_delay(
        dock.ctx, purchase=purchase, expected_on=date(2026, 12, 10), reason="loom 4 stopped"
    )

    # Six working days for the jumper and eight for the coat, from the 10th, and two on the road.
    assert [line.expected_on for line in order.lines.order_by("position")] == [
        date(2026, 12, 21),
        date(2026, 12, 23),
    ]
    assert told("sales.DeliveryMoved") == [
        f"Delivery of {order.number} moved by 7 days: Care label: loom 4 stopped"
    ]


def test_a_stage_that_begins_says_so_on_the_order_line(
    dock: Dock, jumper: Item, planned: Callable[..., Order]
) -> None:
    dock.stock(dock.label, "100")
    order, other = planned((jumper, "30")), planned((jumper, "10"))
    work = WorkOrder.objects.earliest("pk")
    manufacturing.release_work(dock.ctx, work=work)

    manufacturing.start_stage(dock.ctx, stage=WorkStage.objects.get(work=work, name="Knitting"))

    assert (order.lines.get().stage, other.lines.get().stage) == ("Knitting", "")


def test_nothing_stands_behind_a_cancelled_order(
    dock: Dock, weaver: Party, planned: Callable[..., Order]
) -> None:
    gone = planned((dock.label, "100"))
    peg = Peg.objects.get()
    assert (peg.demand_id, peg.quantity) == (gone.lines.get().pk, 100)

    sales.cancel_order(dock.ctx, order=gone, reason="the shop closed")
    peg.refresh_from_db()
    assert peg.quantity == 0

    # The purchase stays, and the next order takes what it brings instead of buying again.
    again = planned((dock.label, "60"))
    assert Purchase.objects.count() == 1
    assert list(Peg.objects.filter(demand_id=again.lines.get().pk).values_list("quantity", flat=True)) == [60]
    assert free(dock, dock.label) == 0
