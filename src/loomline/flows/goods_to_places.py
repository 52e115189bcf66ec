"""Goods that arrive are put where storage's rules send them, and a bin says when it does not hold them."""

from __future__ import annotations

from collections.abc import Sequence

from loomline.domains.inventory import ports as inventory
from loomline.domains.inventory.models import StockMove
from loomline.domains.inventory.ports import Arrival
from loomline.domains.sites.models import Location, Site
from loomline.domains.storage import commands as storage
from loomline.kernel.context import Ctx
from loomline.kernel.port import fill


@fill(inventory.put_at)
def put_at(ctx: Ctx, *, site: Site, goods: Sequence[Arrival]) -> Sequence[Location]:
    """Receipts, outputs and transfers follow the putaway rules of their site."""
    return storage.places_for(site=site, goods=goods)


@fill(inventory.came_in)
def came_in(ctx: Ctx, *, moves: Sequence[StockMove]) -> None:
    """What is more than a bin holds, or may not lie in it, needs somebody who accepts it."""
    storage.warn_of_overfull(ctx, moves=moves)
