"""A site with two shelves, yarn by lot, buttons without."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from loomline.domains.accounts.models import User
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Dimension, Item, Tracking
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Balance, Lot, StockMove
from loomline.domains.sites import commands as sites
from loomline.domains.sites import queries as places
from loomline.domains.sites import reference
from loomline.domains.sites.models import Location, LocationKind, Site
from loomline.kernel.context import Ctx

HOUSE = ("SAVEPOINT", "RELEASE", "SELECT set_config", "INSERT INTO kernel_", 'INSERT INTO "kernel_')
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
        draft = inventory.MoveDraft(
            item_id=item.pk,
            lot_id=lot.pk if lot else None,
            quantity=Decimal(quantity),
            source_id=self.supplier.pk,
            destination_id=(at or self.shelf).pk,
        )
        [move] = inventory.move_stock(self.ctx, moves=[draft])
        return move

    def demand(
        self, quantity: str, *, origin: int = 1, item: Item | None = None, **more: object
    ) -> inventory.Demand:
        """A demand at the site."""
        return inventory.Demand(
            item_id=(item or self.button).pk,
            quantity=Decimal(quantity),
            origin_kind="sales.orderline",
            origin_id=origin,
            **{"site_id": self.site.pk, **more},
        )

    def another_site(self) -> Site:
        """A second site with a storage of its own."""
        return sites.open_site(self.ctx, code="PRT", name="Porto")

    def balance(
        self, *, item: Item | None = None, lot: Lot | None = None, at: Location | None = None
    ) -> Balance:
        """The balance of our buttons, or of a lot, lying loose on the shelf or elsewhere."""
        item = item or (lot.item if lot else self.button)
        return Balance.objects.get(
            item=item, lot=lot, location=at or self.shelf, owner__isnull=True, unit__isnull=True
        )


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that the commands within sent themselves, without those that every command sends."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as sent:
        yield found
    found += [q["sql"].strip() for q in sent if not q["sql"].strip().startswith(HOUSE)]


def make_mill() -> Mill:
    """Set the mill up through the same commands as people."""
    admin = User.objects.create(email="ada@example.org", name="Ada Boss", is_superuser=True)
    ctx = Ctx.new(actor=admin, via="page", now=NOW)
    reference.load(ctx)
    units = [
        catalog.UnitDraft("kg", "kilogram", Dimension.MASS, 3, "KGM"),
        catalog.UnitDraft("pcs", "piece", Dimension.COUNT, 0, "H87"),
    ]
    catalog.add_units(ctx, drafts=units)
    yarn, button = catalog.add_items(
        ctx,
        drafts=[
            catalog.ItemDraft(sku="Y-1", name="Merino 2/48", unit="kg", tracking=Tracking.LOT),
            catalog.ItemDraft(sku="B-1", name="Button 12 mm", unit="pcs"),
        ],
    )
    site = sites.open_site(ctx, code="BRG", name="Braga")
    shelf, rack = sites.add_locations(
        ctx, site=site, drafts=[sites.LocationDraft(code="A"), sites.LocationDraft(code="B")]
    )
    world = places.virtuals(kinds=places.VIRTUAL)
    return Mill(
        ctx=ctx,
        site=site,
        shelf=shelf,
        rack=rack,
        staging=places.place_of(site, kind=LocationKind.STAGING),
        quarantine=places.quarantine_of(site),
        supplier=world[LocationKind.SUPPLIER],
        customer=world[LocationKind.CUSTOMER],
        adjustment=world[LocationKind.ADJUSTMENT],
        yarn=yarn,
        button=button,
    )
