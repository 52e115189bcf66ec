"""A company that makes things of things, five levels deep, put into the real tables by COPY.

A fifth of the items is sold, three fifths are made and go into others, the rest is bought. Everything made
takes three items of the level below. Audit, foreign keys and triggers rest meanwhile; the rows fit each other
by the way they are made.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Model

from benchmarks import _company
from loomline.domains.bills.models import Bill, BillLine, RouteStage
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item
from loomline.domains.inventory.models import Balance
from loomline.domains.manufacturing.models import WorkLine, WorkOrder
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.procurement.models import Purchase, PurchaseLine, SupplierItem
from loomline.domains.sales.models import Order, OrderLine
from loomline.domains.sites import commands as sites
from loomline.domains.sites.models import Site
from loomline.kernel.prepared import copy_in

SHARES = (0.2, 0.15, 0.15, 0.15, 0.15, 0.2)
PARTS = 3
LINES = 5
SEED = 13
FIRST = 1000
TABLES = (Item, Bill, BillLine, RouteStage, SupplierItem, Balance, Order, OrderLine, WorkOrder, WorkLine,
          Purchase, PurchaseLine)  # fmt: skip


@dataclass(frozen=True)
class Plant:
    """What was made."""

    site: Site
    customer: Party
    supplier: Party
    levels: Sequence[range]

    @property
    def sold(self) -> range:
        """The items that customers order."""
        return self.levels[0]

    @property
    def made(self) -> range:
        """The items that have a bill."""
        return range(self.levels[0].start, self.levels[-1].start)

    @property
    def bought(self) -> range:
        """The items that suppliers bring."""
        return self.levels[-1]


def open_plant(*, items: int, demands: int, works: int, purchases: int) -> Plant:
    """Fill the tables."""
    ctx = _company.context()
    site = sites.open_site(ctx, code="BRG", name="Braga")
    [shelf] = sites.add_locations(ctx, site=site, drafts=[sites.LocationDraft(code="A")])
    [one] = catalog.add_items(ctx, drafts=[catalog.ItemDraft(sku="UNIT", name="Unit")])
    customer = parties.open_party(ctx, name="Nord Living", roles=["customer"])
    supplier = parties.open_party(ctx, name="Weber", roles=["supplier"])
    plant = Plant(site, customer, supplier, list(_levels(items)))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        chance = random.Random(SEED)
        _put_items(plant, unit=one.unit_id, shelf=shelf.pk, chance=chance)
        _put_bills(plant, chance)
        _put_orders(plant, unit=one.unit_id, count=demands, today=ctx.today, chance=chance)
        _put_works(plant, count=works, today=ctx.today, chance=chance)
        _put_purchases(plant, unit=one.unit_id, count=purchases, today=ctx.today, chance=chance)
        cursor.execute("SET session_replication_role = origin")
        for model in TABLES:
            table = model._meta.db_table
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
            cursor.execute(f"ANALYZE {table}")
    return plant


def _levels(items: int) -> Iterator[range]:
    start = FIRST
    for share in SHARES:
        stop = start + round(items * share)
        yield range(start, stop)
        start = stop


def put(model: type[Model], rows: int, **columns: Any) -> None:
    """COPY rows of a model: each column a sequence, or one value for all; the rest as the model has it."""
    given: dict[str, Sequence[Any]] = {}
    for field in model._meta.concrete_fields:
        name = field.column
        if name in columns:
            value = columns[name]
            given[name] = value if isinstance(value, (list, range)) else [value] * rows
        elif name != "id" or "id" in columns:
            if getattr(field, "generated", False) or field.has_db_default() or name == "id":
                continue
            default = None if field.null else field.get_default() if field.has_default() else ""
            plain = {dict: "{}", list: "[]"}.get(type(default), default)
            given[name] = [plain] * rows
    copy_in(model._meta.db_table, given)


def _put_items(plant: Plant, *, unit: int, shelf: int, chance: random.Random) -> None:
    ids = range(plant.sold.start, plant.bought.stop)
    count, names = len(ids), [f"Item {pk}" for pk in ids]
    supply = ["make" if pk in plant.made else "buy" for pk in ids]
    put(
        Item, count, id=ids, sku=[f"I-{pk}" for pk in ids], name=names, sort_name=names, unit_id=unit,
        supply=supply, lead_days=5, list_price=10,
    )  # fmt: skip
    put(
        SupplierItem, len(plant.bought), supplier_id=plant.supplier.pk, item_id=plant.bought,
        is_preferred=True, lead_days=[chance.randint(3, 40) for _pk in plant.bought], price=2,
    )  # fmt: skip
    stocked = [pk for pk in ids if chance.random() < 0.5]
    put(
        Balance, len(stocked), item_id=stocked, location_id=shelf,
        on_hand=[chance.randint(1, 60) for _pk in stocked],
    )  # fmt: skip


def _put_bills(plant: Plant, chance: random.Random) -> None:
    ids = list(plant.made)
    put(Bill, len(ids), id=ids, item_id=ids, valid="(,)")
    rows = [
        (bill, n, part, chance.randint(1, 4))
        for level, below in zip(plant.levels[:-1], plant.levels[1:], strict=True)
        for bill in level
        for n, part in enumerate(chance.sample(below, PARTS), start=1)
    ]
    bills, positions, parts, quantities = map(list, zip(*rows, strict=True))
    put(BillLine, len(rows), bill_id=bills, position=positions, component_id=parts, quantity=quantities)
    put(
        RouteStage, 2 * len(ids), bill_id=ids + ids, position=[1] * len(ids) + [2] * len(ids),
        name=["Cut"] * len(ids) + ["Sew"] * len(ids),
        days=[chance.randint(1, 3) for _n in range(2 * len(ids))],
    )  # fmt: skip


def _put_orders(plant: Plant, *, unit: int, count: int, today: date, chance: random.Random) -> None:
    orders = list(range(FIRST, FIRST + count // LINES))
    days = [today + timedelta(days=chance.randint(5, 200)) for _order in orders]
    confirmed = datetime.combine(today, time(8), tzinfo=UTC)
    put(
        Order, len(orders), id=orders, number=[f"S-{pk:07d}" for pk in orders], state="confirmed",
        customer_id=plant.customer.pk, currency="EUR", ordered_on=today, promised_on=days, expected_on=days,
        site_id=plant.site.pk, confirmed_at=confirmed,
    )  # fmt: skip
    made = [Decimal(chance.randint(1, 20)) for _n in range(count)]
    per = [pk for pk in orders for _n in range(LINES)]
    when = [day for day in days for _n in range(LINES)]
    put(
        OrderLine, len(per), order_id=per, position=[n % LINES + 1 for n in range(len(per))],
        item_id=[chance.choice(plant.sold) for _n in per], quantity=made[: len(per)],
        entered_quantity=made[: len(per)], unit_id=unit, price=10, promised_on=when, expected_on=when,
    )  # fmt: skip


def _put_works(plant: Plant, *, count: int, today: date, chance: random.Random) -> None:
    ids = list(range(FIRST, FIRST + count))
    items = [chance.choice(plant.made) for _pk in ids]
    quantities = [Decimal(chance.randint(10, 80)) for _pk in ids]
    ends = [today + timedelta(days=chance.randint(2, 40)) for _pk in ids]
    put(
        WorkOrder, count, id=ids, number=[f"W-{pk:07d}" for pk in ids], item_id=items, bill_id=items,
        site_id=plant.site.pk, state="released", quantity=quantities, due_on=ends, planned_on=ends,
        expected_on=ends, starts_on=today,
    )  # fmt: skip
    put(WorkLine, count, work_id=ids, item_id=items, quantity=quantities)


def _put_purchases(plant: Plant, *, unit: int, count: int, today: date, chance: random.Random) -> None:
    ids = list(range(FIRST, FIRST + count))
    quantities = [Decimal(chance.randint(50, 500)) for _pk in ids]
    days = [today + timedelta(days=chance.randint(1, 40)) for _pk in ids]
    put(
        Purchase, count, id=ids, number=[f"P-{pk:07d}" for pk in ids], supplier_id=plant.supplier.pk,
        state="confirmed", site_id=plant.site.pk, currency="EUR", payment_days=30, ordered_on=today,
        expected_on=days,
    )  # fmt: skip
    put(
        PurchaseLine, count, purchase_id=ids, item_id=[chance.choice(plant.bought) for _pk in ids],
        quantity=quantities, entered_quantity=quantities, unit_id=unit, price=2, expected_on=days,
    )  # fmt: skip
