"""Items are valued anew: at another cost, another standard, by another method."""

from __future__ import annotations

from decimal import Decimal

import pytest

from loomline.domains.costing import commands as costing
from loomline.domains.costing.models import CostLayer, Counter, Method
from loomline.domains.ledger import commands as ledger
from loomline.domains.ledger.models import AccountKind
from loomline.kernel.refusal import Refused
from tests.domains.costing.store import Store, receipts

D = Decimal


def test_a_lower_market_price_is_posted_as_revaluation(store: Store) -> None:
    store.receive("10", "10")
    store.receive("10", "12")
    store.ship("5")
    [kept] = costing.keep_cost(store.ctx, items=[store.button])
    costing.revalue_stock(store.ctx, costing=kept, unit_cost=D(8), reason="out of fashion")
    assert store.left() == (D(15), D(120))
    assert store.booked(Counter.REVALUED) == D(50)
    assert store.cost_of(store.ship("15")) == D(120)
    store.agrees()


def test_freight_that_comes_after_a_revaluation_still_finds_the_goods(store: Store) -> None:
    received = store.receive("10", "10")
    store.ship("5")
    [kept] = costing.keep_cost(store.ctx, items=[store.button])
    costing.revalue_stock(store.ctx, costing=kept, unit_cost=D(8), reason="out of fashion")
    costing.add_landed_cost(store.ctx, shares=receipts(received), name="Freight", amount=D(10))
    assert store.left() == (D(5), D(45))
    assert store.booked(Counter.CUSTOMER) == D(55)
    store.agrees()


def test_a_new_standard_revalues_what_is_on_hand(store: Store) -> None:
    kept = store.use_method(Method.STANDARD, standard="10")
    store.receive("10", "10")
    store.ship("4")
    costing.set_standard(store.ctx, costing=kept, standard=D(11))
    assert store.left() == (D(6), D(66))
    assert store.booked(Counter.REVALUED) == D(-6)
    assert store.cost_of(store.ship("2")) == D(22)
    store.agrees()


def test_from_fifo_to_a_moving_average_nothing_is_gained(store: Store) -> None:
    store.receive("10", "10")
    store.receive("10", "12")
    store.use_method(Method.AVERAGE)
    assert store.left() == (D(20), D(220))
    assert store.cost_of(store.ship("5")) == D(55)
    store.agrees()


def test_to_specific_cost_each_lot_gets_a_layer(store: Store) -> None:
    store.use_method(Method.AVERAGE, item=store.yarn)
    one, two = store.mill.lot("A"), store.mill.lot("B")
    store.receive("10", "10", lot=one)
    store.receive("5", "16", lot=two)
    store.use_method(Method.SPECIFIC, item=store.yarn)
    assert set(CostLayer.objects.order_by("-pk")[:2].values_list("lot", "quantity")) == {
        (one.pk, D(10)),
        (two.pk, D(5)),
    }
    assert store.cost_of(store.ship("5", lot=two)) == D(60)
    store.agrees()


def test_to_standard_cost_the_difference_is_posted(store: Store) -> None:
    store.receive("10", "10")
    store.use_method(Method.STANDARD, standard="9")
    assert store.left() == (D(10), D(90))
    assert store.booked(Counter.REVALUED) == D(10)
    store.agrees()


def test_what_cannot_be_valued_is_refused(store: Store) -> None:
    kept = store.use_method(Method.FIFO)
    with pytest.raises(Refused, match="Nothing of Button"):
        costing.revalue_stock(store.ctx, costing=kept, unit_cost=D(8), reason="x")
    with pytest.raises(Refused, match="needs a standard cost"):
        costing.change_method(store.ctx, costing=kept, method=Method.STANDARD)
    with pytest.raises(Refused, match="already"):
        costing.change_method(store.ctx, costing=kept, method=Method.FIFO)
    with pytest.raises(Refused, match="below nothing"):
        costing.set_standard(store.ctx, costing=kept, standard=D(-1))


def test_a_category_may_post_its_sales_to_an_account_of_its_own(store: Store) -> None:
    account = ledger.add_account(store.ctx, code="5001", name="Cost of trims", kind=AccountKind.EXPENSE)
    from_catalog = type(store.button)._meta.get_field("category").related_model
    trims = from_catalog.objects.create(name="Trims")
    small = from_catalog.objects.create(name="Small trims", parent=trims)
    type(store.button).objects.filter(pk=store.button.pk).update(category=small)
    costing.set_rule(store.ctx, counter=Counter.CUSTOMER, account=account, category=trims)
    store.receive("10", "10")
    shipped = store.ship("5")
    assert shipped.cost_entries.get().account_id == account.pk
    assert store.booked(Counter.CUSTOMER) == D(0)
    store.agrees()


def test_stock_stands_on_an_asset_account_only(store: Store) -> None:
    account = ledger.add_account(store.ctx, code="5001", name="Cost of trims", kind=AccountKind.EXPENSE)
    with pytest.raises(Refused, match="is no asset"):
        costing.set_rule(store.ctx, counter=Counter.STOCK, account=account)
