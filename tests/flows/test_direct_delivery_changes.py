"""What is still to be brought follows the order and the supplier; people are told what they must hear."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client

from loomline.domains.catalog.models import Item
from loomline.domains.inventory.models import Reservation
from loomline.domains.planning import commands as planning
from loomline.domains.planning.models import Peg
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase, PurchaseState
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Delivery, Order, OrderLine, OrderState
from loomline.domains.tasks.models import Task
from tests.domains.warehouse.dock import Dock
from tests.flows.brought import PROMISED, D, bring
from tests.flows.brought import mug as mug
from tests.flows.brought import potter as potter
from tests.flows.brought import sent as sent
from tests.flows.conftest import expected, told


def test_a_draft_follows_the_order(dock: Dock, mug: Item) -> None:
    order = dock.order((dock.label, "5"), (mug, "40"))
    own, straight = order.lines.order_by("position")
    keep = sales.LineDraft(item=dock.label, quantity=D(5), price=D(45), line=own)
    purchase = Purchase.objects.get()

    fewer = sales.LineDraft(item=mug, quantity=D(30), price=D(45), line=straight)
    more = sales.LineDraft(item=mug, quantity=D(6), price=D(40))
    sales.amend_order(dock.ctx, order=order, lines=[keep, fewer, more])
    assert list(purchase.lines.order_by("position").values_list("position", "quantity")) == [(1, 30), (2, 6)]
    purchase.refresh_from_db()
    assert (purchase.total, Purchase.objects.count()) == (D(234), 1)
    assert set(Peg.objects.values_list("quantity", flat=True)) == {D(30), D(6)}

    sales.amend_order(dock.ctx, order=order, lines=[keep])
    purchase.refresh_from_db()
    assert purchase.state == PurchaseState.CANCELLED
    assert not Task.objects.exists()


def test_from_stock_instead(dock: Dock, mug: Item) -> None:
    dock.stock(mug, "50")
    order = dock.order((mug, "40"))
    line = order.lines.get()
    draft = sales.LineDraft(item=mug, quantity=D(40), price=D(45), line=line, delivery=Delivery.STOCK)
    sales.amend_order(dock.ctx, order=order, lines=[draft])
    assert Purchase.objects.get().state == PurchaseState.CANCELLED

    planning.plan_supply(dock.ctx, order=order)
    assert Reservation.objects.get(origin_id=line.pk).quantity == 40

    back = sales.LineDraft(item=mug, quantity=D(40), price=D(45), line=line, delivery=Delivery.DIRECT)
    sales.amend_order(dock.ctx, order=order, lines=[back])
    assert not Reservation.objects.filter(origin_id=line.pk, quantity__gt=0).exists()
    assert Purchase.objects.filter(state=PurchaseState.DRAFT).count() == 1


def test_the_buyer_is_told_what_the_supplier_must_hear(
    dock: Dock, mug: Item, sent: Callable[..., tuple[Order, Purchase]]
) -> None:
    order, purchase = sent()
    line = order.lines.get()
    fewer = sales.LineDraft(item=mug, quantity=D(30), price=D(45), line=line)
    sales.amend_order(dock.ctx, order=order, lines=[fewer])

    task = Task.objects.get()
    assert (task.title, task.text, task.assignee) == (
        f"{order.number} changed: tell Aveiro Ceramics about {purchase.number}",
        f"{mug}: 30 pcs instead of 40",
        purchase.buyer,
    )
    assert (task.about_kind, task.about_id) == ("procurement.purchase", purchase.pk)
    assert purchase.lines.get().quantity == 40

    bring(dock, purchase, "10")
    with pytest.raises(sales.ShippedTooMuch):
        bring(dock, purchase, "30")
    purchase.refresh_from_db()
    change = procurement.PurchaseLineChange(
        line=purchase.lines.get(), item=mug, quantity=D(30), price=D("6.50")
    )
    procurement.amend_purchase(dock.ctx, purchase=purchase, lines=[change])
    bring(dock, purchase, "20")
    order.refresh_from_db()
    assert order.state == OrderState.SHIPPED


def test_a_cancelled_order_tells_the_buyer(
    dock: Dock, mug: Item, sent: Callable[..., tuple[Order, Purchase]]
) -> None:
    order, purchase = sent()
    sales.cancel_order(dock.ctx, order=order, reason="shop closes")
    assert Task.objects.get().text == f"{mug}: 40 pcs are no longer wanted"
    with pytest.raises(sales.OrderNotOpen):
        bring(dock, purchase, "40")

    procurement.cancel_purchase(dock.ctx, purchase=purchase, reason="customer cancelled")
    assert OrderLine.objects.get(order=order).expected_on == PROMISED


def test_an_order_closed_without_its_rest_tells_the_buyer(
    dock: Dock, mug: Item, sent: Callable[..., tuple[Order, Purchase]]
) -> None:
    order, purchase = sent()
    bring(dock, purchase, "15")
    order.refresh_from_db()
    sales.close_order(replace(dock.ctx, accepted=frozenset({"RestUndelivered"})), order=order)
    assert Task.objects.get().text == f"{mug}: 25 pcs are no longer wanted"


def test_a_supplier_who_gives_up_leaves_the_customer_without_a_day(
    dock: Dock, mug: Item, sent: Callable[..., tuple[Order, Purchase]]
) -> None:
    order, purchase = sent()
    procurement.cancel_purchase(dock.ctx, purchase=purchase, reason="kiln burnt down")
    assert expected(order) is None
    assert told("sales.DeliveryUnknown") == [
        f"Delivery of {order.number} has no date any more: {purchase.number}: kiln burnt down"
    ]

    planning.plan_supply(dock.ctx, order=order)
    again = Purchase.objects.latest("pk")
    assert (again.pk != purchase.pk, again.state, again.lines.get().quantity) == (
        True,
        PurchaseState.DRAFT,
        40,
    )
    assert expected(order) == PROMISED


def test_a_supplier_who_brings_less_leaves_the_line_without_a_day(
    dock: Dock, mug: Item, sent: Callable[..., tuple[Order, Purchase]]
) -> None:
    order, purchase = sent()
    answer = procurement.LineAnswerDraft(
        line=purchase.lines.get(), confirmed_on=PROMISED, quantity=D(25), note="clay is short"
    )
    procurement.answer_purchase(dock.ctx, purchase=purchase, lines=[answer])
    purchase.refresh_from_db()
    assert expected(order) == PROMISED

    procurement.accept_answer(dock.ctx, purchase=purchase)
    assert (expected(order), order.lines.get().cause) == (
        None,
        f"{purchase.number}: the supplier brings less",
    )
    line = order.lines.get()
    fewer = sales.LineDraft(item=mug, quantity=D(25), price=D(45), line=line)
    sales.amend_order(dock.ctx, order=order, lines=[fewer])
    assert expected(order) == PROMISED
    assert not Task.objects.exists()


def test_the_pages_say_where_the_goods_go(dock: Dock, sent: Callable[..., tuple[Order, Purchase]]) -> None:
    order, purchase = sent()
    receipt = bring(dock, purchase, "15", tracking="CTT-4711")
    client = Client()
    client.force_login(dock.ctx.actor)

    page = client.get(f"/procurement/purchases/{purchase.pk}/").content.decode()
    assert "Storgata 1" in page
    assert "deliver_directly" in page
    assert "receive_goods" not in page
    assert "CTT-4711" in client.get(f"/procurement/receipts/{receipt.pk}/").content.decode()
    assert "Straight from the supplier" in client.get(f"/sales/orders/{order.pk}/").content.decode()
    listed = client.get("/procurement/purchases/?customer.empty=false").content.decode()
    assert purchase.number in listed
