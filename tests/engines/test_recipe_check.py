"""A recipe that somebody has written: every fault is told with its line, its step and its field."""

from __future__ import annotations

from importlib import resources

import pytest

from loomline.engines.recipe_check import faults
from loomline.engines.recipe_fields import TAKES

GOOD = """name = "shop"
title = "The shop"
timezone = "Europe/Lisbon"

[[step]]
name = "items"
file = "items.csv"
into = "catalog.item"
key = "sku"
[step.fields]
sku = "sku"
name = { column = "name" }
list_price = { column = "price", as = "decimal" }

[[step]]
file = "stock.csv"
into = "inventory.stock"
key = "sku"
[step.fields]
item = { column = "sku", lookup = "items" }
quantity = { column = "pieces", as = "decimal" }
"""


def said(text: str) -> list[str]:
    return [str(fault) for fault in faults(text, targets=TAKES)]


def test_a_recipe_without_faults_has_none() -> None:
    assert said(GOOD) == []


def test_the_recipes_that_come_with_the_product_have_none() -> None:
    shipped = [f for f in resources.files("loomline.domains.recipes.recipes").iterdir() if ".toml" in f.name]
    assert {f.name: said(f.read_text(encoding="utf-8")) for f in shipped} == {f.name: [] for f in shipped}
    assert len(shipped) == 8


WRONG = (
    ('title = "The shop"', "title = The shop", 2, "This is no valid TOML: Invalid value."),
    ('title = "The shop"\n', "", 0, "The recipe lacks title."),
    ('"shop"', '"../a"', 1, "The name '../a' may hold small letters, digits, - and _ only, 60 at most."),
    ("Europe/Lisbon", "Lisbon", 3, "There is no time zone 'Lisbon'; write Europe/Lisbon or UTC."),
    ("timezone", "timezon", 3, "The recipe: timezon means nothing here; do you mean timezone?"),
    ('key = "sku"', "key = 7", 9, "Step items: key must be a name or a list of names."),
    (
        "log.item",
        "log.items",
        8,
        "Step items: nothing can be brought into catalog.items; do you mean catalog.item?",
    ),
    ('sku = "sku"\nname', "name", 10, "Step items lacks the field sku."),
    ('as = "decimal" }\n\n', "as = 1 }\n\n", 13, "Step items, field list_price: as must be a text."),
    ('{ column = "pieces", as = "decimal" }', '"n"', 21, 'Step stock, field quantity: write as = "decimal".'),
    (
        '{ column = "n',
        '{ colum = "n',
        12,
        "Step items, field name: colum means nothing here; do you mean column?",
    ),
    ('lookup = "items"', 'lookup = "item"', 20, "Step stock, field item: no step is called item."),
    (
        "quantity =",
        "quantiti =",
        21,
        "Step stock, field quantiti: there is no such field; do you mean quantity?",
    ),
    ('file = "stock.csv"\n', "", 15, "Step ? lacks file."),
    ('file = "stock.csv"', 'name = "items"\nfile = "stock.csv"', 15, "Two steps are called items."),
)


@pytest.mark.parametrize(("old", "new", "line", "why"), WRONG)
def test_a_fault_names_its_line_and_its_field(old: str, new: str, line: int, why: str) -> None:
    assert (f"Line {line}: {why}" if line else why) in said(GOOD.replace(old, new, 1))


ODD = (
    "",
    "step = 3",
    "[[step]]\nfields = 1\nlines = 2\nnested = 3\nunless = 4",
    'name = ["a"]\nstep = [1]',
    "a = " + "[" * 5000,
    '[[step]]\ninto = ["x"]\nfile = {}\n[step.fields]\na = 1\nb = {}\nc = { lookup = [1], as = 3 }',
    "[[step]]\n[[step.nested.x]]\ny = 1\n[step.lines]\nfile = 1\n[step.lines.fields]\nz = [1]",
)


@pytest.mark.parametrize("text", ODD)
def test_whatever_stands_there_is_told_and_nothing_breaks(text: str) -> None:
    assert said(text)


ORDERS = """
[[step]]
name = "orders"
file = "orders.csv"
into = "sales.order"
[step.fields]
number = "id"
customer = "who"
ordered_on = { column = "day", as = "date" }
"""
LINES = """[step.lines]
file = "lines.csv"
[step.lines.fields]
item = "sku"
quantity = { column = "n", as = "decimal" }
"""


def test_lines_say_what_they_lack() -> None:
    assert said(GOOD + ORDERS) == ["Line 23: Step orders: sales.order needs lines; add [step.lines]."]
    assert said(GOOD + ORDERS + LINES) == [
        "Line 31: Step orders: its lines lack parent, the key of their row.",
        "Line 33: Step orders, lines lacks the field price.",
    ]
