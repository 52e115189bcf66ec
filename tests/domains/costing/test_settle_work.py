"""What work has taken up is the cost of what it made, also when a part of that is known late."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from loomline.domains.costing import commands as costing
from loomline.domains.costing import jobs, queries
from loomline.domains.costing.models import ChargeKind, Counter, Method, WorkInProgress
from loomline.domains.ledger import commands as ledger
from loomline.domains.ledger.models import Period
from loomline.kernel.job import perform
from tests.domains.costing.store import Store, receipts

D = Decimal
KIND = "manufacturing.workorder"
WORK = (KIND, 7)


def make(store: Store, *, expected: str = "3") -> None:
    """Ten kilograms of yarn at 5 become twenty buttons that were expected to cost 3."""
    lot = store.mill.lot("A")
    store.receive("10", "5", lot=lot)
    store.move("10", "shelf", "production", lot=lot, origin=WORK)
    costing.charge_work(store.ctx, origin_kind=KIND, origin_id=7, kind=ChargeKind.LABOUR, amount=D(30))
    store.move("20", "production", "shelf", cost=expected, origin=WORK)


def test_finished_work_gives_what_was_put_in_to_what_it_made(store: Store) -> None:
    make(store)
    work = WorkInProgress.objects.get()
    assert (work.put_in, work.got_out, work.value) == (D(80), D(60), D(20))
    assert store.booked(Counter.PRODUCTION) == D(20)
    assert store.booked(Counter.ABSORBED) == D(-30)

    costing.settle_work(store.ctx, origin_kind=KIND, origin_id=7)
    work.refresh_from_db()
    assert (work.value, work.settled, work.settled_at) == (D(0), D(20), store.ctx.now)
    assert store.left() == (D(20), D(80))
    assert store.booked(Counter.PRODUCTION) == D(0)
    store.agrees()


def test_what_was_sold_before_work_was_settled_takes_its_part(store: Store) -> None:
    make(store)
    shipped = store.ship("5")
    assert store.cost_of(shipped) == D(15)
    costing.settle_work(store.ctx, origin_kind=KIND, origin_id=7)
    assert store.cost_of(shipped) == D(20)
    assert store.left() == (D(15), D(60))
    store.agrees()


def test_freight_on_the_yarn_reaches_the_buttons_that_were_sold(store: Store) -> None:
    lot = store.mill.lot("A")
    received = store.receive("10", "5", lot=lot)
    store.move("8", "shelf", "production", lot=lot, origin=WORK)
    store.move("20", "production", "shelf", cost="2", origin=WORK)
    costing.settle_work(store.ctx, origin_kind=KIND, origin_id=7)
    shipped = store.ship("5")

    costing.add_landed_cost(store.ctx, shares=receipts(received), name="Freight", amount=D(20))
    assert store.left(store.yarn) == (D(2), D(14))
    assert store.booked(Counter.PRODUCTION) == D(16)
    store.agrees()
    assert perform(jobs.reprice.start(store.ctx)).state == "done"
    assert store.booked(Counter.PRODUCTION) == D(0)
    assert store.cost_of(shipped) == D(14)
    assert store.left() == (D(15), D(42))
    store.agrees()


def test_at_standard_cost_the_difference_is_one_of_production(store: Store) -> None:
    store.use_method(Method.STANDARD, standard="3")
    make(store, expected="3")
    costing.settle_work(store.ctx, origin_kind=KIND, origin_id=7)
    assert store.left() == (D(20), D(60))
    assert store.booked(Counter.VARIANCE) == D(20)
    assert store.booked(Counter.PRODUCTION) == D(0)
    store.agrees()


def test_half_finished_goods_that_work_uses_itself_keep_their_cost(store: Store) -> None:
    raw, dyed = store.mill.lot("A"), store.mill.lot("A-D")
    store.receive("10", "5", lot=raw)
    store.move("10", "shelf", "production", lot=raw, origin=WORK)
    store.move("10", "production", "shelf", lot=dyed, cost="9", origin=WORK)
    store.move("10", "shelf", "production", lot=dyed, origin=WORK)
    store.move("20", "production", "shelf", cost="3", origin=WORK)
    costing.settle_work(store.ctx, origin_kind=KIND, origin_id=7)
    assert store.left() == (D(20), D(50))
    assert WorkInProgress.objects.get().value == 0
    assert not queries.work_to_settle().exists()
    assert not queries.waiting().exists()
    store.agrees()


def test_work_that_made_nothing_is_written_off(store: Store) -> None:
    lot = store.mill.lot("A")
    store.receive("10", "5", lot=lot)
    store.move("10", "shelf", "production", lot=lot, origin=WORK)
    costing.settle_work(store.ctx, origin_kind=KIND, origin_id=7)
    assert store.booked(Counter.VARIANCE) == D(50)
    assert WorkInProgress.objects.get().value == 0
    store.agrees()


def test_work_that_took_nothing_up_keeps_the_cost_it_was_expected_at(store: Store) -> None:
    store.move("20", "production", "shelf", cost="3", origin=WORK)
    costing.settle_work(store.ctx, origin_kind=KIND, origin_id=7)
    assert store.left() == (D(20), D(60))
    assert store.booked(Counter.VARIANCE) == D(-60)
    store.agrees()


def test_work_that_nobody_knows_settles_to_nothing(store: Store) -> None:
    assert costing.settle_work(store.ctx, origin_kind=KIND, origin_id=99) is None


def test_a_period_waits_for_costs_that_are_being_handed_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loomline.domains.costing.commands.repricing.AT_ONCE", 0)
    received = store.receive("10", "10", at=store.ctx.now - timedelta(days=40))
    store.ship("4", at=store.ctx.now - timedelta(days=39))
    costing.add_landed_cost(store.ctx, shares=receipts(received), name="Freight", amount=D(10))
    october = Period.objects.get(name="2026-10")
    with pytest.raises(ledger.MattersOpen, match="1 layers wait"):
        ledger.close_period(store.ctx, period=october)
    perform(jobs.reprice.start(store.ctx))
    ledger.close_period(store.ctx, period=october)
    assert [w.value for w in queries.worth_on(day=october.ends_on)] == [D(60)]


def test_the_card_of_a_work_order_adds_up(store: Store) -> None:
    lot = store.mill.lot("A")
    received = store.receive("10", "5", lot=lot)
    store.move("8", "shelf", "production", lot=lot, origin=WORK)
    costing.charge_work(store.ctx, origin_kind=KIND, origin_id=7, kind=ChargeKind.SERVICE, amount=D(30))
    store.move("1", "production", "shelf", lot=lot, origin=WORK)
    store.move("20", "production", "shelf", cost="2", origin=WORK)
    costing.add_landed_cost(store.ctx, shares=receipts(received), name="Freight", amount=D(10))
    costing.settle_work(store.ctx, origin_kind=KIND, origin_id=7)
    parts = {
        (part.item_id, part.is_made): (part.quantity, part.value)
        for part in queries.parts_of_work(kind=KIND, pk=7)
    }
    # Seven kilograms at 6 with their freight, and a service of 30.
    assert parts == {
        (store.yarn.pk, False): (D(7), D(42)),
        (store.button.pk, True): (D(20), D(72)),
    }
    assert [charge.amount for charge in queries.charges_of_work(kind=KIND, pk=7)] == [D(30)]
    store.agrees()
