"""What comes in or out of a stage is checked as planned, and may have to wait for the result."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from loomline.domains.bills import commands as bills
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item, Tracking
from loomline.domains.inventory.models import Lot, LotState
from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing.models import WorkOrder, WorkStage
from loomline.domains.parties.models import Party
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase, Receipt
from loomline.domains.quality import commands as quality
from loomline.domains.quality.models import Check, CheckPlan
from loomline.domains.sales.models import Order
from loomline.kernel import edit
from tests.domains.warehouse.dock import Dock
from tests.flows.conftest import expected, kept, sells

save_plan = edit.plain_commands(CheckPlan)["save"]


def plan(dock: Dock, characteristic: str, **values: Any) -> CheckPlan:
    """Something that is measured."""
    return save_plan(
        dock.ctx, record=CheckPlan(), values={"characteristic": characteristic, "upper": Decimal(5), **values}
    )


def asked() -> list[tuple[str, str, str, int | None]]:
    """The checks that were opened: what, of which lot, asked for by what."""
    rows = Check.objects.order_by("pk").values_list(
        "characteristic", "lot__number", "origin_kind", "origin_id"
    )
    return [(what, lot or "", kind, pk) for what, lot, kind, pk in rows]


def receive(dock: Dock, purchase: Purchase) -> None:
    """All of the first line arrives in one lot."""
    line = purchase.lines.earliest("position")
    row = procurement.ReceivedLine(line=line, quantity=line.quantity, lot="W-1")
    procurement.receive_goods(dock.ctx, purchase=purchase, lines=[row])


def test_received_goods_are_kept_for_their_order_and_wait_for_the_check(
    dock: Dock, weaver: Party, planned: Callable[..., Order], bought: Callable[[], Purchase]
) -> None:
    plan(dock, "Shade", item=dock.sweater, holds=True)
    plan(dock, "Width", item=dock.label)
    order = planned((dock.sweater, "10"))
    receive(dock, bought())

    lot = Lot.objects.get()
    assert asked() == [("Shade", "W-1", "procurement.receipt", Receipt.objects.get().pk)]
    assert (lot.state, lot.reason) == (LotState.QUARANTINE, "waits for the check of Shade")
    assert kept(order) == [10]

    quality.record_check(dock.ctx, check=Check.objects.get(), measured=Decimal(1))
    lot.refresh_from_db()
    assert (lot.state, kept(order)) == (LotState.AVAILABLE, [10])


def test_goods_that_fail_and_are_scrapped_give_their_order_a_new_day(
    dock: Dock, weaver: Party, planned: Callable[..., Order], bought: Callable[[], Purchase]
) -> None:
    plan(dock, "Shade", item=dock.sweater, holds=True)
    order = planned((dock.sweater, "10"))
    receive(dock, bought())
    assert order.expected_on == date(2026, 12, 16)

    a_week_later = dock.ctx.at(dock.ctx.now + timedelta(days=7))
    check = quality.record_check(a_week_later, check=Check.objects.get(), measured=Decimal(9))
    quality.decide(a_week_later, check=check, decision="scrap")

    # Bought anew on the 30th, twenty days to a Sunday, so Monday, and two days on the road.
    assert (kept(order), expected(order)) == ([0], date(2026, 12, 23))
    assert order.lines.get().cause == "lot W-1 is blocked"


def test_items_that_nobody_checks_are_not_checked(
    dock: Dock, weaver: Party, planned: Callable[..., Order], bought: Callable[[], Purchase]
) -> None:
    plan(dock, "Width", item=dock.label)
    planned((dock.sweater, "10"))
    receive(dock, bought())
    assert asked() == []


@pytest.fixture
def work(dock: Dock, weaver: Party, planned: Callable[..., Order]) -> WorkOrder:
    """Thirty jumpers: yarn is dyed, which gives lots of dyed yarn, then knitted."""
    yarn, dyed = catalog.add_items(
        dock.ctx,
        drafts=[
            catalog.ItemDraft(sku=sku, name=name, unit="kg", tracking=Tracking.LOT)
            for sku, name in (("YRN", "Yarn"), ("YRN-D", "Dyed yarn"))
        ],
    )
    sells(dock, weaver, yarn, days=14)
    jumper = catalog.add_item(dock.ctx, sku="JMP", name="Jumper", supply="make", tracking=Tracking.LOT)
    bills.add_bill(
        dock.ctx,
        item=jumper,
        lines=[bills.BillLineDraft(component=yarn, quantity=Decimal("0.5"), stage_position=1)],
        stages=[
            bills.StageDraft(name="Dyeing", kind="dyeing", days=2, item=dyed, factor=Decimal("0.5")),
            bills.StageDraft(name="Knitting", kind="knitting", days=5),
            bills.StageDraft(name="Packing", kind="packing", days=1),
        ],
    )
    dock.stock(yarn, "20", lot="Y-1")
    planned((jumper, "30"))
    made = WorkOrder.objects.get()
    manufacturing.release_work(dock.ctx, work=made)
    manufacturing.issue_material(dock.ctx, work=made)
    return made


def run(dock: Dock, work: WorkOrder, name: str, quantity: int, **more: Any) -> WorkStage:
    """Begin and end a stage."""
    stage = WorkStage.objects.select_related("work", "item").get(work=work, name=name)
    stage = manufacturing.start_stage(dock.ctx, stage=stage)
    return manufacturing.finish_stage(dock.ctx, stage=stage, quantity_out=Decimal(quantity), **more)


def test_every_stage_is_checked_as_planned_and_a_held_lot_stops_the_next_one(
    dock: Dock, work: WorkOrder
) -> None:
    plan(dock, "Shade", item=Item.objects.get(sku="YRN-D"), holds=True)
    plan(dock, "Fastness", stage="dyeing")
    plan(dock, "Gauge", stage="Knitting")
    plan(dock, "Seams", item=Item.objects.get(sku="JMP"))
    plan(dock, "Carton", stage="Packing")

    dyeing = run(dock, work, "Dyeing", 15, lot="D-1")
    assert asked() == [
        ("Shade", "D-1", "manufacturing.workstage", dyeing.pk),
        ("Fastness", "D-1", "manufacturing.workstage", dyeing.pk),
    ]
    with pytest.raises(manufacturing.LotOnHold, match="D-1"):
        run(dock, work, "Knitting", 30)
    quality.record_check(dock.ctx, check=Check.objects.get(characteristic="Shade"), measured=Decimal(1))

    # Knitting gives no lot: the work itself is checked.
    knitting = run(dock, work, "Knitting", 30)
    packing = run(dock, work, "Packing", 30, lot="J-1")
    assert asked()[2:] == [
        ("Gauge", "", "manufacturing.workstage", knitting.pk),
        ("Seams", "J-1", "manufacturing.workorder", work.pk),
        ("Carton", "J-1", "manufacturing.workstage", packing.pk),
    ]
