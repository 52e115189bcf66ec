"""What inventory asks of the domains above it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from loomline.domains.inventory.models import StockMove
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import Location, Site
from loomline.kernel.context import Ctx
from loomline.kernel.port import port

# GS1 has set 952 aside for examples; a company enters its own prefix before labels go out.
EXAMPLE_PREFIX = "9521234"


@port
def gs1_prefix() -> tuple[str, int]:
    """The company's GS1 prefix and the extension digit that numbers of handling units begin with."""
    return EXAMPLE_PREFIX, 0


@port
def came_in(ctx: Ctx, *, moves: Sequence[StockMove]) -> None:
    """What the places say to goods that were put there, reserved goods that leave aside; usually nothing.

    The balances are changed already. Raising a refusal takes all of it back.
    """


@port
def cost_of_taking_over(ctx: Ctx, *, owner_id: int, item_id: int, quantity: Decimal) -> Decimal | None:
    """What a unit of goods of others costs us, in our currency, when it becomes ours; None: nobody knows."""
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """Goods that need a place: an item, a lot of it, a quantity in the item's stock unit."""

    item_id: int
    quantity: Decimal
    lot_id: int | None = None


@port
def put_at(ctx: Ctx, *, site: Site, goods: Sequence[Arrival]) -> Sequence[Location]:
    """Where goods that come to a site are put, in the order asked; without rules, where its stock lies."""
    storage = sites.storage_of(site)
    return [storage for _one in goods]
