"""Reserving stock: what expires first goes first, and nothing is promised twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries
from loomline.domains.inventory.models import Balance, Lot, Reservation
from tests.domains.inventory.mill import NOW, Mill, counted


def kept(result: inventory.ReserveResult) -> list[tuple[int | None, int, Decimal]]:
    return [(row.lot_id, row.origin_id, row.quantity) for row in result.reserved]


def test_the_lot_that_expires_first_goes_first_over_several_lots(mill: Mill) -> None:
    late = mill.lot("late", expires_on=date(2027, 6, 1))
    soon = mill.lot("soon", expires_on=date(2027, 1, 1))
    never = mill.lot("never")
    for lot, quantity in ((never, "100"), (late, "30"), (soon, "20")):
        mill.receive(quantity, lot=lot)

    result = inventory.reserve(mill.ctx, demands=[mill.demand("60", item=mill.yarn)])

    assert kept(result) == [(soon.pk, 1, Decimal(20)), (late.pk, 1, Decimal(30)), (never.pk, 1, Decimal(10))]
    assert result.short == []
    assert mill.balance(lot=never).reserved == 10


def test_first_in_first_out_follows_the_day_the_lot_was_made(mill: Mill) -> None:
    young, old = mill.lot("young", expires_on=date(2027, 1, 1)), mill.lot("old", expires_on=date(2028, 1, 1))
    Lot.objects.filter(pk=young.pk).update(made_on=date(2026, 10, 1))
    Lot.objects.filter(pk=old.pk).update(made_on=date(2026, 9, 1))
    mill.receive("5", lot=young)
    mill.receive("5", lot=old)

    result = inventory.reserve(mill.ctx, demands=[mill.demand("7", item=mill.yarn)], strategy="fifo")

    assert kept(result) == [(old.pk, 1, Decimal(5)), (young.pk, 1, Decimal(2))]


def test_what_is_missing_is_told_and_what_is_there_is_kept(mill: Mill) -> None:
    mill.receive("10")
    demands = [mill.demand("8", origin=1), mill.demand("5", origin=2), mill.demand("1", origin=3)]
    result = inventory.reserve(mill.ctx, demands=demands)

    assert kept(result) == [(None, 1, Decimal(8)), (None, 2, Decimal(2))]
    assert [(row.demand.origin_id, row.missing) for row in result.short] == [(2, Decimal(3)), (3, Decimal(1))]
    assert mill.balance().free == 0


@pytest.mark.parametrize("state", ["quarantine", "blocked"])
def test_a_lot_that_may_not_be_used_is_left_alone(mill: Mill, state: str) -> None:
    lot = mill.lot("L1")
    mill.receive("10", lot=lot)
    Lot.objects.filter(pk=lot.pk).update(state=state)

    result = inventory.reserve(mill.ctx, demands=[mill.demand("4", item=mill.yarn)])
    assert (result.reserved, result.short[0].missing) == ([], Decimal(4))


def test_an_expired_lot_is_left_alone_on_the_day_after_its_last(mill: Mill) -> None:
    lot = mill.lot("L1", expires_on=NOW.date())
    mill.receive("10", lot=lot)

    tomorrow = replace(mill.ctx, now=NOW + timedelta(days=1))
    assert inventory.reserve(tomorrow, demands=[mill.demand("4", item=mill.yarn)]).reserved == []
    assert kept(inventory.reserve(mill.ctx, demands=[mill.demand("4", item=mill.yarn)])) == [
        (lot.pk, 1, Decimal(4))
    ]


def test_a_customer_who_wants_a_rest_of_shelf_life_gets_a_lot_that_has_it(mill: Mill) -> None:
    soon, late = (
        mill.lot("soon", expires_on=date(2026, 12, 1)),
        mill.lot("late", expires_on=date(2027, 12, 1)),
    )
    mill.receive("10", lot=soon)
    mill.receive("10", lot=late)

    picky = mill.demand("4", item=mill.yarn, good_until=date(2027, 3, 1))
    assert kept(inventory.reserve(mill.ctx, demands=[picky])) == [(late.pk, 1, Decimal(4))]


def test_only_storage_is_promised(mill: Mill) -> None:
    mill.receive("5", at=mill.staging)
    mill.receive("5", at=mill.quarantine)
    assert inventory.reserve(mill.ctx, demands=[mill.demand("4")]).reserved == []


def test_one_lot_or_one_place_can_be_asked_for(mill: Mill) -> None:
    first, second = mill.lot("first", expires_on=date(2027, 1, 1)), mill.lot("second")
    mill.receive("5", lot=first)
    mill.receive("5", lot=second)
    mill.receive("5", at=mill.shelf)
    mill.receive("5", at=mill.rack)

    of_lot = inventory.reserve(mill.ctx, demands=[mill.demand("6", item=mill.yarn, lot_id=second.pk)])
    at_rack = inventory.reserve(mill.ctx, demands=[mill.demand("2", site_id=None, location_id=mill.rack.pk)])

    assert kept(of_lot) == [(second.pk, 1, Decimal(5))]
    assert of_lot.short[0].missing == 1
    assert at_rack.reserved[0].location_id == mill.rack.pk


def test_another_site_has_its_own_stock(mill: Mill) -> None:
    mill.receive("5")
    elsewhere = mill.another_site()
    assert inventory.reserve(mill.ctx, demands=[mill.demand("1", site_id=elsewhere.pk)]).reserved == []


def test_a_demand_without_a_place_is_refused(mill: Mill) -> None:
    with pytest.raises(inventory.DemandWithoutPlace):
        inventory.reserve(mill.ctx, demands=[mill.demand("1", site_id=None)])


def test_releasing_frees_the_stock_of_these_records_only(mill: Mill) -> None:
    mill.receive("10")
    inventory.reserve(mill.ctx, demands=[mill.demand("4", origin=1), mill.demand("3", origin=2)])

    freed = inventory.release(mill.ctx, origins=[("sales.orderline", 1), ("sales.orderline", 99)])

    assert [(row.origin_id, row.quantity) for row in freed] == [(1, Decimal(4))]
    assert mill.balance().reserved == 3
    assert queries.reserved_for(kind="sales.orderline", ids=[1, 2]) == {1: Decimal(0), 2: Decimal(3)}


def test_reserved_stock_leaves_for_where_it_was_reserved_for(mill: Mill) -> None:
    lot = mill.lot("L1")
    mill.receive("10", lot=lot)
    inventory.reserve(mill.ctx, demands=[mill.demand("4", item=mill.yarn)])

    [move] = inventory.issue_reserved(mill.ctx, origins=[("sales.orderline", 1)], destination=mill.customer)

    assert (move.lot_id, move.quantity, move.origin_kind, move.origin_id) == (lot.pk, 4, "sales.orderline", 1)
    assert (mill.balance(lot=lot).on_hand, mill.balance(lot=lot).reserved) == (6, 0)
    assert mill.balance(lot=lot, at=mill.customer).on_hand == 4
    assert not Reservation.objects.exists()
    assert queries.compare_balances() == []


def test_what_is_no_longer_reserved_cannot_leave(mill: Mill) -> None:
    mill.receive("10")
    with pytest.raises(inventory.NothingReserved):
        inventory.issue_reserved(mill.ctx, origins=[("sales.orderline", 1)], destination=mill.customer)


def test_a_reservation_changes_hands_and_leaves_from_there(mill: Mill) -> None:
    mill.receive("10")
    [row] = inventory.reserve(mill.ctx, demands=[mill.demand("4")]).reserved

    assert inventory.hand_over(mill.ctx, reservations={row.pk: ("warehouse.shipmentline", 7)}) == 1
    row.refresh_from_db()
    assert (row.origin_kind, row.origin_id) == ("sales.orderline", 1)
    assert (row.holder_kind, row.holder_id) == ("warehouse.shipmentline", 7)
    assert mill.balance().reserved == 4

    assert inventory.hand_back(mill.ctx, holders=[("warehouse.shipmentline", 7)]) == 1
    with pytest.raises(inventory.NothingReserved):
        inventory.issue_reserved(mill.ctx, holders=[("warehouse.shipmentline", 7)], destination=mill.customer)
    inventory.hand_over(mill.ctx, reservations={row.pk: ("warehouse.shipmentline", 8)})
    [move] = inventory.issue_reserved(
        mill.ctx, holders=[("warehouse.shipmentline", 8)], destination=mill.customer
    )
    assert (move.origin_kind, move.origin_id) == ("warehouse.shipmentline", 8)


def test_what_is_reserved_beyond_a_limit_is_freed_the_newest_first(mill: Mill) -> None:
    mill.receive("10")
    mill.receive("10", at=mill.rack)
    inventory.reserve(mill.ctx, demands=[mill.demand("12", origin=1), mill.demand("5", origin=2)])
    held = Reservation.objects.filter(origin_id=2).latest("pk")
    inventory.hand_over(mill.ctx, reservations={held.pk: ("warehouse.shipmentline", 9)})

    limits = {("sales.orderline", 1): Decimal("9.5"), ("sales.orderline", 2): Decimal(0)}
    freed = inventory.trim_reservations(mill.ctx, limits=limits)

    assert [(row.origin_id, row.location_id, row.quantity) for row in freed] == [
        (1, mill.rack.pk, Decimal(2)),
        (1, mill.shelf.pk, Decimal("0.5")),
    ]
    assert queries.reserved_for(kind="sales.orderline", ids=[1, 2]) == {1: Decimal("9.5"), 2: Decimal(5)}
    assert queries.compare_balances() == []


def test_what_was_reserved_for_a_while_lapses(mill: Mill) -> None:
    mill.receive("10")
    inventory.reserve(mill.ctx, demands=[mill.demand("4")], expires_at=NOW + timedelta(hours=1))
    inventory.reserve(mill.ctx, demands=[mill.demand("3", origin=2)])

    assert inventory.lapse_reservations(mill.ctx) == []
    freed = inventory.lapse_reservations(replace(mill.ctx, now=NOW + timedelta(hours=1)))
    assert [(row.origin_id, row.quantity) for row in freed] == [(1, Decimal(4))]
    assert mill.balance().reserved == 3


def test_many_demands_cost_as_many_statements_as_one(mill: Mill) -> None:
    mill.receive("500")
    with counted() as one:
        inventory.reserve(mill.ctx, demands=[mill.demand("1")])
    with counted() as many:
        inventory.reserve(mill.ctx, demands=[mill.demand("1", origin=n) for n in range(200)])
    with counted() as issued:
        inventory.issue_reserved(
            mill.ctx, origins=[("sales.orderline", n) for n in range(200)], destination=mill.customer
        )

    assert len(one) == len(many) == 2  # Choose and lock; keep.
    assert len(issued) == 3  # The reservations, the balances, the ledger.
    assert Balance.objects.get(item=mill.button, location=mill.shelf).on_hand == 299
