"""The live plan and some scenarios side by side, as they were kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from loomline.domains.scenarios.models import LineDay, Outcome, Scenario
from loomline.domains.workcentres.models import WorkCentre

MOST = 3


@dataclass(frozen=True)
class Moved:
    """A customer's line with its day in the live plan and in each scenario; None: nothing serves it."""

    line: LineDay
    days: tuple[tuple[bool, date | None], ...]


def newest_live() -> Outcome | None:
    """The live plan as it was reckoned last. One statement."""
    found: Outcome | None = Outcome.objects.filter(scenario__isnull=True).first()
    return found


def outcomes_of(*, scenarios: Sequence[Scenario]) -> list[Outcome]:
    """What came of these scenarios, in their order; of those that are planned. One statement."""
    rows = Outcome.objects.filter(scenario__in=[one.pk for one in scenarios]).select_related("scenario")
    found = {row.scenario_id: row for row in rows}
    return [found[one.pk] for one in scenarios if one.pk in found]


def centres_of(*, outcomes: Sequence[Outcome]) -> dict[int, WorkCentre]:
    """The work centres that are asked for too much in one of these outcomes. One statement."""
    return WorkCentre.objects.in_bulk({pk for one in outcomes for pk, _minutes in one.centres})


def moved_lines(*, outcomes: Sequence[Outcome]) -> list[Moved]:
    """The customers' lines whose day is not the same in all of these outcomes. One statement.

    Lines of one document that ask for the same item by the same day are told apart by their order.
    """
    place = {outcome.pk: n for n, outcome in enumerate(outcomes)}
    rows = LineDay.objects.filter(outcome__in=place).select_related("item__unit", "party").order_by("pk")
    seen: dict[tuple[object, ...], int] = {}
    found: dict[tuple[object, ...], list[LineDay | None]] = {}
    for row in rows:
        same = row.outcome_id, row.kind, row.document_id, row.item_id
        seen[same] = seen.get(same, 0) + 1
        key = (*same[1:], seen[same])
        found.setdefault(key, [None] * len(outcomes))[place[row.outcome_id]] = row
    moved = []
    for days in found.values():
        shown = tuple((one is not None, one.ready_on if one else None) for one in days)
        if len(set(shown)) > 1:
            first = next(one for one in days if one is not None)
            moved.append(Moved(first, shown))
    return sorted(moved, key=lambda one: (one.line.wanted_on, one.line.pk))
