"""Goods that proved bad, and receipts that were wrong."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase, PurchaseState, Receipt, ReceiptLine, ReceiptState
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import MoveRefused
from tests.domains.procurement.conftest import World


@pytest.fixture
def receipt(ctx: Ctx, order: Callable[..., Purchase]) -> Receipt:
    purchase = order("500")
    line = procurement.ReceivedLine(line=purchase.lines.get(), quantity=Decimal(500), lot="BY-1")
    return procurement.receive_goods(ctx, purchase=purchase, lines=[line])


def test_goods_rejected_later_leave_the_free_stock_and_the_order_opens_again(
    ctx: Ctx, world: World, receipt: Receipt
) -> None:
    procurement.reject_goods(ctx, receipt_line=receipt.lines.get(), quantity=Decimal(40), reason="shade off")

    assert (world.on_hand(world.merino), world.available(world.merino)) == (Decimal(500), Decimal(460))
    purchase = Purchase.objects.get()
    assert purchase.state == PurchaseState.PART_RECEIVED
    assert purchase.lines.get().open_quantity == Decimal(40)


def test_rejected_goods_go_back_to_the_supplier(ctx: Ctx, world: World, receipt: Receipt) -> None:
    row = procurement.reject_goods(
        ctx, receipt_line=receipt.lines.get(), quantity=Decimal(40), reason="shade off"
    )

    procurement.return_goods(ctx, receipt_line=row, quantity=Decimal(25))
    procurement.return_goods(ctx, receipt_line=row)

    assert world.on_hand(world.merino) == Decimal(460)
    assert ReceiptLine.objects.get().returned == Decimal(40)
    with pytest.raises(procurement.NothingToReturn, match="0 kg rejected goods are waiting"):
        procurement.return_goods(ctx, receipt_line=row)


def test_no_more_is_rejected_than_was_taken(ctx: Ctx, receipt: Receipt) -> None:
    with pytest.raises(procurement.MoreThanAccepted, match="500 kg of this receipt were taken"):
        procurement.reject_goods(
            ctx, receipt_line=receipt.lines.get(), quantity=Decimal(501), reason="shade off"
        )
    assert ReceiptLine.objects.get().rejected == 0


def test_a_receipt_entered_by_mistake_is_taken_back_whole(ctx: Ctx, world: World, receipt: Receipt) -> None:
    procurement.reject_goods(ctx, receipt_line=receipt.lines.get(), quantity=Decimal(40), reason="shade off")

    receipt = procurement.reverse_receipt(ctx, receipt=receipt, reason="wrong order")

    assert receipt.state == ReceiptState.REVERSED
    assert world.on_hand(world.merino) == 0
    purchase = Purchase.objects.get()
    line = purchase.lines.get()
    assert (purchase.state, line.received, line.rejected) == (PurchaseState.CONFIRMED, 0, 0)
    assert stock.compare_balances() == []
    with pytest.raises(MoveRefused):
        procurement.reverse_receipt(ctx, receipt=receipt, reason="again")


def test_a_receipt_whose_goods_are_used_cannot_be_taken_back(
    ctx: Ctx, world: World, receipt: Receipt
) -> None:
    inventory.reserve(
        ctx,
        demands=[
            inventory.Demand(
                item_id=world.merino.pk,
                quantity=Decimal(10),
                origin_kind="sales.orderline",
                origin_id=1,
                site_id=world.site.pk,
            )
        ],
    )
    with pytest.raises(inventory.StockShort, match="490 free there"):
        procurement.reverse_receipt(ctx, receipt=receipt, reason="wrong order")
    receipt.refresh_from_db()
    assert (receipt.state, world.on_hand(world.merino)) == (ReceiptState.POSTED, Decimal(500))
