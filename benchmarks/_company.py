"""The company in which orders are measured: goods on a shelf, customers with a credit limit, sent quotes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from loomline.domains.accounts.models import User
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item
from loomline.domains.inventory import commands as inventory
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Quote
from loomline.domains.sites import commands as sites
from loomline.domains.sites import queries as places
from loomline.domains.sites.models import LocationKind, Site
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx

ACTOR = "Benchmark"
LINES = 5
ITEMS = 200
CUSTOMERS = 50
STOCK = Decimal(1_000_000)
SEED = 7


@dataclass(frozen=True)
class Company:
    """What quotes are written about."""

    site: Site
    items: Sequence[Item]
    customers: Sequence[Party]


def context() -> Ctx:
    """Who acts in a benchmark, now."""
    return Ctx.new(actor=actor(), via="page")


def actor() -> User:
    """The same named actor in every process."""
    found: User = system_actor(ACTOR)
    return found


def open_company() -> Company:
    """Set it up through the same commands as people."""
    ctx = Ctx.new(actor=actor(), via="cli", now=datetime.now(UTC))
    site = sites.open_site(ctx, code="BRG", name="Braga")
    [shelf] = sites.add_locations(ctx, site=site, drafts=[sites.LocationDraft(code="A")])
    drafts = [
        catalog.ItemDraft(sku=f"I-{n:04d}", name=f"Item {n}", weight_kg=Decimal("0.4")) for n in range(ITEMS)
    ]
    items = catalog.add_items(ctx, drafts=drafts)
    supplier = places.virtual(LocationKind.SUPPLIER).pk
    receipts = [
        inventory.MoveDraft(item_id=i.pk, quantity=STOCK, source_id=supplier, destination_id=shelf.pk)
        for i in items
    ]
    inventory.move_stock(ctx, moves=receipts)
    return Company(site, items, [_customer(ctx, n) for n in range(CUSTOMERS)])


def _customer(ctx: Ctx, n: int) -> Party:
    address = parties.AddressDraft(
        line1=f"Storgata {n}", city="Oslo", postcode="0155", country="NO", purpose="shipping"
    )
    return parties.open_party(
        ctx,
        name=f"Customer {n}",
        roles=["customer"],
        credit_limit=Decimal(1_000_000_000),
        addresses=[address],
    )


def send_quotes(company: Company, *, count: int) -> list[Quote]:
    """Quotes in the hands of their customers, each over a few items in any order."""
    ctx = context()
    chance = random.Random(SEED)
    drafts = [
        sales.QuoteDraft(
            customer=chance.choice(company.customers), site=company.site, lines=_lines(company, chance)
        )
        for _n in range(count)
    ]
    written = sales.write_quotes(ctx, drafts=drafts)
    return [sales.send_quote(ctx, quote=quote) for quote in written]


def _lines(company: Company, chance: random.Random) -> list[sales.QuoteLineDraft]:
    return [
        sales.QuoteLineDraft(
            item=item,
            quantity=Decimal(chance.randint(1, 20)),
            price=Decimal(chance.randint(500, 9000)) / 100,
            tax_rate=Decimal("0.23"),
        )
        for item in chance.sample(list(company.items), LINES)
    ]
