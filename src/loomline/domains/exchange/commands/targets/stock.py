"""Locations and opening stock from another system."""

from __future__ import annotations

from collections.abc import Sequence

from loomline.domains.catalog.models import Item
from loomline.domains.exchange.commands.targets.base import by_id, plain_update, target
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.commands import Count
from loomline.domains.sites import commands as sites
from loomline.domains.sites import queries as places
from loomline.domains.sites.models import Location, Site
from loomline.engines.rows import Row
from loomline.kernel.context import Ctx


@target("inventory.stock", update=lambda ctx, rows: _count(ctx, rows), whole=True)
def take_stock(ctx: Ctx, rows: Sequence[Row]) -> list[Item]:
    """What lies where on the day of the takeover, posted against the adjustment location."""
    items = by_id(Item, rows, "item")
    _count(ctx, rows)
    return [items[row.values["item"]] for row in rows]


def _count(ctx: Ctx, rows: Sequence[Row]) -> None:
    home = places.storage_of(main_site(ctx))
    counts: dict[tuple[int, int], Count] = {}
    for row in rows:
        key = (row.values["item"], row.values.get("location") or home.pk)
        before = counts.get(key)
        quantity = row.values["quantity"] + (before.counted if before else 0)
        counts[key] = Count(item_id=key[0], location_id=key[1], counted=quantity)
    inventory.adjust_stock(ctx, counts=list(counts.values()), reason="Opening stock")


@target("sites.location", update=plain_update(Location, {"name": "name"}))
def take_locations(ctx: Ctx, rows: Sequence[Row]) -> list[Location]:
    """Places within the main site."""
    site = main_site(ctx)
    return [
        sites.add_location(ctx, site=site, code=row.values["code"][:40], name=row.values["name"][:120])
        for row in rows
    ]


def main_site(ctx: Ctx) -> Site:
    """Our own first site, made when there is none yet."""
    found = Site.objects.filter(party__isnull=True, is_active=True).order_by("pk").first()
    return found or sites.open_site(ctx, code="MAIN", name=ctx.company.name)
