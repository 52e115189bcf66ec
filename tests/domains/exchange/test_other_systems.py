"""AdventureWorks and Maven CRM come in as their files have them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from django.db.models import Sum

from loomline.domains.bills.queries import explode
from loomline.domains.catalog.models import Item
from loomline.domains.exchange import commands as exchange
from loomline.domains.inventory.models import Balance
from loomline.domains.manufacturing.models import WorkLine
from loomline.domains.pipeline.models import Opportunity
from loomline.domains.procurement.models import PurchaseLine, SupplierItem
from loomline.domains.recipes import queries as recipes
from loomline.kernel.context import Ctx

ANSWERS = {"OrderDate": date(2022, 3, 1), "DueDate": date(2022, 4, 1), "StartDate": date(2022, 3, 1)}


def take(ctx: Ctx, name: str, folder: Path, **options: object) -> exchange.Outcome:
    recipe = recipes.recipe_named(name)
    return exchange.run_recipe(ctx.fresh(), recipe=recipe, files=exchange.collect(recipe, folder), **options)  # type: ignore[arg-type]


def test_adventureworks_asks_for_the_dates_its_files_have_lost(ctx: Ctx, public_data: Path) -> None:
    outcome = take(ctx, "adventureworks", public_data / "supply-chain" / "adventureworks", is_dry=True)

    assert set(outcome.asks) == {"OrderDate", "DueDate", "StartDate"}
    assert any("dates of column OrderDate are lost" in finding for finding in outcome.findings)
    assert {outcome.counts[name].created for name in ("purchase orders", "work orders")} == {0}


def test_adventureworks_comes_in_with_bills_stock_and_purchases(ctx: Ctx, public_data: Path) -> None:
    outcome = take(ctx, "adventureworks", public_data / "supply-chain" / "adventureworks", answers=ANSWERS)

    assert outcome.errors == []
    assert Item.objects.count() == 504
    assert Balance.objects.filter(is_physical=True).aggregate(n=Sum("on_hand"))["n"] == 335974
    assert SupplierItem.objects.count() == 460
    sums = PurchaseLine.objects.aggregate(received=Sum("received"), rejected=Sum("rejected"))
    assert (sums["rejected"] / sums["received"]).quantize(Decimal("0.0001")) == Decimal("0.0217")
    assert WorkLine.objects.count() == 36296
    bicycle = Item.objects.get(sku="BK-M82S-38")
    parts = explode(item=bicycle, quantity=Decimal(1), on=date(2026, 11, 23))
    assert max(part.level for part in parts) == 4
    bought = {part.item_id for part in parts if part.is_leaf}
    assert SupplierItem.objects.filter(item__in=bought).exists()


def test_maven_opportunities_match_the_file(ctx: Ctx, public_data: Path) -> None:
    outcome = take(ctx, "maven-crm", public_data / "crm-exports" / "maven-crm")

    assert outcome.errors == []
    assert Opportunity.objects.count() == 4400
    assert Opportunity.objects.filter(state="won").count() == 2131
    assert Opportunity.objects.filter(state="lost").count() == 1207
    assert Opportunity.objects.filter(state="open").count() == 803 + 259
