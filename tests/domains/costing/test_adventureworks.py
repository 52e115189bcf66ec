"""AdventureWorks: what its work orders with scrap cost, and the freight of its purchase orders.

The peer is a sum over the files: scrapped pieces cost as much as good ones, so the good ones bear them.
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice
from pathlib import Path

from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item
from loomline.domains.costing import commands as costing
from loomline.domains.costing import queries
from loomline.domains.costing.models import Basis, CostEntry, Counter, EntryKind, WorkInProgress
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import StockMove
from tests.domains.costing.store import Store, receipts

D = Decimal
COIN = D("0.01")
WORKS, ORDERS = 25, 8
KIND = "manufacturing.workorder"
Row = dict[str, str]


def table(folder: Path, name: str) -> Iterator[Row]:
    """The rows of a file, packed or not."""
    path = folder / f"{name}.csv"
    packed = folder / f"{name}.csv.gz"
    with (
        path.open(encoding="utf-8-sig")
        if path.exists()
        else gzip.open(packed, "rt", encoding="utf-8-sig") as f
    ):
        yield from csv.DictReader(f)


class Works:
    """The bicycle maker: products, what a part costs, and what goes into what."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.folder = store, folder
        products = list(table(folder, "Production.Product"))
        bought = {
            row["ProductID"]: D(row["StandardPrice"]) for row in table(folder, "Purchasing.Productvendor")
        }
        self.price = {
            row["ProductID"]: (bought.get(row["ProductID"]) or D(row["StandardCost"])).quantize(COIN)
            for row in products
        }
        self.bills: dict[str, dict[str, int]] = defaultdict(dict)
        for row in table(folder, "Production.BillOfMaterials"):
            if row["EndDate"] == "NULL" and row["ProductAssemblyID"] != "NULL":
                parts = self.bills[row["ProductAssemblyID"]]
                parts[row["ComponentID"]] = parts.get(row["ComponentID"], 0) + int(D(row["PerAssemblyQty"]))
        drafts = [
            catalog.ItemDraft(sku=f"AW-{row['ProductID']}", name=row["Name"], unit="pcs") for row in products
        ]
        made = catalog.add_items(store.ctx, drafts=drafts)
        self.items: dict[str, Item] = {
            row["ProductID"]: item for row, item in zip(products, made, strict=True)
        }

    def move(
        self, goods: dict[str, Decimal], source: str, place: str, *, work: str = "", priced: bool = False
    ) -> list[StockMove]:
        """Goods by product, in one posting."""
        return inventory.move_stock(
            self.store.ctx,
            moves=[
                inventory.MoveDraft(
                    item_id=self.items[product].pk,
                    quantity=quantity,
                    source_id=self.store.place(source).pk,
                    destination_id=self.store.place(place).pk,
                    unit_cost=self.price[product] if priced else None,
                    origin_kind=KIND if work else "",
                    origin_id=int(work) if work else None,
                )
                for product, quantity in goods.items()
            ],
        )


def test_the_good_pieces_of_a_work_order_bear_its_scrap(store: Store, public_data: Path) -> None:
    works = Works(store, public_data / "supply-chain" / "adventureworks")
    scrapped = (
        row
        for row in table(works.folder, "Production.WorkOrder")
        if int(row["ScrappedQty"]) and int(row["StockedQty"]) and works.bills.get(row["ProductID"])
    )
    orders = list(islice(scrapped, WORKS))
    assert len(orders) == WORKS
    needs = {
        row["WorkOrderID"]: {
            part: D(n * int(row["OrderQty"])) for part, n in works.bills[row["ProductID"]].items()
        }
        for row in orders
    }
    total: dict[str, Decimal] = defaultdict(Decimal)
    for need in needs.values():
        for part, n in need.items():
            total[part] += n
    works.move(total, "supplier", "shelf", priced=True)
    paid = sum((n * works.price[part] for part, n in total.items()), D(0))
    assert store.booked(Counter.STOCK) == paid

    for row in orders:
        key = row["WorkOrderID"]
        works.move(needs[key], "shelf", "production", work=key)
        [out] = works.move({row["ProductID"]: D(row["StockedQty"])}, "production", "shelf", work=key)
        costing.settle_work(store.ctx, origin_kind=KIND, origin_id=int(key))
        assert int(row["OrderQty"]) == int(row["StockedQty"]) + int(row["ScrappedQty"])
        material = sum((n * works.price[part] for part, n in needs[key].items()), D(0))
        entries = CostEntry.objects.filter(move=out, kind__in=(EntryKind.IN, EntryKind.CHANGE))
        worth = sum((entry.value for entry in entries), D(0))
        # All that was bought of a part is one layer, so its uses are its price times how many.
        assert worth == material
        work = WorkInProgress.objects.get(origin_id=int(key))
        assert (work.put_in, work.value) == (material, D(0))

    assert store.booked(Counter.STOCK) == paid
    assert store.booked(Counter.PRODUCTION) == store.booked(Counter.VARIANCE) == D(0)
    store.agrees()


def test_the_freight_of_a_purchase_order_is_landed_by_value(store: Store, public_data: Path) -> None:
    works = Works(store, public_data / "supply-chain" / "adventureworks")
    lines: dict[str, list[Row]] = defaultdict(list)
    for row in table(works.folder, "Purchasing.PurchaseOrderDetail"):
        if D(row["StockedQty"]):
            lines[row["PurchaseOrderID"]].append(row)
    headers = (
        row
        for row in table(works.folder, "Purchasing.PurchaseOrderHeader")
        if len({line["ProductID"] for line in lines[row["PurchaseOrderID"]]}) >= 3
    )
    spent = D(0)
    for row in islice(headers, ORDERS):
        came = {line["ProductID"]: line for line in lines[row["PurchaseOrderID"]]}
        works.price |= {product: D(line["UnitPrice"]) for product, line in came.items()}
        moves = works.move(
            {p: D(line["StockedQty"]) for p, line in came.items()}, "supplier", "shelf", priced=True
        )
        freight = D(row["Freight"]).quantize(COIN, ROUND_HALF_UP)
        landed = costing.add_landed_cost(
            store.ctx, shares=receipts(*moves), name="Freight", amount=freight, basis=Basis.VALUE
        )
        values = [
            (move.quantity * (move.unit_cost or 0)).quantize(COIN, ROUND_HALF_UP)
            for move in sorted(moves, key=lambda move: move.pk)
        ]
        shares = [share.amount for share in landed.shares.order_by("move_id")]
        assert sum(shares) == freight
        assert all(
            abs(share - freight * value / sum(values)) <= COIN
            for share, value in zip(shares, values, strict=True)
        )
        spent += sum(values) + freight
    assert store.booked(Counter.STOCK) == spent
    assert sum(row.value for row in queries.worth_now()) == spent
    store.agrees()
