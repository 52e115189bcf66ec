"""What is missing of a line is given up by hand, or by itself where little is missing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.commands import PurchaseLineDraft, ReceivedLine
from loomline.domains.procurement.models import Purchase, SupplierItem
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused
from tests.domains.procurement.conftest import World


def an_order(ctx: Ctx, world: World) -> Purchase:
    lines = [
        PurchaseLineDraft(item=world.merino, quantity=Decimal(500), price=Decimal(30)),
        PurchaseLineDraft(item=world.label, quantity=Decimal(100), price=Decimal(1)),
    ]
    order = procurement.open_purchase(ctx, supplier=world.mill, lines=lines, requested_on=date(2026, 12, 14))
    return procurement.send_purchase(ctx, purchase=order)


def test_nothing_more_is_awaited_once_enough_has_come(ctx: Ctx, world: World) -> None:
    SupplierItem.objects.filter(item=world.merino).update(under_tolerance=Decimal("0.02"))
    order = an_order(ctx, world)
    merino, label = order.lines.order_by("position")
    procurement.receive_goods(
        ctx, purchase=order, lines=[ReceivedLine(line=merino, quantity=Decimal(489), lot="A")]
    )
    merino.refresh_from_db()
    assert (merino.is_closed, merino.open_quantity) == (False, 11)
    first = ReceivedLine(line=merino, quantity=Decimal(1), lot="B")
    rest = ReceivedLine(line=label, quantity=Decimal(100))
    receipt = procurement.receive_goods(ctx, purchase=order, lines=[first, rest])
    merino.refresh_from_db()
    order.refresh_from_db()
    assert (merino.is_closed, merino.open_quantity, order.state) == (True, 0, "received")

    procurement.reverse_receipt(ctx, receipt=receipt, reason="Wrong")
    merino.refresh_from_db()
    assert (merino.is_closed, merino.open_quantity) == (False, 11)


def test_the_rest_of_a_line_is_given_up_with_a_reason(ctx: Ctx, world: World) -> None:
    order = an_order(ctx, world)
    merino, label = order.lines.order_by("position")
    procurement.receive_goods(
        ctx, purchase=order, lines=[ReceivedLine(line=merino, quantity=Decimal(500), lot="A")]
    )
    with pytest.raises(Refused):
        procurement.close_line(ctx, purchase_line=label, reason=" ")
    with pytest.raises(procurement.NothingMissing):
        procurement.close_line(ctx, purchase_line=merino, reason="Enough")
    procurement.close_line(ctx, purchase_line=label, reason="Found some")
    label.refresh_from_db()
    order.refresh_from_db()
    assert (label.is_closed, label.cause, order.state) == (True, "Found some", "received")
