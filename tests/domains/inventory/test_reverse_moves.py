"""Taking moves back by opposite ones."""

from __future__ import annotations

from decimal import Decimal

import pytest

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import StockMove
from loomline.kernel.event import StoredEvent
from tests.domains.inventory.mill import Mill


def test_a_reversal_brings_the_stock_back_and_names_what_it_reverses(mill: Mill) -> None:
    move = mill.receive("10")
    [back] = inventory.reverse_moves(mill.ctx, moves=[move], reason="wrong item")

    assert (back.source_id, back.destination_id, back.quantity) == (mill.shelf.pk, mill.supplier.pk, 10)
    assert back.reverses_id == move.pk
    assert (mill.balance().on_hand, mill.balance(at=mill.supplier).on_hand) == (0, 0)
    assert (
        StoredEvent.objects.get(name="inventory.MovesReversed").sentence
        == "1 stock moves reversed: wrong item"
    )


def test_a_move_is_reversed_once(mill: Mill) -> None:
    move = mill.receive("10")
    inventory.reverse_moves(mill.ctx, moves=[move], reason="wrong item")
    with pytest.raises(inventory.AlreadyReversed):
        inventory.reverse_moves(mill.ctx, moves=[move], reason="wrong item")
    assert StockMove.objects.count() == 2


def test_a_reversal_is_not_reversed(mill: Mill) -> None:
    move = mill.receive("10")
    back = inventory.reverse_moves(mill.ctx, moves=[move], reason="wrong item")
    with pytest.raises(inventory.IsReversal):
        inventory.reverse_moves(mill.ctx, moves=back, reason="after all")


def test_what_has_gone_on_cannot_be_taken_back(mill: Mill) -> None:
    move = mill.receive("10")
    inventory.transfer_stock(mill.ctx, balance=mill.balance(), quantity=Decimal(4), destination=mill.rack)
    with pytest.raises(inventory.StockShort, match="10 pcs wanted at BRG/A, 6 free there"):
        inventory.reverse_moves(mill.ctx, moves=[move], reason="wrong item")
    assert mill.balance().on_hand == 6
