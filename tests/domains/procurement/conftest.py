"""A maker of knitwear, the mill it buys from, and its own site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from loomline.domains.accounts.models import User
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog import reference as units
from loomline.domains.catalog.models import Item
from loomline.domains.inventory import queries as stock
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase
from loomline.domains.sites import commands as sites
from loomline.domains.sites import reference as places
from loomline.domains.sites.models import Site
from loomline.kernel.context import Ctx

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


@dataclass
class World:
    """What the tests of procurement stand on."""

    mill: Party
    site: Site
    merino: Item
    zip: Item
    label: Item

    def on_hand(self, item: Item) -> Decimal:
        """What of an item lies at our site, quarantine included."""
        return stock.stock_of(item_id=item.pk, site_id=self.site.pk, on=TODAY).on_hand

    def available(self, item: Item) -> Decimal:
        """What of an item may be promised."""
        return stock.stock_of(item_id=item.pk, site_id=self.site.pk, on=TODAY).available


@pytest.fixture
def ctx(db: None) -> Ctx:
    admin = User.objects.create(email="ada@example.org", name="Ada Boss", is_superuser=True)
    made = Ctx.new(actor=admin, via="page", now=NOW)
    units.load(made)
    places.load(made)
    return made


@pytest.fixture
def world(ctx: Ctx) -> World:
    mill = parties.open_party(
        ctx, name="Biella Yarns", roles=["supplier"], code="BIE", lead_days=14, payment_days=45
    )
    site = sites.open_site(ctx, code="PORTO", name="Porto works")
    merino = catalog.add_item(ctx, sku="MER-248", name="Merino 2/48", unit="kg", tracking="lot")
    zipper = catalog.add_item(ctx, sku="ZIP-18", name="Zip 18 cm", unit="pcs")
    label = catalog.add_item(ctx, sku="LAB-1", name="Woven label", unit="pcs")
    procurement.agree_supply(
        ctx,
        drafts=[
            procurement.SupplierItemDraft(
                supplier=mill,
                item=merino,
                price=Decimal("31.50"),
                lead_days=14,
                min_quantity=Decimal(100),
                supplier_sku="M248-NAT",
                over_tolerance=Decimal("0.05"),
                is_preferred=True,
            )
        ],
    )
    return World(mill, site, merino, zipper, label)


@pytest.fixture
def order(ctx: Ctx, world: World) -> Callable[..., Purchase]:
    """Draft an order for merino, 524.16 kg unless another quantity is given, wanted on 14 December."""

    def make(quantity: str = "524.16", *, sent: bool = True, zips: str = "") -> Purchase:
        lines = [procurement.PurchaseLineDraft(item=world.merino, quantity=Decimal(quantity))]
        if zips:
            lines.append(
                procurement.PurchaseLineDraft(item=world.zip, quantity=Decimal(zips), price=Decimal("0.21"))
            )
        purchase = procurement.open_purchase(
            ctx, supplier=world.mill, lines=lines, requested_on=date(2026, 12, 14)
        )
        return procurement.send_purchase(ctx, purchase=purchase) if sent else purchase

    return make
