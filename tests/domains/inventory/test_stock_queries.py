"""What is where, now and then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries
from loomline.domains.inventory.models import Balance
from tests.domains.inventory.mill import NOW, Mill

TODAY = NOW.date()


def test_stock_on_hand_reserved_and_available_are_three_figures(mill: Mill) -> None:
    good, held = mill.lot("good"), mill.lot("held")
    mill.receive("10", lot=good)
    mill.receive("5", lot=held)
    mill.receive("3", lot=good, at=mill.staging)
    inventory.reserve(mill.ctx, demands=[mill.demand("4", item=mill.yarn, lot_id=good.pk)])
    inventory.hold_lot(mill.ctx, lot=held, reason="shade")

    found = queries.on_hand(site_id=mill.site.pk, on=TODAY)

    assert found == {mill.yarn.pk: queries.Stock(Decimal(18), Decimal(4), Decimal(6))}
    assert queries.available(item_ids=[mill.yarn.pk, mill.button.pk], on=TODAY) == {
        mill.yarn.pk: Decimal(6),
        mill.button.pk: Decimal(0),
    }


def test_the_past_is_a_fold_over_the_ledger(mill: Mill) -> None:
    early, late = NOW - timedelta(days=2), NOW - timedelta(days=1)
    mill.ctx = replace(mill.ctx, now=early)
    mill.receive("10")
    mill.ctx = replace(mill.ctx, now=late)
    inventory.transfer_stock(mill.ctx, balance=mill.balance(), quantity=Decimal(4), destination=mill.rack)

    def at(moment: object) -> dict[int, Decimal]:
        places = [mill.shelf.pk, mill.rack.pk]
        return {row.location_id: row.on_hand for row in queries.as_of(at=moment, location_ids=places)}

    assert at(early - timedelta(seconds=1)) == {}
    assert at(early) == {mill.shelf.pk: Decimal(10)}
    assert at(late) == {mill.shelf.pk: Decimal(6), mill.rack.pk: Decimal(4)}


def test_what_was_entered_late_changes_what_lay_there_but_not_what_was_known(mill: Mill) -> None:
    yesterday = NOW - timedelta(days=1)
    inventory.move_stock(
        mill.ctx,
        moves=[
            inventory.MoveDraft(
                item_id=mill.button.pk,
                quantity=Decimal(7),
                source_id=mill.supplier.pk,
                destination_id=mill.shelf.pk,
                effective_at=yesterday,
            )
        ],
    )
    shelf = [mill.shelf.pk]
    assert queries.as_of(at=yesterday, location_ids=shelf) == []
    assert queries.as_of(at=yesterday, basis="effective", location_ids=shelf) == [
        queries.PastStock(mill.button.pk, mill.shelf.pk, None, Decimal(7))
    ]


def test_the_ledger_of_a_lot_is_its_moves_newest_first(mill: Mill) -> None:
    lot = mill.lot("L1")
    mill.receive("10", lot=lot)
    mill.receive("1")
    inventory.transfer_stock(
        mill.ctx, balance=mill.balance(lot=lot), quantity=Decimal(2), destination=mill.rack
    )
    assert [move.quantity for move in queries.ledger_of(lot_id=lot.pk)] == [2, 10]


def test_lots_that_expire_are_listed_while_they_have_stock(mill: Mill) -> None:
    lot, _empty = mill.lot("L1", expires_on=date(2026, 12, 1)), mill.lot("L2", expires_on=date(2026, 12, 1))
    mill.receive("1", lot=lot)
    assert list(queries.expiring(until=date(2026, 12, 1))) == [lot]
    assert list(queries.expiring(until=date(2026, 11, 30))) == []


def test_a_damaged_balance_is_found_and_mended_from_the_ledger(mill: Mill) -> None:
    lot = mill.lot("L1")
    mill.receive("10", lot=lot)
    mill.receive("7")
    inventory.reserve(mill.ctx, demands=[mill.demand("2")])
    Balance.objects.filter(location=mill.shelf, lot=lot).update(on_hand=99)
    Balance.objects.filter(location=mill.shelf, lot=None).update(reserved=0)
    Balance.objects.filter(location=mill.supplier, lot=None).delete()
    Balance.objects.create(item=mill.button, location=mill.rack, on_hand=1)

    assert {
        (d.location_id, d.lot_id, d.on_hand, d.on_hand_in_ledger) for d in queries.compare_balances()
    } == {
        (mill.shelf.pk, lot.pk, Decimal(99), Decimal(10)),
        (mill.shelf.pk, None, Decimal(7), Decimal(7)),
        (mill.supplier.pk, None, Decimal(0), Decimal(-7)),
        (mill.rack.pk, None, Decimal(1), Decimal(0)),
    }
    assert inventory.rebuild_balances(mill.ctx) == 4
    assert queries.compare_balances() == []
    assert inventory.rebuild_balances(mill.ctx) == 0
    assert (mill.balance(lot=lot).on_hand, mill.balance().reserved) == (10, 2)


def test_the_ledger_of_an_item_is_read_from_an_index(mill: Mill) -> None:
    mill.receive("1")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        sql, params = queries.ledger_of(item_id=mill.button.pk)[:50].query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", params)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "inventory_move_item" in plan
