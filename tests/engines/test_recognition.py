"""Files are told by their names, by their columns, and by what they have in common with a recipe."""

from __future__ import annotations

import pytest

from loomline.engines.mapping import Recipe
from loomline.engines.recipe_file import parse
from loomline.engines.recognition import asked, best_fit, recognise, stem, wanted_by

SHOP = """
name = "shop"
title = "A shop"
[asks]
ordered = "The day of the orders"

[[step]]
name = "customers"
file = "customers.csv"
into = "parties.party"
key = "id"
[step.fields]
name = "name"

[[step]]
name = "orders"
file = "orders.csv"
into = "sales.order"
key = "order"
[step.fields]
party = { column = "customer", lookup = "customers" }
ordered_on = { column = "ordered", as = "date", ask = true }
[step.lines]
file = "lines.csv"
parent = "order"
[step.lines.fields]
item = "item"

[[step]]
name = "regions"
file = "regions.csv"
into = "parties.party"
key = "region"
optional = true
[step.fields]
name = "region"
"""
CLUB = """
name = "club"
title = "A club"
[[step]]
name = "members"
file = "customers.csv"
into = "parties.party"
key = "member"
[step.fields]
name = "nickname"
"""
CUSTOMERS, ORDERS, LINES = ["id", "name"], ["order", "customer", "ordered"], ["order", "item", "price"]


@pytest.fixture
def shop() -> Recipe:
    return parse(SHOP)


def test_a_recipe_wants_each_file_once_with_the_columns_of_its_own_step(shop: Recipe) -> None:
    wanted = {one.file: one for one in wanted_by(shop)}
    assert wanted["orders.csv"].columns == {"order", "customer", "ordered"}
    assert wanted["lines.csv"].columns == {"order", "item"}
    assert (wanted["lines.csv"].steps, wanted["regions.csv"].is_optional) == (("orders",), True)


def test_folders_endings_and_capitals_make_no_difference(shop: Recipe) -> None:
    offered = {"Customers.CSV.gz": CUSTOMERS, "ORDERS.xlsx": ORDERS, "lines.txt": LINES}
    assert recognise(shop, offered) == {
        "customers.csv": "Customers.CSV.gz",
        "orders.csv": "ORDERS.xlsx",
        "lines.csv": "lines.txt",
    }
    assert [stem("a\\b/Orders.csv.gz"), stem(".csv"), stem("v1.2.csv")] == ["orders", ".csv", "v1.2"]


def test_columns_tell_what_names_do_not(shop: Recipe) -> None:
    offered = {"export(1).csv": LINES, "export(2).csv": CUSTOMERS, "export.csv": ORDERS}
    assert recognise(shop, offered) == {
        "lines.csv": "export(1).csv",
        "customers.csv": "export(2).csv",
        "orders.csv": "export.csv",
    }


def test_a_whole_file_wins_over_one_that_only_has_the_name(shop: Recipe) -> None:
    offered = {"orders.csv": ["order"], "orders-new.csv": ORDERS}
    assert recognise(shop, offered) == {"orders.csv": "orders-new.csv"}
    assert recognise(shop, {"orders.csv": ["order"]}) == {"orders.csv": "orders.csv"}


def test_one_column_alone_tells_nothing(shop: Recipe) -> None:
    assert recognise(shop, {"anything.csv": ["region"]}) == {}
    assert recognise(shop, {"regions.csv": ["region"]}) == {"regions.csv": "regions.csv"}


def test_the_recipe_that_finds_most_of_its_files_whole_fits_best(shop: Recipe) -> None:
    recipes = [parse(CLUB), shop]
    best = best_fit(recipes, {"customers.csv": CUSTOMERS, "orders.csv": ORDERS})
    assert best is shop
    assert best_fit(recipes, {"customers.csv": ["e-mail"]}) is None
    assert best_fit(recipes, {}) is None


def test_a_recipe_asks_only_for_columns_of_the_file_at_hand(shop: Recipe) -> None:
    assert (asked(shop, "orders.csv"), asked(shop, "lines.csv")) == ({"ordered"}, set())
