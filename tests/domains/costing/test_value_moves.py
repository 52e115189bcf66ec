"""Every move across the border of stock has a cost, in layers and on accounts."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

from django.db import transaction

from loomline.domains.catalog.models import Item
from loomline.domains.costing import commands as costing
from loomline.domains.costing import queries
from loomline.domains.costing.models import (
    MOVES,
    CostEntry,
    CostLayer,
    Counter,
    LayerBalance,
    Method,
    Progress,
)
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Balance
from loomline.domains.ledger import commands as ledger
from loomline.domains.ledger.models import JournalEntry
from loomline.domains.parties.commands import open_party
from tests.domains.costing.store import Store

D = Decimal


def test_fifo_ten_at_ten_and_ten_at_twelve_fifteen_shipped_cost_160_and_60_are_left(store: Store) -> None:
    store.receive("10", "10")
    store.receive("10", "12")
    shipped = store.ship("15")
    assert store.cost_of(shipped) == D(160)
    assert store.left() == (D(5), D(60))
    assert store.booked(Counter.CUSTOMER) == D(160)
    assert store.booked(Counter.STOCK) == D(60)
    assert store.booked(Counter.SUPPLIER) == D(-220)
    store.agrees()


def test_moving_average_mixes_what_comes_in(store: Store) -> None:
    store.use_method(Method.AVERAGE)
    store.receive("10", "10")
    store.receive("10", "12")
    assert store.cost_of(store.ship("15")) == D(165)
    store.receive("5", "20")
    assert store.left() == (D(10), D(155))
    assert store.cost_of(store.ship("4")) == D(62)
    assert LayerBalance.objects.exclude(used=D(0)).count() == 3
    store.agrees()


def test_at_standard_cost_the_price_difference_is_apart(store: Store) -> None:
    store.use_method(Method.STANDARD, standard="10")
    store.receive("10", "11")
    store.receive("10", "9.50")
    assert store.left() == (D(20), D(200))
    assert store.cost_of(store.ship("15")) == D(150)
    assert store.booked(Counter.PRICE) == D(5)
    assert store.booked(Counter.SUPPLIER) == D(-205)
    store.agrees()


def test_specific_cost_is_that_of_the_lot(store: Store) -> None:
    store.use_method(Method.SPECIFIC, item=store.yarn)
    one, two = store.mill.lot("A"), store.mill.lot("B")
    store.receive("10", "10", lot=one)
    store.receive("10", "12", lot=two)
    assert store.cost_of(store.ship("5", lot=two)) == D(60)
    assert store.cost_of(store.ship("5", lot=one)) == D(50)
    store.agrees()


def test_moves_within_stock_cost_nothing(store: Store) -> None:
    store.receive("10", "10")
    before = JournalEntry.objects.count()
    store.move("4", "shelf", "rack")
    assert JournalEntry.objects.count() == before
    assert CostEntry.objects.count() == 1
    store.agrees()


def test_what_is_scrapped_counted_and_issued_goes_to_its_account(store: Store) -> None:
    store.receive("10", "10")
    store.move("1", "shelf", "scrap")
    store.move("2", "shelf", "production", origin=("manufacturing.workorder", 7))
    store.move("1", "shelf", "adjustment")
    assert store.booked(Counter.SCRAP) == D(10)
    assert store.booked(Counter.PRODUCTION) == D(20)
    assert store.booked(Counter.ADJUSTMENT) == D(10)
    assert store.left() == (D(6), D(60))
    store.agrees()


def test_what_is_found_comes_in_at_the_last_known_cost(store: Store) -> None:
    store.receive("10", "10")
    store.receive("10", "12")
    store.move("3", "adjustment", "shelf")
    assert store.left() == (D(23), D(256))
    assert store.booked(Counter.ADJUSTMENT) == D(-36)
    store.agrees()


def test_a_shipment_that_is_reversed_comes_back_at_its_cost_and_goes_first_again(store: Store) -> None:
    store.receive("10", "10")
    store.receive("10", "12")
    shipped = store.ship("15")
    inventory.reverse_moves(store.ctx, moves=[shipped], reason="wrong order")
    assert store.left() == (D(20), D(220))
    assert store.booked(Counter.CUSTOMER) == D(0)
    # The ten that were bought first are the first again.
    assert store.cost_of(store.ship("10")) == D(100)
    store.agrees()


def test_a_receipt_that_is_reversed_takes_back_its_own_layer(store: Store) -> None:
    store.receive("10", "10")
    wrong = store.receive("10", "99")
    inventory.reverse_moves(store.ctx, moves=[wrong], reason="wrong price")
    assert store.left() == (D(10), D(100))
    assert store.booked(Counter.SUPPLIER) == D(-100)
    assert store.booked(Counter.PRICE) == D(0)
    store.agrees()


def test_a_reversed_receipt_of_which_some_is_gone_leaves_a_price_difference(store: Store) -> None:
    wrong = store.receive("10", "12")
    store.receive("10", "10")
    store.ship("4")
    inventory.reverse_moves(store.ctx, moves=[wrong], reason="wrong price")
    # Six of its own and four of the others went; all that the supplier was owed is taken back.
    assert store.left() == (D(6), D(60))
    assert store.booked(Counter.SUPPLIER) == D(-100)
    assert store.booked(Counter.PRICE) == D(-8)
    store.agrees()


def test_material_that_work_returns_is_worth_what_it_was_issued_at(store: Store) -> None:
    work = ("manufacturing.workorder", 7)
    store.receive("10", "10")
    store.move("6", "shelf", "production", origin=work)
    store.receive("10", "12")
    store.move("2", "production", "shelf", origin=work)
    assert store.booked(Counter.PRODUCTION) == D(40)
    assert store.left() == (D(16), D(180))
    assert store.cost_of(store.ship("6")) == D(60)
    store.agrees()


def test_stock_from_before_costing_is_opened_at_its_standard_cost(store: Store) -> None:
    brought = store.receive("10", None, is_valued=False)
    Progress.objects.create(name=MOVES, position=brought.pk)
    type(store.button).objects.filter(pk=store.button.pk).update(standard_cost=D("2.50"))
    shipped = store.ship("4")
    assert store.cost_of(shipped) == D(10)
    assert store.booked(Counter.OPENING) == D(-10)
    assert store.left() == (D(0), D(0))


def test_a_posting_of_thirty_layers_fetches_what_it_needs(store: Store) -> None:
    for _n in range(30):
        store.receive("1", "2")
    assert store.cost_of(store.ship("25")) == D(50)
    assert store.left() == (D(5), D(10))
    store.agrees()


def test_a_back_dated_move_is_posted_on_its_day_while_its_period_is_open(store: Store) -> None:
    store.receive("10", "10", at=store.ctx.now - timedelta(days=40))
    entry = JournalEntry.objects.get()
    assert str(entry.posted_on) == "2026-10-14"
    assert entry.period.name == "2026-10"
    assert [w.value for w in queries.worth_on(day=entry.posted_on)] == [D(100)]
    assert queries.worth_on(day=entry.posted_on - timedelta(days=1)) == []


def test_a_move_into_a_closed_period_is_posted_on_the_first_open_day(store: Store) -> None:
    store.receive("10", "10", at=store.ctx.now - timedelta(days=40))
    october = JournalEntry.objects.get().period
    ledger.close_period(store.ctx, period=october)
    store.ship("4", at=store.ctx.now - timedelta(days=39))
    late = JournalEntry.objects.latest("pk")
    assert (str(late.posted_on), str(late.happened_on)) == ("2026-11-01", "2026-10-15")
    assert [w.value for w in queries.worth_on(day=october.ends_on)] == [D(100)]
    store.agrees()


def test_goods_of_no_known_cost_make_no_entry_in_the_journal(store: Store) -> None:
    store.receive("10", None)
    assert not JournalEntry.objects.exists()
    assert CostLayer.objects.count() == 1
    store.agrees()


def test_the_first_count_of_an_item_is_its_opening_stock(store: Store) -> None:
    store.move("10", "adjustment", "shelf", cost="4")
    assert (store.booked(Counter.OPENING), store.booked(Counter.ADJUSTMENT)) == (D(-40), D(0))
    store.move("1", "adjustment", "shelf")
    assert (store.booked(Counter.OPENING), store.booked(Counter.ADJUSTMENT)) == (D(-40), D(-4))
    store.agrees()


def test_an_item_is_valued_as_its_own_page_says(store: Store) -> None:
    Item.objects.filter(pk=store.button.pk).update(cost_method=Method.STANDARD, standard_cost=D(3))
    store.receive("10", "4")
    assert store.left() == (D(10), D(30))
    Item.objects.filter(pk=store.button.pk).update(cost_method=Method.FIFO)
    assert costing.follow_items(store.ctx) == 1
    store.receive("10", "4")
    assert store.left() == (D(20), D(70))
    store.agrees()


def test_a_posting_asks_nothing_of_the_books_and_one_rolled_back_leaves_nothing(store: Store) -> None:
    store.receive("10", "10", is_valued=False)
    assert not CostEntry.objects.exists()
    with suppress(RuntimeError), transaction.atomic():
        store.receive("10", "99", is_valued=False)
        raise RuntimeError
    store.ship("4", is_valued=False)
    assert costing.value_pending(store.ctx) > 0
    assert costing.value_pending(store.ctx) == 0
    assert store.left() == (D(6), D(60))
    store.agrees()


def test_many_postings_valued_at_once_are_worth_what_they_are_one_by_one(store: Store) -> None:
    for method, item in ((Method.AVERAGE, store.yarn), (Method.FIFO, store.button)):
        store.use_method(method, item=item)
    lot = store.mill.lot("A")
    for item in (None, lot):
        store.receive("10", "10", lot=item, is_valued=False)
        store.receive("10", "12", lot=item, is_valued=False)
        shipped = store.ship("15", lot=item, is_valued=False)
        inventory.reverse_moves(store.ctx, moves=[shipped], reason="wrong order")
        store.ship("10", lot=item, is_valued=False)
    assert store.left() == (D(10), D(120))
    assert store.left(store.yarn) == (D(10), D(110))
    store.agrees()


def test_stock_that_no_layer_covers_comes_in_at_what_is_known_of_it(store: Store) -> None:
    Item.objects.filter(pk=store.button.pk).update(standard_cost=D(3))
    store.receive("10", "10", is_valued=False)
    assert costing.open_values(store.ctx) == 0  # What waits for its value is covered in a moment.
    assert queries.compare_stock() == []
    lots = [store.mill.lot("A"), store.mill.lot("B")]
    for lot in lots:
        store.receive("4", "5", lot=lot, is_valued=False)
    Progress.objects.update_or_create(name=MOVES, defaults={"position": queries.last_key()})
    assert len(queries.compare_stock()) == 2

    assert costing.open_values(store.ctx, most=1) == 1
    assert costing.open_values(store.ctx) == 1
    assert costing.open_values(store.ctx) == 0

    assert store.left() == (D(10), D(30))
    assert store.left(store.yarn)[0] == D(8)
    assert CostLayer.objects.filter(lot__in=lots).count() == 2
    store.agrees()


def test_goods_of_others_are_worth_nothing_until_they_are_taken_over(store: Store) -> None:
    owner = open_party(store.ctx, name="Etiqueta Norte")
    draft = inventory.MoveDraft(
        item_id=store.button.pk,
        quantity=D(30),
        source_id=store.mill.supplier.pk,
        destination_id=store.mill.shelf.pk,
        owner_id=owner.pk,
    )
    inventory.move_stock(store.ctx, moves=[draft])
    assert store.left() == (D(0), D(0))
    assert queries.uncovered(most=10) == []
    store.agrees()

    consigned = Balance.objects.get(owner=owner, is_physical=True)
    inventory.take_over_stock(store.ctx, balance=consigned, quantity=D(20), unit_cost=D("2.50"))
    assert store.left() == (D(20), D(50))
    assert store.booked(Counter.SUPPLIER) == D(-50)
    store.agrees()
