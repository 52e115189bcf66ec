"""Charges for bringing goods here, known with them or long after they are gone."""

from __future__ import annotations

from decimal import Decimal

import pytest

from loomline.domains.costing import commands as costing
from loomline.domains.costing import jobs, queries
from loomline.domains.costing.models import Basis, CostEntry, Counter, LandedCost, Method, Pending
from loomline.domains.inventory import commands as inventory
from loomline.kernel.job import JobRun, perform
from tests.domains.costing.store import Store, receipts

D = Decimal


def test_half_of_the_goods_is_sold_and_half_of_the_freight_is_cost_of_sales(store: Store) -> None:
    received = store.receive("10", "10")
    shipped = store.ship("5")
    landed = costing.add_landed_cost(store.ctx, shares=receipts(received), name="Freight", amount=D(40))
    assert store.left() == (D(5), D(70))
    assert store.cost_of(shipped) == D(70)
    assert store.booked(Counter.LANDED) == D(-40)
    assert store.booked(Counter.CUSTOMER) == D(70)
    effect = queries.effect_of(kind="costing.landedcost", pk=landed.pk)
    assert sorted(amount for _account, amount in effect) == [D(-40), D(20), D(20)]
    store.agrees()


def test_all_of_the_goods_is_sold_and_all_of_the_freight_is_cost_of_sales(store: Store) -> None:
    received = store.receive("3", "10")
    shipped = store.ship("3")
    costing.add_landed_cost(store.ctx, shares=receipts(received), name="Freight", amount=D(10))
    assert store.left() == (D(0), D(0))
    assert store.cost_of(shipped) == D(40)
    store.agrees()


@pytest.mark.parametrize(
    ("basis", "parts"),
    [
        (Basis.VALUE, ["25.00", "75.00"]),
        (Basis.QUANTITY, ["33.33", "66.67"]),
        (Basis.WEIGHT, ["80.00", "20.00"]),
    ],
)
def test_a_charge_is_split_to_the_cent(store: Store, basis: Basis, parts: list[str]) -> None:
    type(store.button).objects.filter(pk=store.button.pk).update(weight_kg=D(8))
    type(store.yarn).objects.filter(pk=store.yarn.pk).update(weight_kg=D(1))
    one = store.receive("10", "10")
    two = store.receive("20", "15", lot=store.mill.lot("A"))
    landed = costing.add_landed_cost(
        store.ctx, shares=receipts(two, one), name="Freight", amount=D(100), basis=basis
    )
    assert [share.amount for share in landed.shares.order_by("move_id")] == [D(p) for p in parts]
    store.agrees()


def test_an_item_without_weight_cannot_bear_a_charge_by_weight(store: Store) -> None:
    received = store.receive("10", "10")
    with pytest.raises(Exception, match="has no weight"):
        costing.add_landed_cost(
            store.ctx, shares=receipts(received), name="Freight", amount=D(100), basis=Basis.WEIGHT
        )
    assert not LandedCost.objects.exists()
    store.agrees()


def test_with_a_moving_average_the_charge_goes_where_the_goods_went(store: Store) -> None:
    store.use_method(Method.AVERAGE)
    first = store.receive("10", "10")
    sold = store.ship("5")
    store.receive("10", "12")
    later = store.ship("6")
    assert store.cost_of(later) == D(68)
    costing.add_landed_cost(store.ctx, shares=receipts(first), name="Freight", amount=D(10))
    # Five of the ten went at once; the other five were mixed with ten, of which six went.
    assert store.cost_of(sold) == D(55)
    assert store.cost_of(later) == D(70)
    assert store.left() == (D(9), D(105))
    store.agrees()


def test_at_standard_cost_a_charge_is_a_difference_of_price(store: Store) -> None:
    store.use_method(Method.STANDARD, standard="10")
    received = store.receive("10", "10")
    costing.add_landed_cost(store.ctx, shares=receipts(received), name="Freight", amount=D(40))
    assert store.left() == (D(10), D(100))
    assert store.booked(Counter.PRICE) == D(40)
    store.agrees()


def test_what_was_shipped_and_came_back_bears_the_charge_in_stock(store: Store) -> None:
    received = store.receive("10", "10")
    shipped = store.ship("4")
    inventory.reverse_moves(store.ctx, moves=[shipped], reason="came back")
    costing.add_landed_cost(store.ctx, shares=receipts(received), name="Freight", amount=D(20))
    assert store.left() == (D(10), D(120))
    assert store.booked(Counter.CUSTOMER) == D(0)
    store.agrees()


def test_a_charge_on_goods_that_went_back_is_no_debt_of_the_supplier(store: Store) -> None:
    received = store.receive("10", "10")
    inventory.reverse_moves(store.ctx, moves=[received], reason="faulty")
    costing.add_landed_cost(store.ctx, shares=receipts(received), name="Freight", amount=D(20))
    assert store.booked(Counter.SUPPLIER) == D(0)
    assert store.booked(Counter.PRICE) == D(20)
    store.agrees()


def test_a_reversed_charge_leaves_nothing_behind(store: Store) -> None:
    received = store.receive("7", "10")
    store.ship("3")
    landed = costing.add_landed_cost(store.ctx, shares=receipts(received), name="Freight", amount=D("10.01"))
    store.ship("2")
    costing.reverse_landed_cost(store.ctx, landed=landed, reason="billed twice")
    assert store.left() == (D(2), D(20))
    assert store.booked(Counter.CUSTOMER) == D(50)
    assert store.booked(Counter.LANDED) == D(0)
    store.agrees()


def test_many_uses_are_repriced_in_steps_that_may_stop(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loomline.domains.costing.commands.repricing.AT_ONCE", 4)
    monkeypatch.setattr("loomline.domains.costing.commands.repricing.STEP", 3)
    received = store.receive("10", "10")
    shipped = [store.ship("1") for _n in range(9)]
    costing.add_landed_cost(store.ctx, shares=receipts(received), name="Freight", amount=D(10))
    assert [store.cost_of(move) for move in shipped] == [D(11)] * 4 + [D(10)] * 5
    assert store.left() == (D(1), D(16))
    store.agrees()

    costing.reprice_step(store.ctx, item=store.button.pk, most=3)
    assert [store.cost_of(move) for move in shipped] == [D(11)] * 7 + [D(10)] * 2
    store.agrees()

    run = perform(jobs.reprice.start(store.ctx))
    assert (run.state, run.message) == ("done", run.message)
    assert [store.cost_of(move) for move in shipped] == [D(11)] * 9
    assert store.left() == (D(1), D(11))
    assert not Pending.objects.exists()
    store.agrees()


def test_goods_shipped_while_uses_wait_cost_the_right_amount_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loomline.domains.costing.commands.repricing.AT_ONCE", 0)
    received = store.receive("10", "10")
    store.ship("4")
    costing.add_landed_cost(store.ctx, shares=receipts(received), name="Freight", amount=D(10))
    assert store.cost_of(store.ship("1")) == D(11)
    perform(jobs.reprice.start(store.ctx))
    assert store.left() == (D(5), D(55))
    store.agrees()


def test_a_charge_in_another_currency_needs_a_rate(store: Store) -> None:
    received = store.receive("10", "10")
    with pytest.raises(Exception, match="no exchange rate of USD"):
        costing.add_landed_cost(
            store.ctx, shares=receipts(received), name="Freight", amount=D(10), currency="USD"
        )


def test_only_receipts_bear_charges(store: Store) -> None:
    store.receive("10", "10")
    shipped = store.ship("1")
    with pytest.raises(Exception, match="is no receipt"):
        costing.add_landed_cost(store.ctx, shares=receipts(shipped), name="Freight", amount=D(10))


def test_the_nightly_proof_finds_what_was_written_past_the_commands(store: Store) -> None:
    store.receive("10", "10")
    assert perform(jobs.compare_values.start(store.ctx)).state == "done"
    layer = CostEntry.objects.get().layer
    type(layer.balance).objects.update(value=D(99))
    run = perform(jobs.compare_values.start(store.ctx))
    assert run.state == "failed"
    assert "99" in run.message
    assert perform(jobs.rebuild_layers.start(store.ctx)).result == {"corrected": 1}
    store.agrees()
    assert JobRun.objects.filter(state="failed").count() == 1
