"""Rules say which stock goes first and how long it must keep; the one that names most decides."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from loomline.domains.catalog.models import Item
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Lot, PickingRule
from loomline.domains.parties.commands import open_party
from loomline.domains.parties.models import Party
from tests.domains.inventory.mill import NOW, Mill


@pytest.fixture
def lots(mill: Mill) -> list[Lot]:
    """Three lots of ten: the first made expires last, the one between expires first."""
    found = []
    for number, made, days in (("A", 1, 90), ("B", 2, 20), ("C", 3, 60)):
        lot = mill.lot(number, expires_on=NOW.date() + timedelta(days=days))
        Lot.objects.filter(pk=lot.pk).update(made_on=date(2026, 10, made))
        mill.receive("10", lot=lot)
        found.append(lot)
    return found


@pytest.fixture
def customer(mill: Mill) -> Party:
    return open_party(mill.ctx, name="Nord Living")


def chosen(mill: Mill, quantity: str = "15", **more: Any) -> list[tuple[str, Decimal]]:
    result = inventory.reserve(mill.ctx, demands=[mill.demand(quantity, item=mill.yarn, **more)])
    inventory.release(mill.ctx, origins=[("sales.orderline", 1)])
    numbers = dict(Lot.objects.values_list("pk", "number"))
    return [(numbers[row.lot_id], row.quantity) for row in result.reserved]


TEN, FIVE = Decimal(10), Decimal(5)


def test_without_a_rule_what_expires_first_goes_first(mill: Mill, lots: list[Lot]) -> None:
    assert chosen(mill) == [("B", TEN), ("C", FIVE)]


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("fifo", [("A", TEN), ("B", FIVE)]),
        ("lifo", [("C", TEN), ("B", FIVE)]),
        ("fefo", [("B", TEN), ("C", FIVE)]),
    ],
)
def test_a_rule_says_what_goes_first(
    mill: Mill, lots: list[Lot], strategy: str, expected: list[tuple[str, Decimal]]
) -> None:
    PickingRule.objects.create(item=mill.yarn, strategy=strategy)
    assert chosen(mill) == expected


def test_the_rule_that_names_most_decides(mill: Mill, lots: list[Lot], customer: Party) -> None:
    PickingRule.objects.create(strategy="lifo")
    PickingRule.objects.create(site=mill.site, item=mill.yarn, strategy="fifo")
    PickingRule.objects.create(customer=customer, strategy="fefo")
    assert chosen(mill, "5") == [("A", FIVE)]
    assert chosen(mill, "5", customer_id=customer.pk) == [("B", FIVE)]
    assert chosen(mill, "5", location_id=mill.shelf.pk) == [("A", FIVE)]


def test_a_customer_gets_only_what_keeps_long_enough(mill: Mill, lots: list[Lot], customer: Party) -> None:
    PickingRule.objects.create(customer=customer, min_remaining_days=60)
    assert chosen(mill, "30", customer_id=customer.pk) == [("C", TEN), ("A", TEN)]
    assert chosen(mill, "30") == [("B", TEN), ("C", TEN), ("A", TEN)]


def test_without_a_rule_the_item_says_how_long_it_must_keep(
    mill: Mill, lots: list[Lot], customer: Party
) -> None:
    Item.objects.filter(pk=mill.yarn.pk).update(min_remaining_days=61)
    assert chosen(mill, "30", customer_id=customer.pk) == [("A", TEN)]
    assert len(chosen(mill, "30")) == 3


def test_demands_of_several_customers_each_follow_their_own_rule(
    mill: Mill, lots: list[Lot], customer: Party
) -> None:
    PickingRule.objects.create(customer=customer, strategy="lifo")
    both = [
        mill.demand("5", item=mill.yarn, origin=1, customer_id=customer.pk),
        mill.demand("10", item=mill.yarn, origin=2),
    ]
    result = inventory.reserve(mill.ctx, demands=both)
    numbers = dict(Lot.objects.values_list("pk", "number"))
    assert [(numbers[r.lot_id], r.origin_id) for r in result.reserved] == [("C", 1), ("B", 2)]
