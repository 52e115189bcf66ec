"""What the ledger asks of those above it: which facts give, keep and end promises."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.port import port

# Kind and number of what is promised.
Subject = tuple[str, int]


@dataclass(frozen=True, kw_only=True)
class Given:
    """A day was given; `follows` is what the customer had been promised it for before."""

    subject: Subject
    document: str
    customer_id: int
    due_on: date
    by_id: int
    at: datetime
    item_id: int | None = None
    quantity: Decimal | None = None
    method: str = ""
    limit: str = ""
    binds: bool = True
    follows: Subject | None = None


@dataclass(frozen=True, kw_only=True)
class There:
    """What was promised is there, or is on its way and will be."""

    subject: Subject
    on: date


@dataclass(frozen=True, kw_only=True)
class GivenUp:
    """Nobody waits for it any more."""

    subject: Subject
    on: date
    reason: str


Fact = Given | There | GivenUp


@port
def heard() -> Collection[str]:
    """Names of the events that tell of promises; without anybody who promises there are none."""
    return ()


@port
def facts_of(ctx: Ctx, *, told: Sequence[StoredEvent]) -> list[Fact]:
    """What these events say about promises, in their order."""
    return []
