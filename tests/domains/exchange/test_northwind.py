"""Northwind comes in whole, once, and goes out whole."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from django.db.models import F, Sum
from django.test import Client

from loomline.domains.catalog.models import Item
from loomline.domains.costing import commands as costing
from loomline.domains.costing import queries as costs
from loomline.domains.costing.models import CostLayer
from loomline.domains.exchange import commands as exchange
from loomline.domains.exchange.models import ForeignKey
from loomline.domains.inventory.models import Balance
from loomline.domains.ledger import queries as ledger
from loomline.domains.parties.models import Party
from loomline.domains.recipes import queries as recipes
from loomline.domains.sales.models import Order, OrderLine, OrderState
from loomline.kernel.context import Ctx

READ = {
    "shippers": 3,
    "employees": 9,
    "suppliers": 29,
    "customers": 91,
    "categories": 8,
    "products": 77,
    "stock": 77,
    "orders": 830,
}


def take(ctx: Ctx, folder: Path, **options: object) -> exchange.Outcome:
    recipe = recipes.recipe_named("northwind")
    files = exchange.collect(recipe, folder / "supply-chain" / "northwind")
    return exchange.run_recipe(ctx.fresh(), recipe=recipe, files=files, **options)  # type: ignore[arg-type]


def test_northwind_comes_in_with_its_exact_figures(ctx: Ctx, client: Client, public_data: Path) -> None:
    outcome = take(ctx, public_data)

    assert outcome.errors == []
    assert {name: count.created for name, count in outcome.counts.items()} == READ
    assert Order.objects.count() == 830
    assert OrderLine.objects.count() == 2155
    net = OrderLine.objects.aggregate(net=Sum(F("quantity") * F("price") * (1 - F("discount"))))["net"]
    assert net.quantize(Decimal("0.01")) == Decimal("1265793.04")
    amounts = OrderLine.objects.aggregate(net=Sum("amount"))["net"]
    assert amounts.quantize(Decimal("0.01")) == Decimal("1265793.04")
    assert Order.objects.filter(state=OrderState.CONFIRMED).count() == 21
    assert Order.objects.filter(state=OrderState.SHIPPED).count() == 809
    assert Balance.objects.filter(is_physical=True).aggregate(n=Sum("on_hand"))["n"] == 3119
    to_pick = client.get("/warehouse/to-pick/").content.decode()
    assert to_pick.count('<tr id="row-') == 21
    assert "21 orders wait: 5 ready, 21 late." in to_pick
    assert (to_pick.count(">Partly<"), to_pick.count(">Nothing on hand<")) == (14 + 1, 2 + 1)


def test_a_second_run_changes_nothing(ctx: Ctx, public_data: Path) -> None:
    take(ctx, public_data)
    again = take(ctx, public_data)

    assert (again.created, again.changed, again.errors) == (0, 0, [])
    assert {name: count.unchanged for name, count in again.counts.items()} == READ


def test_a_dry_run_reports_the_same_and_leaves_nothing(ctx: Ctx, public_data: Path) -> None:
    outcome = take(ctx, public_data, is_dry=True)

    assert {name: count.created for name, count in outcome.counts.items()} == READ
    assert not Order.objects.exists()
    assert not Party.objects.exists()
    assert not ForeignKey.objects.exists()


def test_undo_takes_the_whole_import_back(ctx: Ctx, public_data: Path) -> None:
    outcome = take(ctx, public_data)
    assert outcome.takeover is not None

    exchange.undo_takeover(ctx.fresh(), takeover=outcome.takeover)

    assert not Order.objects.exists()
    assert not Party.objects.exists()
    assert not Balance.objects.exclude(on_hand=0).exists()
    outcome.takeover.refresh_from_db()
    assert outcome.takeover.state == "undone"


def test_undo_takes_back_what_the_imported_stock_was_worth(ctx: Ctx, public_data: Path) -> None:
    outcome = take(ctx, public_data)
    assert outcome.takeover is not None
    while costing.value_pending(ctx.fresh()):
        continue
    assert sum(worth.quantity for worth in costs.worth_now()) == 3119

    exchange.undo_takeover(ctx.fresh(), takeover=outcome.takeover)

    assert not CostLayer.objects.exists()
    assert not Item.objects.filter(costing__isnull=False).exists()
    assert costs.compare_stock() == costs.compare_layers() == costs.compare_accounts() == []
    assert all(row.after == 0 for row in ledger.trial_balance())
