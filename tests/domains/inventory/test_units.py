"""Handling units: filled, nested, moved as one, taken apart, and explained by a ledger of their own."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries
from loomline.domains.inventory.models import Balance, HandlingUnit, Reservation, UnitKind, UnitMove
from loomline.kernel.refusal import MoveRefused
from tests.domains.inventory.mill import Mill, counted


@pytest.fixture
def pallet(mill: Mill) -> HandlingUnit:
    """A pallet on the shelf with 10 kg of lot A in it and 5 kg of lot B in a carton on it."""
    for number, quantity in (("A", "12"), ("B", "5")):
        mill.receive(quantity, lot=mill.lot(number))
    pallet = inventory.open_unit(mill.ctx, location=mill.shelf)
    carton = inventory.open_unit(mill.ctx, location=mill.shelf, kind=UnitKind.CARTON)
    a, b = (mill.balance(lot=lot) for lot in mill.yarn.lots.order_by("number"))
    inventory.pack_stock(mill.ctx, balance=a, quantity=Decimal(10), unit=pallet)
    inventory.pack_stock(mill.ctx, balance=b, quantity=Decimal(5), unit=carton)
    inventory.nest_unit(mill.ctx, unit=carton, within=pallet)
    return pallet


def lies(mill: Mill) -> list[tuple[str, str, str, Decimal]]:
    rows = (
        Balance.objects.filter(is_physical=True)
        .exclude(on_hand=0)
        .order_by("lot_id", "unit_id", "location_id")
    )
    return [(str(r.lot), r.location.code, r.unit.kind if r.unit else "", r.on_hand) for r in rows]


def test_a_unit_gets_the_next_number_under_the_prefix(mill: Mill) -> None:
    unit = inventory.open_unit(mill.ctx, location=mill.shelf)
    assert (unit.sscc[:8], len(unit.sscc)) == ("09521234", 18)


def test_a_unit_of_others_keeps_its_number(mill: Mill) -> None:
    unit = inventory.open_unit(mill.ctx, location=mill.shelf, sscc="106141411234567897")
    assert unit.sscc == "106141411234567897"
    with pytest.raises(inventory.SsccKnown):
        inventory.open_unit(mill.ctx, location=mill.shelf, sscc="106141411234567897")


def test_a_number_with_a_wrong_check_digit_is_refused(mill: Mill) -> None:
    with pytest.raises(inventory.SsccWrong):
        inventory.open_unit(mill.ctx, location=mill.shelf, sscc="106141411234567890")
    assert not HandlingUnit.objects.exists()


def test_what_is_put_into_a_unit_lies_in_it_and_the_ledger_shows_it(mill: Mill, pallet: HandlingUnit) -> None:
    assert lies(mill) == [
        ("A", "A", "pallet", Decimal(10)),
        ("A", "A", "", Decimal(2)),
        ("B", "A", "carton", Decimal(5)),
    ]
    [row] = [row for row in queries.contents_of(unit=pallet) if row.unit_id == pallet.pk]
    assert [move.quantity for move in queries.ledger_of_balance(row)] == [Decimal(10)]
    assert queries.compare_balances() == []


def test_a_pallet_moves_with_all_that_is_in_it_in_one_posting(mill: Mill, pallet: HandlingUnit) -> None:
    inventory.move_unit(mill.ctx, unit=pallet, destination=mill.rack)
    assert lies(mill) == [
        ("A", "B", "pallet", Decimal(10)),
        ("A", "A", "", Decimal(2)),
        ("B", "B", "carton", Decimal(5)),
    ]
    assert {unit.location for unit in HandlingUnit.objects.all()} == {mill.rack}
    assert queries.compare_balances() == []


def test_moving_a_pallet_of_many_lots_costs_as_many_statements_as_one_of_few(
    mill: Mill, pallet: HandlingUnit
) -> None:
    with counted() as few:
        inventory.move_unit(mill.ctx, unit=pallet, destination=mill.rack)
    for n in range(20):
        lot = mill.lot(f"N{n}")
        mill.receive("1", lot=lot, at=mill.rack)
        inventory.pack_stock(
            mill.ctx, balance=mill.balance(lot=lot, at=mill.rack), quantity=Decimal(1), unit=pallet
        )
    pallet.refresh_from_db()
    with counted() as many:
        inventory.move_unit(mill.ctx, unit=pallet, destination=mill.shelf)
    assert len(many) == len(few)


def test_what_is_reserved_in_a_unit_stays_reserved_where_it_goes(mill: Mill, pallet: HandlingUnit) -> None:
    inventory.reserve(mill.ctx, demands=[mill.demand("17", item=mill.yarn)])
    inventory.move_unit(mill.ctx, unit=pallet, destination=mill.rack)
    kept = Reservation.objects.order_by("lot_id", "unit_id")
    assert [(str(r.lot), r.location.code, r.quantity) for r in kept] == [
        ("A", "B", Decimal(10)),
        ("A", "A", Decimal(2)),
        ("B", "B", Decimal(5)),
    ]
    moves = inventory.issue_reserved(mill.ctx, origins=[("sales.orderline", 1)], destination=mill.customer)
    assert sum(move.quantity for move in moves) == 17
    assert queries.compare_balances() == []


def test_what_is_being_picked_from_a_unit_keeps_it_where_it_is(mill: Mill, pallet: HandlingUnit) -> None:
    result = inventory.reserve(mill.ctx, demands=[mill.demand("17", item=mill.yarn)])
    inventory.hand_over(
        mill.ctx, reservations={row.pk: ("warehouse.shipmentline", 1) for row in result.reserved}
    )
    with pytest.raises(inventory.UnitBeingPicked):
        inventory.move_unit(mill.ctx, unit=pallet, destination=mill.rack)
    assert {unit.location for unit in HandlingUnit.objects.all()} == {mill.shelf}


def test_a_carton_moved_alone_no_longer_lies_on_its_pallet(mill: Mill, pallet: HandlingUnit) -> None:
    carton = pallet.inside.get()
    inventory.move_unit(mill.ctx, unit=carton, destination=mill.rack)
    carton.refresh_from_db()
    assert (carton.parent, carton.location) == (None, mill.rack)
    pallet.refresh_from_db()
    assert pallet.location == mill.shelf


def test_a_unit_is_never_within_itself(mill: Mill, pallet: HandlingUnit) -> None:
    carton = pallet.inside.get()
    with pytest.raises(inventory.UnitInItself):
        inventory.nest_unit(mill.ctx, unit=pallet, within=carton)
    with pytest.raises(inventory.UnitInItself):
        inventory.nest_unit(mill.ctx, unit=pallet, within=pallet)


def test_units_and_goods_meet_at_one_place(mill: Mill, pallet: HandlingUnit) -> None:
    far = inventory.open_unit(mill.ctx, location=mill.rack)
    loose = Balance.objects.get(lot__number="A", unit__isnull=True, location=mill.shelf)
    with pytest.raises(inventory.UnitElsewhere):
        inventory.pack_stock(mill.ctx, balance=loose, quantity=Decimal(1), unit=far)
    with pytest.raises(inventory.UnitElsewhere):
        inventory.nest_unit(mill.ctx, unit=pallet, within=far)


def test_a_closed_unit_takes_nothing_more(mill: Mill, pallet: HandlingUnit) -> None:
    inventory.close_unit(mill.ctx, unit=pallet)
    loose = Balance.objects.get(lot__number="A", unit__isnull=True, location=mill.shelf)
    with pytest.raises(inventory.UnitClosed):
        inventory.pack_stock(mill.ctx, balance=loose, quantity=Decimal(1), unit=pallet)
    inventory.reopen_unit(mill.ctx, unit=pallet)
    inventory.pack_stock(mill.ctx, balance=loose, quantity=Decimal(1), unit=pallet)
    assert ("A", "A", "pallet", Decimal(11)) in lies(mill)


def test_goods_are_taken_out_of_a_unit_by_moving_them(mill: Mill, pallet: HandlingUnit) -> None:
    row = Balance.objects.get(unit=pallet)
    inventory.transfer_stock(mill.ctx, balance=row, quantity=Decimal(4), destination=mill.shelf)
    assert lies(mill)[:2] == [("A", "A", "pallet", Decimal(6)), ("A", "A", "", Decimal(6))]


def test_a_unit_taken_apart_leaves_its_goods_and_cartons_where_it_stood(
    mill: Mill, pallet: HandlingUnit
) -> None:
    carton = pallet.inside.get()
    inventory.dissolve_unit(mill.ctx, unit=pallet)
    carton.refresh_from_db()
    assert carton.parent is None
    assert lies(mill) == [("A", "A", "", Decimal(12)), ("B", "A", "carton", Decimal(5))]
    with pytest.raises(MoveRefused):
        inventory.close_unit(mill.ctx, unit=HandlingUnit.objects.get(pk=pallet.pk))
    with pytest.raises(inventory.UnitGone):
        inventory.move_unit(mill.ctx, unit=HandlingUnit.objects.get(pk=pallet.pk), destination=mill.rack)


def test_a_reversal_does_not_put_goods_into_a_unit_that_has_gone_elsewhere(
    mill: Mill, pallet: HandlingUnit
) -> None:
    row = Balance.objects.get(unit=pallet)
    move = inventory.transfer_stock(mill.ctx, balance=row, quantity=Decimal(4), destination=mill.shelf)
    inventory.move_unit(mill.ctx, unit=pallet, destination=mill.rack)
    with pytest.raises(inventory.UnitElsewhere):
        inventory.reverse_moves(mill.ctx, moves=[move], reason="mistake")


def test_where_a_unit_stood_and_what_was_in_it_is_known_for_any_moment(
    mill: Mill, pallet: HandlingUnit
) -> None:
    then = mill.ctx.now
    mill.ctx = mill.ctx.__class__.new(actor=mill.ctx.actor, via="page", now=then + timedelta(days=1))
    carton = pallet.inside.get()
    inventory.lift_unit(mill.ctx, unit=carton)
    inventory.move_unit(mill.ctx, unit=pallet, destination=mill.rack)

    stood = queries.stood_at(unit=pallet, at=then)
    assert stood is not None
    assert stood.location == mill.shelf
    was = queries.contents_as_of(unit=pallet, at=then)
    assert sorted(row.quantity for row in was) == [Decimal(5), Decimal(10)]
    now = queries.contents_as_of(unit=pallet, at=mill.ctx.now)
    assert [row.quantity for row in now] == [Decimal(10)]
    assert UnitMove.objects.filter(unit=pallet).count() == 2
