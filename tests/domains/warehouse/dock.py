"""A confirmed order of sweaters by lot and loose labels, and the stock for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item, Tracking
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Order
from loomline.domains.warehouse import commands as warehouse
from loomline.domains.warehouse.models import Shipment
from loomline.kernel.context import Ctx
from tests.domains.inventory.mill import Mill, make_mill


@dataclass
class Dock:
    """What the tests of the warehouse stand on."""

    mill: Mill
    customer: Party
    carrier: Party
    sweater: Item
    label: Item

    @property
    def ctx(self) -> Ctx:
        return self.mill.ctx

    def order(self, *wants: tuple[Item, str], confirm: bool = True) -> Order:
        """An order of these items and quantities, promised."""
        lines = [
            sales.LineDraft(item=item, quantity=Decimal(quantity), price=Decimal("45"))
            for item, quantity in wants
        ]
        order = sales.open_order(
            self.ctx, customer=self.customer, lines=lines, site=self.mill.site, carrier=self.carrier
        )
        return sales.confirm_order(self.ctx, order=order) if confirm else order

    def stock(self, item: Item, quantity: str, *, lot: str = "", at: str = "shelf") -> None:
        """Goods from a supplier onto a shelf."""
        made = self.mill.lot(lot, item=item) if lot else None
        self.mill.receive(quantity, item=item, lot=made, at=getattr(self.mill, at))

    def shipment(self, *wants: tuple[Item, str]) -> Shipment:
        """A pick list of these items, with just enough stock for it."""
        for item, quantity in wants:
            self.stock(item, quantity, lot=f"L-{item.sku}" if item.tracking != Tracking.NONE else "")
        return warehouse.pick_order(self.ctx, order=self.order(*wants))

    def many_items(self, count: int) -> Sequence[Item]:
        """That many items in stock, 100 of each."""
        items = catalog.add_items(
            self.ctx, drafts=[catalog.ItemDraft(sku=f"I-{n}", name=f"Item {n}") for n in range(count)]
        )
        for item in items:
            self.mill.receive("100", item=item)
        return items


def make_dock() -> Dock:
    """Set the dock up through the same commands as people."""
    mill = make_mill()
    address = parties.AddressDraft(
        line1="Storgata 1",
        city="Oslo",
        postcode="0155",
        country="NO",
        purpose="shipping",
        latitude=Decimal("59.913"),
        longitude=Decimal("10.752"),
    )
    customer = parties.open_party(mill.ctx, name="Nord Living", roles=["customer"], addresses=[address])
    carrier = parties.open_party(mill.ctx, name="Fjord Freight", roles=["carrier"])
    sweater, label = catalog.add_items(
        mill.ctx,
        drafts=[
            catalog.ItemDraft(
                sku="FJ-PM", name="Fjord pine M", tracking=Tracking.LOT, weight_kg=Decimal("0.45")
            ),
            catalog.ItemDraft(sku="LB-1", name="Care label", weight_kg=Decimal("0.002")),
        ],
    )
    return Dock(mill=mill, customer=customer, carrier=carrier, sweater=sweater, label=label)
