"""What the warehouse asks of its neighbours and the domains above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from loomline.domains.inventory.commands import Demand
from loomline.domains.sales.models import Order, OrderLine
from loomline.kernel.context import Ctx
from loomline.kernel.port import port


@port
def may_leave(ctx: Ctx, *, orders: Sequence[Order]) -> Mapping[int, str]:
    """Why goods of orders may not leave now, by key; without anybody who holds them back, all may."""
    return {}


@port
def promised_before(ctx: Ctx, *, lines: Sequence[OrderLine]) -> Sequence[Demand]:
    """Stock that other confirmed lines were promised before these, and nothing is reserved for yet.

    Without anybody who keeps promises, none.
    """
    return []
