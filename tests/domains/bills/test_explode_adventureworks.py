"""A whole catalogue of bicycles: one statement opens four levels, and agrees with a walk by hand."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from loomline.domains.bills import commands as bills
from loomline.domains.bills import queries
from loomline.domains.bills.models import BillLine
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item
from loomline.kernel.context import Ctx
from tests.domains.bills.knit import TODAY

Kids = dict[str, list[tuple[str, Decimal]]]


@pytest.fixture
def bicycles(ctx: Ctx, public_data: Path) -> tuple[dict[str, Item], Kids, list[str]]:
    folder = public_data / "supply-chain" / "adventureworks"
    with (folder / "Production.Product.csv").open() as file:
        products = list(csv.DictReader(file))
    with (folder / "Production.BillOfMaterials.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["EndDate"] == "NULL"]
    made = catalog.add_items(
        ctx, drafts=[catalog.ItemDraft(sku=p["ProductNumber"], name=p["Name"]) for p in products]
    )
    items = {p["ProductID"]: item for p, item in zip(products, made, strict=True)}
    kids: Kids = defaultdict(list)
    for row in rows:
        if row["ProductAssemblyID"] != "NULL":
            kids[row["ProductAssemblyID"]].append((row["ComponentID"], Decimal(row["PerAssemblyQty"])))
    bills.add_bills(
        ctx,
        drafts=[
            bills.BillDraft(
                item=items[parent],
                lines=[bills.BillLineDraft(component=items[c], quantity=q) for c, q in parts],
            )
            for parent, parts in kids.items()
        ],
    )
    finished = [row["ComponentID"] for row in rows if row["ProductAssemblyID"] == "NULL"]
    return items, kids, finished


def test_every_bicycle_opens_through_four_levels_into_its_bought_parts(
    bicycles: tuple[dict[str, Item], Kids, list[str]], django_assert_num_queries: Any
) -> None:
    items, kids, finished = bicycles
    assert (BillLine.objects.count(), len(finished)) == (2383, 97)

    def leaves(product: str, quantity: Decimal, found: dict[int, Decimal]) -> dict[int, Decimal]:
        for part, per in kids.get(product, ()):
            if part in kids:
                leaves(part, quantity * per, found)
            else:
                found[items[part].pk] += quantity * per
        return found

    with django_assert_num_queries(1):
        road = queries.explode(item=items["749"], on=TODAY)
    assert len(road) == 89
    assert max(row.level for row in road) == 4

    total: dict[int, Decimal] = defaultdict(Decimal)
    for product in finished:
        leaves(product, Decimal(3), total)
    with django_assert_num_queries(1):
        needs = queries.materials(demands=[(items[p].pk, Decimal(3)) for p in finished], on=TODAY)
    assert {need.item_id: need.quantity.amount for need in needs} == total


def test_a_ball_bearing_is_found_in_every_bicycle_it_goes_into(
    bicycles: tuple[dict[str, Item], Kids, list[str]],
) -> None:
    items, kids, finished = bicycles

    def holds(product: str, part: str) -> bool:
        return any(child == part or holds(child, part) for child, _quantity in kids.get(product, ()))

    users = {use.item_id for use in queries.where_used(item=items["2"], on=TODAY)}

    assert users == {items[product].pk for product in kids if holds(product, "2")}
    assert len(users & {items[product].pk for product in finished}) == 97
