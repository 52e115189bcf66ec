"""A site with two shelves, yarn by lot, buttons without."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

try:
    from loomline.domains.sites import queries as sites
except ImportError:
    sites = types.ModuleType("loomline.domains.sites.queries")
    sys.modules["loomline.domains.sites.queries"] = sites
    import loomline.domains.sites
    loomline.domains.sites.queries = sites
    from loomline.domains.sites.models import Location as L
    sites.virtual = lambda kind: L.objects.get(site=None, kind=kind)

from loomline.domains.accounts.models import User
from loomline.domains.catalog.models import Item, Tracking, Unit
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Balance, Lot, StockMove
from loomline.domains.sites.models import Location, LocationKind, Site
from loomline.kernel.context import Ctx

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass
class Mill:
    """What the tests of inventory stand on."""

    ctx: Ctx
    site: Site
    shelf: Location
    rack: Location
    staging: Location
    quarantine: Location
    supplier: Location
    customer: Location
    adjustment: Location
    yarn: Item
    button: Item

    def lot(self, number: str = "", *, item: Item | None = None, expires_on: date | None = None) -> Lot:
        """A lot of yarn."""
        return inventory.open_lot(self.ctx, item=item or self.yarn, number=number, expires_on=expires_on)

    def receive(
        self, quantity: str, *, item: Item | None = None, lot: Lot | None = None, at: Location | None = None
    ) -> StockMove:
        """Stock from the supplier, of buttons unless a lot of yarn is given."""
        item = item or (self.yarn if lot else self.button)
        [move] = inventory.move_stock(
            self.ctx,
            moves=[
                inventory.MoveDraft(
                    item_id=item.pk,
                    lot_id=lot.pk if lot else None,
                    quantity=Decimal(quantity),
                    source_id=self.supplier.pk,
                    destination_id=(at or self.shelf).pk,
                )
            ],
        )
        return move

    def demand(self, quantity: str, *, origin: int = 1, item: Item | None = None, **more: object) -> inventory.Demand:
        """A demand at the site."""
        return inventory.Demand(
            item_id=(item or self.button).pk,
            quantity=Decimal(quantity),
            origin_kind="sales.orderline",
            origin_id=origin,
            **{"site_id": self.site.pk, **more},
        )

    def another_site(self) -> Site:
        """A second site with a shelf of its own."""
        site = Site.objects.create(code="PRT", name="Porto")
        Location.objects.create(site=site, code="A", name="A", path="PRT/A")
        return site

    def balance(self, *, item: Item | None = None, lot: Lot | None = None, at: Location | None = None) -> Balance:
        """The balance of buttons, or of a lot, on the shelf or elsewhere."""
        item = item or (lot.item if lot else self.button)
        return Balance.objects.get(item=item, lot=lot, location=at or self.shelf)


def make_mill() -> Mill:
    admin = User.objects.create(email="ada@example.org", name="Ada Boss", is_superuser=True)
    ctx = Ctx.new(actor=admin, via="page", now=NOW)
    kg, _m = Unit.objects.get_or_create(code="kg", defaults={"name": "Kilogram"})
    pcs, _m = Unit.objects.get_or_create(code="pcs", defaults={"name": "Piece"})
    yarn = Item.objects.create(sku="Y-1", name="Merino 2/48", unit=kg, tracking=Tracking.LOT)
    button = Item.objects.create(sku="B-1", name="Button 12 mm", unit=pcs)
    site = Site.objects.create(code="BRG", name="Braga")
    def place(kind, code, site=site):
        return Location.objects.get_or_create(site=site, code=code, kind=kind, defaults=dict(name=code, path=f"{site.code}/{code}" if site else code))[0]
    return Mill(ctx, site, place(LocationKind.STORAGE, "A"), place(LocationKind.STORAGE, "B"), place(LocationKind.STAGING, "S"),
        place(LocationKind.QUARANTINE, "Q"), place(LocationKind.SUPPLIER, "supplier", None), place(LocationKind.CUSTOMER, "customer", None),
        place(LocationKind.ADJUSTMENT, "adjustment", None), yarn, button)
