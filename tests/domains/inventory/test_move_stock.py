"""Moving stock changes ledger and balances together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from loomline.domains.catalog.models import Item, ItemKind
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Balance, StockMove
from loomline.kernel.audit import Change
from tests.domains.inventory.mill import NOW, Mill, counted


def ended(work: Callable[[], object]) -> None:
    """Do this and check what the database checks when a transaction ends."""
    with transaction.atomic():
        work()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def by_hand(**values: object) -> None:
    """A move written past the commands."""
    ended(lambda: StockMove.objects.create(**values))


def draft(mill: Mill, quantity: str, **more: object) -> inventory.MoveDraft:
    values = {
        "item_id": mill.button.pk,
        "quantity": Decimal(quantity),
        "source_id": mill.supplier.pk,
        "destination_id": mill.shelf.pk,
    }
    return inventory.MoveDraft(**{**values, **more})


def test_a_receipt_adds_to_the_shelf_and_takes_from_the_world_outside(mill: Mill) -> None:
    [move] = inventory.move_stock(mill.ctx, moves=[draft(mill, "12.5", unit_cost=Decimal("0.04"))])

    assert (move.quantity, move.unit_cost, move.effective_at, move.recorded_at) == (
        Decimal("12.5"),
        Decimal("0.04"),
        NOW,
        NOW,
    )
    assert mill.balance().on_hand == Decimal("12.5")
    assert mill.balance(at=mill.supplier).on_hand == Decimal("-12.5")
    assert Balance.objects.aggregate(total=Sum("on_hand"))["total"] == 0


def test_moves_of_one_key_add_up_in_one_balance(mill: Mill) -> None:
    inventory.move_stock(mill.ctx, moves=[draft(mill, "1"), draft(mill, "2"), draft(mill, "3.25")])

    assert mill.balance().on_hand == Decimal("6.25")
    assert StockMove.objects.count() == 3


def test_stock_that_is_not_there_cannot_leave_and_nothing_changes(mill: Mill) -> None:
    mill.receive("10")
    with pytest.raises(inventory.StockShort) as refused:
        inventory.move_stock(
            mill.ctx,
            moves=[
                draft(mill, "5"),
                draft(mill, "15.5", source_id=mill.shelf.pk, destination_id=mill.customer.pk),
            ],
        )

    assert "Button 12 mm: 10.5 pcs wanted at BRG/A, 10 free there" in str(refused.value)
    assert mill.balance().on_hand == 10
    assert StockMove.objects.count() == 1


def test_a_place_that_never_held_the_item_is_short_too(mill: Mill) -> None:
    with pytest.raises(inventory.StockShort, match="3 pcs wanted at BRG/B, 0 free there"):
        inventory.move_stock(
            mill.ctx, moves=[draft(mill, "3", source_id=mill.rack.pk, destination_id=mill.customer.pk)]
        )
    assert not Balance.objects.exists()


def test_reserved_stock_cannot_be_moved_away(mill: Mill) -> None:
    mill.receive("10")
    inventory.reserve(mill.ctx, demands=[mill.demand("8")])

    with pytest.raises(inventory.StockShort, match="3 pcs wanted at BRG/A, 2 free there"):
        inventory.transfer_stock(mill.ctx, balance=mill.balance(), quantity=Decimal(3), destination=mill.rack)
    assert mill.balance().on_hand == 10


def test_the_database_itself_refuses_to_promise_more_than_there_is(mill: Mill) -> None:
    mill.receive("10")
    with pytest.raises(IntegrityError, match="inventory_balance_enough"), transaction.atomic():
        Balance.objects.filter(pk=mill.balance().pk).update(reserved=11)


def test_an_item_tracked_by_lot_needs_one(mill: Mill) -> None:
    with pytest.raises(inventory.LotMissing, match=r"Merino 2/48 is tracked by lot"):
        inventory.move_stock(mill.ctx, moves=[draft(mill, "1", item_id=mill.yarn.pk)])
    assert not StockMove.objects.exists()


def test_the_lot_of_another_item_is_refused(mill: Mill) -> None:
    lot = mill.lot("BY-7781")
    with pytest.raises(inventory.LotOfAnotherItem, match="Lot BY-7781 does not belong to Button 12 mm"):
        inventory.move_stock(mill.ctx, moves=[draft(mill, "1", lot_id=lot.pk)])


def test_the_database_itself_refuses_the_lot_of_another_item(mill: Mill) -> None:
    lot = mill.lot("BY-7781")
    with pytest.raises(IntegrityError, match="inventory_move_lot_of_item"):
        by_hand(
            item=mill.button,
            lot=lot,
            quantity=1,
            source=mill.supplier,
            destination=mill.shelf,
            effective_at=NOW,
            recorded_at=NOW,
        )


def test_a_service_cannot_be_moved(mill: Mill) -> None:
    Item.objects.filter(pk=mill.button.pk).update(kind=ItemKind.SERVICE)
    with pytest.raises(inventory.NotStocked):
        inventory.move_stock(mill.ctx, moves=[draft(mill, "1")])


def test_a_serial_number_stands_for_one_piece(mill: Mill) -> None:
    Item.objects.filter(pk=mill.yarn.pk).update(tracking="serial")
    lot = mill.lot("SN-1")
    mill.receive("1", lot=lot)
    with pytest.raises(inventory.TooMuchOfOneSerial, match="Serial number SN-1 of Merino 2/48"):
        mill.receive("1", lot=lot)
    assert mill.balance(lot=lot).on_hand == 1


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"quantity": Decimal(0)}, inventory.NotPositive),
        ({"quantity": Decimal(-1)}, inventory.NotPositive),
        ({"effective_at": NOW + timedelta(seconds=1)}, inventory.MovedAhead),
    ],
)
def test_malformed_moves_are_refused(mill: Mill, change: dict[str, object], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        inventory.move_stock(mill.ctx, moves=[draft(mill, "1"), replace(draft(mill, "1"), **change)])
    assert not StockMove.objects.exists()


def test_a_move_to_where_the_stock_is_already_is_refused(mill: Mill) -> None:
    with pytest.raises(inventory.NothingMoves, match="BRG/A"):
        inventory.move_stock(mill.ctx, moves=[draft(mill, "1", source_id=mill.shelf.pk)])


def test_a_thousand_moves_cost_as_many_statements_as_one(mill: Mill) -> None:
    with counted() as one:
        inventory.move_stock(mill.ctx, moves=[draft(mill, "1")])
    with counted() as many:
        inventory.move_stock(
            mill.ctx,
            moves=[
                draft(mill, "1", destination_id=place.pk)
                for _n in range(500)
                for place in (mill.shelf, mill.rack)
            ],
        )

    assert len(many) == len(one) == 3  # The balances, the ledger, what the bins say.
    assert mill.balance(at=mill.rack).on_hand == 500


def test_the_ledger_is_never_changed_or_deleted(mill: Mill) -> None:
    move = mill.receive("10")
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        StockMove.objects.filter(pk=move.pk).update(quantity=9)
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        move.delete()
    assert StockMove.objects.get().quantity == 10


def test_each_move_stands_in_the_audit_with_its_activity(mill: Mill) -> None:
    move = mill.receive("10")
    assert Change.objects.get(kind="inventory_stockmove", object_id=move.pk).activity_id is not None


def test_an_unknown_place_is_refused_when_the_command_ends(mill: Mill) -> None:
    with pytest.raises(IntegrityError, match="foreign key"):
        ended(lambda: inventory.move_stock(mill.ctx, moves=[draft(mill, "1", destination_id=999_999_999)]))
