"""Counting brings the books to what was found."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries
from loomline.domains.inventory.models import Reservation, StockMove
from loomline.domains.sites.models import Location
from loomline.kernel.event import StoredEvent
from tests.domains.inventory.mill import Mill, counted


def count(mill: Mill, counted: str, *, at: Location | None = None, **more: object) -> inventory.Count:
    return inventory.Count(
        item_id=mill.button.pk, location_id=(at or mill.shelf).pk, counted=Decimal(counted), **more
    )


def test_a_count_enters_the_difference_only(mill: Mill) -> None:
    mill.receive("10")
    balance = inventory.count_stock(
        mill.ctx, balance=mill.balance(), counted=Decimal("8.5"), reason="year end"
    )

    assert balance.on_hand == Decimal("8.5")
    move = StockMove.objects.latest("pk")
    assert (move.quantity, move.source_id, move.destination_id) == (
        Decimal("1.5"),
        mill.shelf.pk,
        mill.adjustment.pk,
    )
    assert StoredEvent.objects.get(name="inventory.StockCounted").sentence == (
        "Counted 8.5 pcs of Button 12 mm  at BRG/A, -1.5 against the books: year end"
    )


def test_what_is_found_where_the_books_know_nothing_is_entered_with_its_cost(mill: Mill) -> None:
    [move] = inventory.adjust_stock(
        mill.ctx, counts=[count(mill, "39", unit_cost=Decimal("0.12"))], reason="opening stock"
    )
    assert (move.source_id, move.quantity, move.unit_cost) == (mill.adjustment.pk, 39, Decimal("0.12"))
    assert mill.balance().on_hand == 39


def test_a_count_that_finds_what_the_books_say_enters_nothing(mill: Mill) -> None:
    mill.receive("10")
    assert inventory.adjust_stock(mill.ctx, counts=[count(mill, "10")], reason="count") == []
    assert StockMove.objects.count() == 1


def test_less_than_nothing_and_a_place_twice_are_refused(mill: Mill) -> None:
    with pytest.raises(inventory.NegativeCount):
        inventory.adjust_stock(mill.ctx, counts=[count(mill, "-1")], reason="count")
    with pytest.raises(inventory.CountedTwice, match="Button 12 mm at BRG/A stands in the list twice"):
        inventory.adjust_stock(mill.ctx, counts=[count(mill, "1"), count(mill, "2")], reason="count")
    assert not StockMove.objects.exists()


def test_finding_less_than_is_reserved_frees_the_newest_only_when_accepted(mill: Mill) -> None:
    mill.receive("10")
    inventory.reserve(mill.ctx, demands=[mill.demand("4", origin=n) for n in (1, 2)])

    with pytest.raises(inventory.CountedBelowReserved, match="BRG/A hold less than is reserved"):
        inventory.adjust_stock(mill.ctx, counts=[count(mill, "5")], reason="count")
    assert mill.balance().on_hand == 10

    accepting = replace(mill.ctx, accepted=frozenset({"CountedBelowReserved"}))
    inventory.adjust_stock(accepting, counts=[count(mill, "5")], reason="count")
    assert (mill.balance().on_hand, mill.balance().reserved) == (5, 4)
    assert Reservation.objects.get().origin_id == 1
    freed = StoredEvent.objects.get(name="inventory.ReservationsFreed")
    assert freed.subjects.filter(kind="sales.orderline", object_id=2).exists()
    assert queries.compare_balances() == []


def test_a_long_list_is_told_in_one_sentence_and_costs_few_statements(mill: Mill) -> None:
    places = Location.objects.bulk_create(
        Location(site=mill.site, code=f"P{n}", name=f"P{n}", path=f"BRG/P{n}") for n in range(300)
    )
    with counted() as statements:
        inventory.adjust_stock(
            mill.ctx, counts=[count(mill, "1", at=place) for place in places], reason="opening stock"
        )

    assert len(statements) == 5  # Lock, the adjustment location, the balances, the ledger, the bins.
    assert StoredEvent.objects.get(name="inventory.StockListed").sentence == (
        "Counted 300 places, 300 differed from the books: opening stock"
    )
    assert queries.compare_balances() == []


def test_stock_is_put_somewhere_else(mill: Mill) -> None:
    mill.receive("10")
    inventory.transfer_stock(mill.ctx, balance=mill.balance(), quantity=Decimal(4), destination=mill.rack)
    assert (mill.balance().on_hand, mill.balance(at=mill.rack).on_hand) == (6, 4)

    with pytest.raises(inventory.NothingMoves):
        inventory.transfer_stock(
            mill.ctx, balance=mill.balance(), quantity=Decimal(1), destination=mill.shelf
        )
