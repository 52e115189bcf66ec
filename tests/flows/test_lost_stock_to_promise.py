"""Stock that is lost moves the orders that counted on it to the next honest day, or to none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from loomline.domains.bills import commands as bills
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item, Tracking
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Lot
from loomline.domains.manufacturing.models import WorkOrder
from loomline.domains.parties.models import Party
from loomline.domains.sales import commands as sales
from loomline.domains.sales import queries
from loomline.domains.sales.models import Order
from tests.domains.warehouse.dock import Dock
from tests.flows.conftest import expected, kept, sells, told

Planned = Callable[..., Order]


def test_orders_of_a_blocked_lot_are_promised_from_whoever_sells_it(
    dock: Dock, weaver: Party, planned: Planned
) -> None:
    dock.stock(dock.sweater, "10", lot="L-1")
    dock.stock(dock.sweater, "8", lot="L-2")
    loses, keeps = planned((dock.sweater, "10")), planned((dock.sweater, "8"))
    assert (kept(loses), kept(keeps)) == ([10], [8])

    inventory.block_lot(dock.ctx, lot=Lot.objects.get(number="L-1"), reason="moth")

    assert (kept(loses), kept(keeps)) == ([0], [8])
    assert (loses.expected_on, expected(loses)) == (date(2026, 11, 25), date(2026, 12, 16))
    assert (keeps.expected_on, expected(keeps)) == (date(2026, 11, 25),) * 2
    assert loses.lines.get().cause == "lot L-1 is blocked"
    assert told("sales.DeliveryMoved") == [f"Delivery of {loses.number} moved by 21 days: lot L-1 is blocked"]


def test_other_stock_that_is_free_keeps_the_promise(dock: Dock, weaver: Party, planned: Planned) -> None:
    dock.stock(dock.sweater, "10", lot="L-1")
    order = planned((dock.sweater, "10"))
    dock.stock(dock.sweater, "10", lot="L-2")

    inventory.block_lot(dock.ctx, lot=Lot.objects.get(number="L-1"), reason="moth")

    assert expected(order) == date(2026, 11, 25)
    assert told("sales.DeliveryMoved") == []


def test_an_order_whose_goods_nobody_can_get_has_no_date(dock: Dock, planned: Planned) -> None:
    dock.stock(dock.sweater, "10", lot="L-1")
    dock.stock(dock.label, "5")
    order = planned((dock.sweater, "10"), (dock.label, "5"))

    inventory.block_lot(dock.ctx, lot=Lot.objects.get(number="L-1"), reason="moth")

    assert expected(order) is None
    assert list(order.lines.order_by("position").values_list("expected_on", "cause")) == [
        (None, "lot L-1 is blocked"),
        (date(2026, 11, 25), ""),
    ]
    assert told("sales.DeliveryUnknown") == [
        f"Delivery of {order.number} has no date any more: lot L-1 is blocked"
    ]
    assert list(queries.orders_at_risk(today=dock.ctx.today)) == [order]

    client = Client()
    client.force_login(dock.ctx.actor)
    page = client.get(f"/sales/orders/{order.pk}/").content.decode()
    assert "No date." in page
    assert "lot L-1 is blocked" in page
    assert "no date" in client.get("/").content.decode()


def test_a_day_that_is_known_again_is_told(dock: Dock, planned: Planned) -> None:
    dock.stock(dock.sweater, "10", lot="L-1")
    order = planned((dock.sweater, "10"))
    inventory.block_lot(dock.ctx, lot=Lot.objects.get(), reason="moth")

    sales.expect_lines(dock.ctx, dates={order.lines.get().pk: date(2026, 12, 9)})

    assert expected(order) == date(2026, 12, 9)
    assert told("sales.DeliveryMoved") == [f"Delivery of {order.number} moved to 9 Dec: lot L-1 is blocked"]


def test_promises_from_stock_that_nobody_kept_are_given_again_too(dock: Dock, weaver: Party) -> None:
    dock.stock(dock.sweater, "10", lot="L-1")
    order, beyond = dock.order((dock.sweater, "10")), dock.order((dock.label, "1"))
    assert order.expected_on == date(2026, 11, 25)

    inventory.block_lot(dock.ctx, lot=Lot.objects.get(), reason="moth")

    assert (expected(order), expected(beyond)) == (date(2026, 12, 16), beyond.expected_on)
    assert order.lines.get().cause == "lot L-1 is blocked: moth"


def test_a_count_that_finds_less_moves_the_newest_orders(dock: Dock, weaver: Party, planned: Planned) -> None:
    dock.stock(dock.label, "10")
    first, second = planned((dock.label, "6")), planned((dock.label, "4"))
    count = inventory.Count(
        item_id=dock.label.pk, location_id=dock.mill.shelf.pk, lot_id=None, counted=Decimal(6)
    )
    accepting = replace(dock.ctx, accepted=frozenset({"CountedBelowReserved"}))

    inventory.adjust_stock(accepting, counts=[count], reason="counted by hand")

    assert (kept(first), kept(second)) == ([6], [0])
    assert (expected(first), expected(second)) == (date(2026, 11, 25), date(2026, 12, 7))
    assert second.lines.get().cause == "a count found less than was reserved"


@pytest.fixture
def jumper(dock: Dock) -> Item:
    """Knitted in five days of yarn that comes in lots."""
    yarn = catalog.add_item(dock.ctx, sku="YRN", name="Yarn", unit="kg", tracking=Tracking.LOT)
    made = catalog.add_item(dock.ctx, sku="JMP", name="Jumper", supply="make")
    bills.add_bill(
        dock.ctx,
        item=made,
        lines=[bills.BillLineDraft(component=yarn, quantity=Decimal("0.5"))],
        stages=[bills.StageDraft(name="Knitting", kind="knitting", days=5)],
    )
    return made


def test_work_that_loses_its_material_moves_the_orders_it_is_for(
    dock: Dock, jumper: Item, weaver: Party, planned: Planned
) -> None:
    yarn = Item.objects.get(sku="YRN")
    dock.stock(yarn, "20", lot="Y-1")
    order = planned((jumper, "30"))
    work = WorkOrder.objects.get()
    assert stock.reserved_for(kind="manufacturing.workorder", ids=[work.pk]) == {work.pk: Decimal(15)}
    assert order.expected_on == date(2026, 12, 1)

    inventory.block_lot(dock.ctx, lot=Lot.objects.get(), reason="moth")
    assert expected(order) is None
    assert order.lines.get().cause == "lot Y-1 is blocked"


def test_work_that_can_get_other_material_waits_for_it(
    dock: Dock, jumper: Item, weaver: Party, planned: Planned
) -> None:
    yarn = Item.objects.get(sku="YRN")
    sells(dock, weaver, yarn, days=14)
    dock.stock(yarn, "20", lot="Y-1")
    order = planned((jumper, "30"))

    inventory.block_lot(dock.ctx, lot=Lot.objects.get(), reason="moth")

    work = WorkOrder.objects.get()
    # Two weeks for the yarn, five days of knitting, two on the road.
    assert (work.starts_on, work.expected_on) == (date(2026, 12, 7), date(2026, 12, 11))
    assert (expected(order), order.lines.get().cause) == (date(2026, 12, 15), "lot Y-1 is blocked")
