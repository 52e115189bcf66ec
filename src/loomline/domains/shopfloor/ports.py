"""What the load of the shop floor asks of others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from loomline.kernel.context import Ctx
from loomline.kernel.port import port


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Standard minutes that a work centre will be asked for on a day by work that nobody has ordered yet."""

    centre_id: int
    day: date
    minutes: Decimal


@port
def foreseen(ctx: Ctx, *, first: date, last: date) -> Iterable[Foreseen]:
    """What planned orders will ask of work centres between two days; nothing while nobody plans."""
    return ()
