"""Planned orders become documents, once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.catalog.models import Item
from loomline.domains.manufacturing.models import WorkOrder
from loomline.domains.procurement.models import Purchase, PurchaseLine
from loomline.domains.sites import commands as sites
from loomline.domains.storage.models import Transfer
from loomline.domains.supplyplan import commands
from loomline.domains.supplyplan.models import ActionMessage, ItemPolicy, PlannedOrder
from loomline.kernel.event import StoredEvent
from tests.domains.supplyplan.conftest import Works

D = Decimal
WANTED = date(2027, 2, 22)


def test_proposals_become_one_purchase_a_supplier_and_work(works: Works) -> None:
    sweater = works.variant("pine", "M")
    works.order(sweater, "1200", on=WANTED)
    works.run()
    firmed = commands.firm_orders(works.ctx, orders=list(PlannedOrder.objects.all()))
    [purchase] = Purchase.objects.all()
    [work] = WorkOrder.objects.all()
    assert (purchase.supplier, purchase.state, purchase.site) == (works.mill, "draft", works.home)
    lines = {line.item_id: (line.quantity, line.requested_on) for line in purchase.lines.all()}
    assert lines == {
        works.merino.pk: (D("524.16"), date(2027, 1, 27)),
        works.label.pk: (D(1500), date(2027, 2, 10)),
    }
    assert (work.item, work.quantity, work.due_on) == (sweater, D(1200), date(2027, 2, 18))
    assert {(one.state, one.document) for one in firmed} == {
        ("firmed", purchase.number),
        ("firmed", work.number),
    }
    told = StoredEvent.objects.get(name="supplyplan.PlannedOrdersFirmed").sentence
    assert told == "3 planned orders firmed: 1 purchases, 1 work orders, 0 transfers"


def test_a_second_click_orders_nothing_twice(works: Works) -> None:
    works.order(works.variant("pine", "M"), "1200", on=WANTED)
    works.run()
    orders = list(PlannedOrder.objects.all())
    commands.firm_orders(works.ctx, orders=orders)
    again = commands.firm_orders(works.ctx, orders=orders)
    assert (Purchase.objects.count(), WorkOrder.objects.count()) == (1, 1)
    assert {one.state for one in again} == {"firmed"}


def test_what_was_firmed_is_a_receipt_in_the_next_run(works: Works) -> None:
    sweater = works.variant("pine", "M")
    works.order(sweater, "1200", on=WANTED)
    works.run()
    commands.firm_orders(works.ctx, orders=list(PlannedOrder.objects.all()))
    works.run()
    assert not PlannedOrder.objects.filter(state="proposed").exists()
    assert PlannedOrder.objects.filter(state="firmed").count() == 3
    assert works.figures(works.merino).short_on is None
    assert not ActionMessage.objects.exists()


def test_without_a_supplier_nothing_is_firmed(works: Works) -> None:
    works.merino.supplier_items.all().delete()
    works.order(works.variant("pine", "M"), "1200", on=WANTED)
    works.run()
    with pytest.raises(commands.NoSource, match=r"Nobody supplies Merino 2/48\. Name a supplier"):
        commands.firm_orders(works.ctx, orders=list(PlannedOrder.objects.all()))
    assert not PurchaseLine.objects.exists()
    assert set(PlannedOrder.objects.values_list("state", flat=True)) == {"proposed"}


def test_a_shop_is_supplied_by_a_transfer_from_the_works(works: Works) -> None:
    shop = sites.open_site(works.ctx, code="SHOP", name="Shop in town")
    label: Item = works.label
    ItemPolicy.objects.create(item=label, site=shop, from_site=works.home, lead_days=2, safety_stock=D(40))
    works.stock(label, "500")
    works.stock(label, "10", at=shop)
    works.run()
    [order] = PlannedOrder.objects.filter(item=label)
    assert (order.kind, order.quantity, order.from_site, order.site) == ("move", D(30), works.home, shop)
    assert order.is_late
    commands.firm_orders(works.ctx, orders=[order])
    transfer = Transfer.objects.get()
    assert (transfer.source, transfer.destination) == (works.home, shop)
    assert [(line.item, line.quantity) for line in transfer.lines.all()] == [(label, D(30))]
    order.refresh_from_db()
    assert order.document == transfer.number


def test_yield_starts_more_and_counts_what_turns_out_well(works: Works) -> None:
    sweater = works.variant("pine", "M")
    ItemPolicy.objects.create(item=sweater, yield_share=D("0.8"))
    works.order(sweater, "100", on=WANTED)
    works.run()
    order = PlannedOrder.objects.get(item=sweater)
    assert (order.quantity, order.started) == (D(100), D(125))
    commands.firm_orders(works.ctx, orders=[order])
    assert WorkOrder.objects.get().quantity == D(125)
    works.run()
    assert not PlannedOrder.objects.filter(item=sweater, state="proposed").exists()
