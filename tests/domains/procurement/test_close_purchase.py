"""How purchase orders end."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement import queries
from loomline.domains.procurement.commands.ending import ReasonWanted, SomethingReceived
from loomline.domains.procurement.models import Purchase, PurchaseState
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.refusal import MoveRefused


def _receive(ctx: Ctx, purchase: Purchase, quantity: str) -> None:
    line = procurement.ReceivedLine(line=purchase.lines.get(), quantity=Decimal(quantity), lot="BY-1")
    procurement.receive_goods(ctx, purchase=purchase, lines=[line])


def test_closing_gives_up_what_is_missing_and_says_why(ctx: Ctx, order: Callable[..., Purchase]) -> None:
    purchase = order("500")
    _receive(ctx, purchase, "480")

    with pytest.raises(ReasonWanted):
        procurement.close_purchase(ctx, purchase=purchase)
    purchase = procurement.close_purchase(ctx, purchase=purchase, reason="mill has no more")

    assert purchase.state == PurchaseState.CLOSED
    assert queries.incoming() == []
    assert StoredEvent.objects.get(name="procurement.PurchaseClosed").sentence == (
        f"{purchase.number} from Biella Yarns closed, 20 kg Merino 2/48 given up: mill has no more"
    )


def test_a_closed_order_is_awaited_again_when_it_is_reopened(
    ctx: Ctx, order: Callable[..., Purchase]
) -> None:
    purchase = order("500")
    _receive(ctx, purchase, "480")
    procurement.close_purchase(ctx, purchase=purchase, reason="mill has no more")

    procurement.reopen_purchase(ctx, purchase=purchase, reason="mill found a cone")

    assert [one.quantity for one in queries.incoming()] == [Decimal(20)]


def test_an_order_is_called_off_before_anything_came(ctx: Ctx, order: Callable[..., Purchase]) -> None:
    purchase = procurement.cancel_purchase(ctx, purchase=order(), reason="customer left")

    assert (purchase.state, purchase.expected_on) == (PurchaseState.CANCELLED, None)
    assert queries.incoming() == []


def test_an_order_of_which_goods_came_cannot_be_called_off(ctx: Ctx, order: Callable[..., Purchase]) -> None:
    purchase = order("500")
    _receive(ctx, purchase, "100")
    with pytest.raises(MoveRefused, match="partly received; it cannot cancel now"):
        procurement.cancel_purchase(ctx, purchase=purchase, reason="customer left")
    assert [one.quantity for one in queries.incoming()] == [Decimal(400)]


def test_an_order_is_not_complete_while_goods_are_awaited(ctx: Ctx, order: Callable[..., Purchase]) -> None:
    purchase = order("500")
    _receive(ctx, purchase, "100")
    with pytest.raises(procurement.StillAwaited, match="400 kg Merino 2/48 still to come"):
        procurement.complete_purchase(ctx, purchase=purchase)
    with pytest.raises(SomethingReceived):
        procurement.await_goods(ctx, purchase=purchase)
    purchase.refresh_from_db()
    assert purchase.state == PurchaseState.PART_RECEIVED
