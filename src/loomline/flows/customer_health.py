"""The health of a customer against its own past: gaps, sales, overdue invoices, late promises."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import fmean, pstdev

from django.utils.translation import gettext as _

from loomline.engines.bad_input import BadInput
from loomline.engines.scoring.health import Driver, health

HALF = timedelta(days=182)
# Of ten invoices or promises one is late with most.
USUALLY_LATE, SPREAD = 0.1, 0.15
SHORTEST_SPREAD = 7.0
ORDERS_NEEDED = 3


def health_of(
    sold: Sequence[tuple[date, Decimal]], *, overdue: Decimal | None, late: Decimal | None, today: date
) -> tuple[int | None, tuple[tuple[str, int], ...]]:
    """From 0 to 100 with the points of what moves it most; None before the third day with an order.

    `sold` are days with what was ordered, `overdue` and `late` the shares of what is owed and promised.
    """
    days = sorted({day for day, _amount in sold})
    if len(days) < ORDERS_NEEDED:
        return None, ()
    gaps = [(later - day).days for day, later in pairwise(days)]
    halves = [
        float(sum(amount for day, amount in sold if end - HALF < day <= end))
        for end in (today - HALF * n for n in range(4))
    ]
    usual = fmean(halves[1:])
    drivers = [
        Driver(
            _("since the last order"), fmean(gaps), max(pstdev(gaps), SHORTEST_SPREAD), more_is_better=False
        ),
        Driver(_("sales of half a year"), usual, max(pstdev(halves[1:]), usual / 5, 1.0)),
        Driver(_("overdue invoices"), USUALLY_LATE, SPREAD, more_is_better=False),
        Driver(_("late promises"), USUALLY_LATE, SPREAD, more_is_better=False),
    ]
    measured = (
        float((today - days[-1]).days),
        halves[0] if days[0] <= today - HALF else None,
        None if overdue is None else float(overdue),
        None if late is None else float(late),
    )
    try:
        found = health(drivers, {d.name: value for d, value in zip(drivers, measured, strict=True)})
    except BadInput:
        return None, ()
    return round(found.score), tuple((reason.driver, round(reason.points)) for reason in found.top)
