"""Many moves are valued in one entry; each document finds its own part of it."""

from __future__ import annotations

from decimal import Decimal

from loomline.domains.costing import commands as costing
from loomline.domains.costing import queries
from loomline.domains.costing.models import Method
from loomline.domains.ledger.models import JournalEntry
from tests.domains.costing.store import Store, receipts

D = Decimal


def parts(kind: str, pk: int) -> list[Decimal]:
    return [part.amount for part in queries.postings_of(kind=kind, keys=[pk])]


def test_a_document_finds_its_part_of_an_entry_and_what_was_passed_on_later(store: Store) -> None:
    bought = store.receive("10", "10", origin=("test.receipt", 1), is_valued=False)
    store.receive("5", "20", origin=("test.receipt", 2), is_valued=False)
    store.ship("4", origin=("test.shipment", 9))
    assert JournalEntry.objects.count() == 1

    assert parts("test.receipt", 1) == [D(100), D(-100)]
    assert parts("test.receipt", 2) == [D(100), D(-100)]
    assert parts("test.shipment", 9) == [D(40), D(-40)]
    assert parts("test.shipment", 8) == []

    landed = costing.add_landed_cost(store.ctx, name="Freight", amount=D(10), shares=receipts(bought))
    assert parts("test.receipt", 1) == [D(100), D(-100), D(10), D(-10)]
    assert parts("test.shipment", 9) == [D(40), D(-40), D(4), D(-4)]
    assert parts("costing.landedcost", landed.pk) == [D(10), D(-10), D(4), D(-4)]


def test_the_difference_from_a_standard_stands_apart(store: Store) -> None:
    store.use_method(Method.STANDARD, standard="10")
    store.receive("10", "11", origin=("test.receipt", 1))
    found = queries.postings_of(kind="test.receipt", keys=[1])
    assert [(part.account_id is None, part.amount) for part in found] == [
        (False, D(100)),
        (True, D(10)),
        (False, D(-110)),
    ]
