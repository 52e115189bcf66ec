"""Lines in other units than those of their items' stock: converted exactly, or left out with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest

from loomline.domains.bills.models import BillLine
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item, Unit
from loomline.domains.exchange import commands as exchange
from loomline.domains.procurement.models import PurchaseLine
from loomline.domains.sales.models import OrderLine
from loomline.engines.recipe_file import parse
from loomline.kernel.context import Ctx

RECIPE = """
name = "mill"
title = "The mill"

[[step]]
name = "units"
file = "units.csv"
into = "catalog.unit"
key = "code"
[step.fields]
code = "code"
name = "name"

[[step]]
name = "parties"
file = "parties.csv"
into = "parties.party"
key = "id"
[step.fields]
name = "name"
roles = { value = ["customer", "supplier"] }
currency = { value = "EUR" }

[[step]]
name = "items"
file = "items.csv"
into = "catalog.item"
key = "sku"
[step.fields]
sku = "sku"
name = "sku"
unit = "unit"

[[step]]
name = "bills"
file = "bills.csv"
into = "bills.bill"
key = "of"
group = "of"
[step.fields]
item = { column = "of", lookup = "items" }
[step.lines]
file = "bills.csv"
[step.lines.fields]
component = { column = "part", lookup = "items" }
quantity = { column = "quantity", as = "decimal" }
unit = "unit"

[[step]]
name = "orders"
file = "orders.csv"
into = "sales.order"
key = "id"
group = "id"
[step.fields]
number = "id"
customer = { column = "party", lookup = "parties" }
ordered_on = { column = "day", as = "date" }
[step.lines]
file = "orders.csv"
[step.lines.fields]
item = { column = "item", lookup = "items" }
quantity = { column = "quantity", as = "decimal" }
price = { column = "price", as = "decimal" }
unit = "unit"

[[step]]
name = "purchases"
file = "purchases.csv"
into = "procurement.purchase"
key = "id"
group = "id"
[step.fields]
number = "id"
supplier = { column = "party", lookup = "parties" }
ordered_on = { column = "day", as = "date" }
state = { value = "received" }
[step.lines]
file = "purchases.csv"
[step.lines.fields]
item = { column = "item", lookup = "items" }
quantity = { column = "quantity", as = "decimal" }
price = { column = "price", as = "decimal" }
received = { column = "received", as = "decimal" }
rejected = { column = "rejected", as = "decimal" }
unit_id = { column = "unit", lookup = "units" }
"""
FILES = {
    "units.csv": "code,name\nCASE,Case of yarn\nBOX,Box\n",
    "parties.csv": "id,name\n1,Nord Living\n",
    "items.csv": "sku,unit\nSWEATER,pcs\nYARN,kg\nLABEL,pcs\n",
    "bills.csv": "of,part,quantity,unit\n",
    "orders.csv": "id,party,day,item,quantity,price,unit\n",
    "purchases.csv": "id,party,day,item,quantity,price,received,rejected,unit\n",
}


@pytest.fixture
def known(ctx: Ctx) -> Ctx:
    """The items are here, and a case holds 2.5 kg of yarn."""
    outcome = take(ctx, {})
    assert outcome.errors == []
    case, kilo = Unit.objects.get(code="CASE"), Unit.objects.get(code="kg")
    yarn = Item.objects.get(sku="YARN")
    catalog.set_conversion(ctx, from_unit=case, to_unit=kilo, numerator=5, denominator=2, item=yarn)
    return ctx


def take(ctx: Ctx, rows: Mapping[str, str]) -> exchange.Outcome:
    files = {name: (text + rows.get(name, "")).encode() for name, text in FILES.items()}
    return exchange.run_recipe(ctx.fresh(), recipe=parse(RECIPE), files=files)


def test_a_bill_is_kept_in_stock_units(known: Ctx) -> None:
    rows = "SWEATER,YARN,420,g\nSWEATER,YARN,0.02,CASE\nSWEATER,YARN,0.01,\nSWEATER,LABEL,2, PCS \n"
    assert take(known, {"bills.csv": rows}).errors == []
    lines = BillLine.objects.order_by("pk").values_list("component__sku", "quantity")
    assert list(lines) == [("YARN", Decimal("0.48")), ("LABEL", Decimal(2))]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (
            "2,BOX",
            "YARN: There is no conversion from BOX to kg. "
            "Add one under Units, for all items or for this one.",
        ),
        ("2,skein", "YARN: there is no unit called skein. Add it under Units, or correct it in the file."),
        (
            "0.0001,g",
            "YARN: 0.0001 g cannot be written exactly in kg. Use another quantity, or keep it in g.",
        ),
    ],
)
def test_a_bill_with_a_unit_that_nobody_can_convert_is_left_out(known: Ctx, row: str, why: str) -> None:
    outcome = take(known, {"bills.csv": f"LABEL,YARN,1,kg\nSWEATER,LABEL,1,pcs\nSWEATER,YARN,{row}\n"})
    assert [error[:4] for error in outcome.errors] == [("bills.csv", 3, "SWEATER", why)]
    assert list(BillLine.objects.values_list("bill__item__sku", "quantity")) == [("LABEL", Decimal(1))]


def test_order_lines_keep_what_was_written_and_count_in_stock_units(known: Ctx) -> None:
    outcome = take(
        known,
        {
            "orders.csv": "7,1,2026-03-01,YARN,4,50,CASE\n7,1,2026-03-01,LABEL,3,2,\n",
            "purchases.csv": "9,1,2026-03-01,YARN,4,50,2,1,CASE\n",
        },
    )
    assert outcome.errors == []
    sold = OrderLine.objects.order_by("position").values_list(
        "quantity", "entered_quantity", "unit__code", "price", "amount"
    )
    assert list(sold) == [(10, 4, "CASE", 20, 200), (3, 3, "pcs", 2, 6)]
    bought = PurchaseLine.objects.values_list(
        "quantity", "entered_quantity", "unit__code", "price", "amount", "received", "rejected"
    )
    assert list(bought) == [(10, 4, "CASE", 20, 200, 5, Decimal("2.5"))]
    assert take(known, {}).errors == []
