"""What a run has reckoned, before it is written: proposals, pegs, messages, and the days of each item."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from loomline.domains.supplyplan.models import Advice, PegKind
from loomline.domains.supplyplan.queries.deploying import Shipping
from loomline.domains.supplyplan.queries.documents import Brought, Place, Taken
from loomline.domains.supplyplan.queries.plant import Planning

Day = tuple[date, Decimal, Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A planned order to be."""

    planning: Planning
    quantity: Decimal
    started: Decimal
    start_on: date
    due_on: date
    need_on: date
    is_late: bool
    moved_days: int = 0
    centre_id: int | None = None
    loads: tuple[tuple[int, date, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Tie:
    """A peg to be: `order` and `taker` are numbers of proposals, `receipt` and `taken` are documents."""

    place: Place
    quantity: Decimal
    needed_on: date
    order: int | None
    receipt: Brought | None
    taker: int | None
    taken: Taken | None
    kind: PegKind = PegKind.USUAL
    other_id: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A message to be."""

    planning: Planning
    advice: Advice
    order: int | None
    receipt: Brought | None
    at_on: date
    to_on: date
    quantity: Decimal
    label: str = ""
    centre: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """What comes and goes of an item at a site (day, required, on order, planned); when it runs short."""

    planning: Planning
    flow: list[Day]
    short_on: date | None
    stand_ins: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Reckoned:
    """A whole plan, or that of some items and all that they are made of and go into."""

    today: date
    until: date
    items: list[Figures] = field(default_factory=list)
    orders: list[Proposal] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    shipments: list[Shipping] = field(default_factory=list)
    within_capacity: bool = False

    def __str__(self) -> str:
        """What the activity of keeping it says; all of it would take long to write."""
        return f"{len(self.orders)} orders of {len(self.items)} items"
