"""What comes in is kept for those who wait for it, and for nobody else."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from loomline.domains.inventory import queries as stock
from loomline.domains.parties.models import Party
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Order
from tests.domains.warehouse.dock import Dock
from tests.flows.conftest import free, kept


def receive(dock: Dock, purchase: Purchase, quantity: int) -> None:
    """That much of the first line arrives."""
    row = procurement.ReceivedLine(line=purchase.lines.earliest("position"), quantity=Decimal(quantity))
    procurement.receive_goods(dock.ctx, purchase=purchase, lines=[row])


def test_received_goods_are_kept_for_the_order_they_were_bought_for(
    dock: Dock, weaver: Party, planned: Callable[..., Order], bought: Callable[[], Purchase]
) -> None:
    order = planned((dock.label, "100"))
    hopes = dock.order((dock.label, "100"))
    purchase = bought()

    receive(dock, purchase, 70)
    assert (kept(order), kept(hopes), free(dock, dock.label)) == ([70], [0], 0)
    receive(dock, purchase, 30)
    assert (kept(order), kept(hopes), free(dock, dock.label)) == ([100], [0], 0)
    assert stock.compare_balances() == []


def test_goods_of_an_order_that_is_gone_are_free(
    dock: Dock, weaver: Party, planned: Callable[..., Order], bought: Callable[[], Purchase]
) -> None:
    order = planned((dock.label, "100"))
    purchase = bought()
    sales.cancel_order(dock.ctx, order=order, reason="the shop closed")

    receive(dock, purchase, 100)
    assert (kept(order), free(dock, dock.label)) == ([0], 100)
