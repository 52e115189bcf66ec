"""Deployment: what the lanes of the plan can really carry, shared out fairly where a source is short."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from loomline.domains.supplyplan.models import OrderKind
from loomline.domains.supplyplan.queries.documents import ZERO, Place
from loomline.domains.supplyplan.queries.plant import Laid
from loomline.engines.mrp.calendars import DAY
from loomline.engines.mrp.distribution import deploy
from loomline.engines.mrp.netting import Netting
from loomline.kernel.quantity import PLACES

# Goods that leave later are shared out once it is their turn.
AHEAD = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Asked:
    """A planned move: how much should leave for a place on which day."""

    place: Place
    quantity: Decimal
    on: date


@dataclass(frozen=True, slots=True)
class Shipping:
    """A shipment to be; a quantity of 0 says that nothing is there to be sent."""

    place: Place
    from_site_id: int
    wanted: Decimal
    quantity: Decimal
    leaves_on: date
    arrives_on: date

    @property
    def is_short(self) -> bool:
        """True where the place gets less than it should."""
        return self.quantity < self.wanted


def shippings(netting: Netting, laid: Laid, asked: Iterable[Asked], *, today: date) -> list[Shipping]:
    """What leaves in the next four weeks, lane by lane, and the lanes for which nothing is there."""
    wanted: dict[Place, list[Asked]] = defaultdict(list)
    for one in asked:
        if one.on < today + AHEAD:
            wanted[one.place].append(one)
    if not wanted:
        return []
    found = deploy(netting).shipments
    parents = netting.plant.bills.parent
    rows = zip(
        *(one.tolist() for one in (found.lane, found.quantity, found.leaves, found.arrives)), strict=True
    )
    made: list[Shipping] = []
    sent: dict[Place, Decimal] = defaultdict(lambda: ZERO)
    for lane, quantity, leaves, arrives in sorted(rows, key=lambda row: (row[2], row[0])):
        place = laid.rows[int(parents[lane])].place
        day = today + timedelta(days=int(leaves // DAY))
        if day >= today + AHEAD or place not in wanted:
            continue
        amount = _amount(quantity)
        open_by_then = _by(wanted[place], day) - sent[place]
        sent[place] += amount
        made.append(_shipping(laid, place, max(open_by_then, amount), amount, day, arrives, today))
    for place, moves in wanted.items():
        if place not in sent:
            first = min(max(one.on, today) for one in moves)
            made.append(_shipping(laid, place, _by(moves, today + AHEAD), ZERO, first, 0.0, today))
    return made


def _shipping(
    laid: Laid, place: Place, wanted: Decimal, quantity: Decimal, leaves: date, arrives: float, today: date
) -> Shipping:
    row = laid.rows[laid.at[place]]
    assert row.kind == OrderKind.MOVE
    assert row.from_site_id is not None
    there = max(today + timedelta(days=int(arrives // DAY)), leaves)
    return Shipping(place, row.from_site_id, wanted, quantity, leaves, there)


def _by(moves: Iterable[Asked], day: date) -> Decimal:
    """What should have left until the end of a day."""
    return sum((one.quantity for one in moves if one.on <= day), ZERO)


def _amount(value: Any) -> Decimal:
    return Decimal(repr(float(value))).quantize(PLACES)
