"""Goods of others: here, counted and moved like ours, but without value and not for our orders."""

from __future__ import annotations

from decimal import Decimal

import pytest

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries
from loomline.domains.inventory.models import Balance, StockMove
from loomline.domains.parties.commands import merge_parties, open_party
from loomline.domains.parties.models import Party
from loomline.kernel.event import StoredEvent
from tests.domains.inventory.mill import Mill


@pytest.fixture
def owner(mill: Mill) -> Party:
    return open_party(mill.ctx, name="Etiqueta Norte")


@pytest.fixture
def consigned(mill: Mill, owner: Party) -> Balance:
    """Thirty buttons on the shelf that their supplier still owns, beside ten of our own."""
    mill.receive("10")
    draft = inventory.MoveDraft(
        item_id=mill.button.pk,
        quantity=Decimal(30),
        source_id=mill.supplier.pk,
        destination_id=mill.shelf.pk,
        owner_id=owner.pk,
    )
    inventory.move_stock(mill.ctx, moves=[draft])
    return Balance.objects.get(owner=owner, is_physical=True)


def test_goods_of_others_are_no_stock_of_ours(mill: Mill, consigned: Balance) -> None:
    found = queries.stock_of(item_id=mill.button.pk, on=mill.ctx.today)
    assert (consigned.on_hand, found.on_hand, found.available) == (30, 10, 10)


def test_goods_of_others_serve_only_demands_for_theirs(mill: Mill, consigned: Balance, owner: Party) -> None:
    ours = inventory.reserve(mill.ctx, demands=[mill.demand("15")])
    assert [short.missing for short in ours.short] == [Decimal(5)]
    theirs = inventory.reserve(mill.ctx, demands=[mill.demand("12", origin=2, owner_id=owner.pk)])
    assert [(row.owner_id, row.quantity) for row in theirs.reserved] == [(owner.pk, Decimal(12))]

    moves = inventory.issue_reserved(mill.ctx, origins=[("sales.orderline", 2)], destination=mill.customer)
    assert [move.owner_id for move in moves] == [owner.pk]
    assert queries.compare_balances() == []


def test_goods_of_others_are_ours_at_a_price_once_they_are_taken_over(mill: Mill, consigned: Balance) -> None:
    inventory.transfer_stock(mill.ctx, balance=consigned, quantity=Decimal(5), destination=mill.rack)
    inventory.count_stock(mill.ctx, balance=consigned, counted=Decimal(24))
    consigned.refresh_from_db()

    moves = inventory.take_over_stock(
        mill.ctx, balance=consigned, quantity=Decimal(20), unit_cost=Decimal("2.50")
    )

    assert [(move.owner_id, move.quantity, move.unit_cost) for move in moves] == [
        (consigned.owner_id, Decimal(20), None),
        (None, Decimal(20), Decimal("2.50")),
    ]
    assert (moves[0].destination, moves[1].source) == (mill.supplier, mill.supplier)
    found = queries.stock_of(item_id=mill.button.pk, on=mill.ctx.today)
    assert (found.on_hand, Balance.objects.get(pk=consigned.pk).on_hand) == (30, 4)
    told = StoredEvent.objects.get(name="inventory.StockTakenOver").sentence
    assert " ".join(told.split()) == "20 pcs of Button 12 mm taken over from Etiqueta Norte"


def test_no_more_is_taken_over_than_there_is(mill: Mill, consigned: Balance) -> None:
    moves = StockMove.objects.count()
    with pytest.raises(inventory.StockShort):
        inventory.take_over_stock(mill.ctx, balance=consigned, quantity=Decimal(31))
    with pytest.raises(inventory.OursAlready):
        inventory.take_over_stock(mill.ctx, balance=mill.balance(), quantity=Decimal(1))
    assert StockMove.objects.count() == moves


def test_a_count_says_whose_goods_were_found(mill: Mill, owner: Party) -> None:
    found = inventory.record_stock(
        mill.ctx, item=mill.button, location=mill.rack, counted=Decimal(7), owner=owner
    )
    assert (found.owner, found.on_hand) == (owner, Decimal(7))
    assert queries.compare_balances() == []


def test_two_owners_that_become_one_leave_the_books_as_they_are(
    mill: Mill, consigned: Balance, owner: Party
) -> None:
    inventory.reserve(mill.ctx, demands=[mill.demand("12", owner_id=owner.pk)])
    other = open_party(mill.ctx, name="Etiqueta Norte Lda")
    merge_parties(mill.ctx, duplicates=[owner], survivor=other)
    assert queries.compare_balances() == []
    moves = inventory.issue_reserved(mill.ctx, origins=[("sales.orderline", 1)], destination=mill.customer)
    assert [move.quantity for move in moves] == [Decimal(12)]
