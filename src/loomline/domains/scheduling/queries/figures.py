"""What a schedule is worth, and what each operation waits for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from loomline.domains.scheduling.queries.facts import Facts, Step
from loomline.domains.scheduling.queries.hours import Lane
from loomline.domains.scheduling.queries.shop import Plan, Spot, before, overlaps, weight_of

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Figures:
    """Late work orders, weighted minutes late, set-up minutes, and the minute when all is done."""

    late: int
    tardiness: int
    setup: int
    end: int

    @property
    def score(self) -> tuple[int, int, int]:
        """What counts, in its order; less is better."""
        return self.tardiness, self.setup, self.end


@dataclass(frozen=True, slots=True)
class Place:
    """An operation with all that is kept of it."""

    spot: Spot
    setup_at: int
    setup: int
    late_days: int
    reason: str


def figures(facts: Facts, spots: Mapping[int, Spot]) -> Figures:
    """The figures of operations in these places; those that are gone or not placed do not count."""
    ends: dict[int, int] = defaultdict(int)
    for pk, spot in spots.items():
        work = facts.steps[pk].stage.work_id
        ends[work] = max(ends[work], spot.end)
    by = {work: max(end - facts.dues[work], 0) for work, end in ends.items() if work in facts.dues}
    return Figures(
        late=sum(minutes > 0 for minutes in by.values()),
        tardiness=sum(weight_of(facts.works[work][0]) * minutes for work, minutes in by.items()),
        setup=sum(setup for setup, _before in setups(facts, spots).values()),
        end=max(ends.values(), default=0),
    )


def setups(facts: Facts, spots: Mapping[int, Spot]) -> dict[int, tuple[int, int | None]]:
    """The set-up minutes of each operation on a machine, and which one it follows there."""
    lanes: dict[Lane, list[tuple[int, int]]] = defaultdict(list)
    for pk, spot in spots.items():
        if spot.lane.centre_id is not None:
            lanes[spot.lane].append((spot.start, pk))
    found: dict[int, tuple[int, int | None]] = {}
    for rows in lanes.values():
        last: int | None = None
        for _start, pk in sorted(rows):
            step = facts.steps[pk]
            same = last is not None and facts.steps[last].family == step.family
            found[pk] = (0 if same else step.setup, last)
            last = pk
    return found


def places(facts: Facts, spots: Mapping[int, Spot], plan: Plan) -> dict[int, Place]:
    """Everything that is kept of operations in these places: set-up, lateness and what each waits for."""
    order = setups(facts, spots)
    begins: dict[int, int] = {}
    for pk, spot in spots.items():
        minutes, last = order.get(pk, (0, None))
        free = spots[last].end if last is not None else 0
        begins[pk] = max(facts.hours[spot.lane].back(spot.start, minutes), min(free, spot.start), 0)
        begins[pk] = min(begins[pk], spot.start)
    teller = _Teller(facts, spots, order, plan, begins)
    late = {work: _late_days(facts, steps, spots) for work, steps in facts.works.items()}
    return {
        pk: Place(
            spot,
            begins[pk],
            order.get(pk, (0, None))[0],
            late[facts.steps[pk].stage.work_id],
            teller.says(pk),
        )
        for pk, spot in spots.items()
    }


def _late_days(facts: Facts, steps: list[Step], spots: Mapping[int, Spot]) -> int:
    """Whole days from the day a work order is due to the day it ends."""
    work = steps[0].stage.work
    due = facts.dues.get(work.pk)
    end = max((spots[step.pk].end for step in steps if step.pk in spots), default=0)
    if due is None or end <= due:
        return 0
    zone = work.site.zone if work.site is not None else facts.zone
    # An end at midnight still belongs to the day before.
    last = (facts.at(end - 1)).astimezone(zone).date()
    return max((last - (facts.at(due).astimezone(zone) - DAY).date()).days, 1)


@dataclass(frozen=True)
class _Teller:
    """Says what the start of an operation waits for."""

    facts: Facts
    spots: Mapping[int, Spot]
    order: Mapping[int, tuple[int, int | None]]
    plan: Plan
    begins: Mapping[int, int]

    def says(self, pk: int) -> str:
        """One or two sentences; of an operation that follows a late one also what that one waits for."""
        said: list[str] = []
        seen: set[int] = set()
        while pk not in seen and len(said) < 3:
            seen.add(pk)
            words, onward = self._binds(pk)
            said.append(words)
            if onward is None:
                break
            pk = onward
        return " ".join(said)[:400]

    def _binds(self, pk: int) -> tuple[str, int | None]:
        """What holds an operation back most, and the one before it in its order when it is that."""
        step, spot = self.facts.steps[pk], self.spots[pk]
        if step.runs:
            return _t("{what} runs.").format(what=step.name), None
        waits: list[tuple[int, int, str, int | None]] = [(0, 0, "", None)]
        if step.ready > 0:
            waits.append((step.ready, 3, self._material(step), None))
        for one in before(self.facts, step):
            if one.pk in self.spots and not overlaps(step):
                end = self.spots[one.pk].end
                waits.append((end + step.lag, 2, self._follows(one, end, step.lag), one.pk))
        setup, last = self.order.get(pk, (0, None))
        if last is not None:
            waits.append((self.spots[last].end, 1, self._busy(step, spot, last), None))
        at, _rank, words, onward = max(waits, key=lambda wait: (wait[0], wait[1]))
        stays = pk in self.plan.fixed or pk in self.plan.soft
        if stays and self._earliest(spot, at) < self.begins[pk]:
            return self._stays(step), None
        if not words:
            words = _t("{what} starts as soon as it can.").format(what=step.name)
        return f"{words} {self._closed(step, spot, at, setup)}".strip(), onward

    def _earliest(self, spot: Spot, at: int) -> int:
        opens = self.facts.hours[spot.lane].opens(at)
        return at if opens is None else opens

    def _material(self, step: Step) -> str:
        what = step.item or _t("Its material")
        days = (self._day(step, step.ready) - self._day(step, 0)).days
        return ngettext(
            "{item} is there on {day}, {n} day from now.",
            "{item} is there on {day}, {n} days from now.",
            days,
        ).format(item=what, day=date_format(self._day(step, step.ready), "j M"), n=days)

    def _follows(self, one: Step, end: int, lag: int) -> str:
        words = _t("{before} ends {at}").format(before=one.name, at=self._when(one, end))
        way = round(lag / 1440, 1)
        if lag:
            words += " " + _t("and {days} days pass until the next stage").format(days=f"{way:g}")
        return f"{words}."

    def _busy(self, step: Step, spot: Spot, last: int) -> str:
        other = self.facts.steps[last]
        return _t("{machine} is busy with {other} until {at}.").format(
            machine=lane_name(step, spot.lane),
            other=other.name,
            at=self._when(step, self.spots[last].end),
        )

    def _closed(self, step: Step, spot: Spot, at: int, setup: int) -> str:
        """A word on closed hours where they and not the work take the time."""
        opens = self._earliest(spot, at)
        if opens - at < 60 or opens > spot.start:
            return ""
        return _t("{machine} is closed until {at}.").format(
            machine=lane_name(step, spot.lane), at=self._when(step, opens)
        )

    def _stays(self, step: Step) -> str:
        kept = step.kept
        if kept is not None and kept.pinned_by is not None:
            return _t("{who} has pinned it there.").format(who=kept.pinned_by)
        return _t("It starts within the days that are settled.")

    def _day(self, step: Step, minute: int) -> datetime:
        return local(self.facts, step, minute).replace(hour=0, minute=0)

    def _when(self, step: Step, minute: int) -> str:
        return moment(local(self.facts, step, minute))


def lane_name(step: Step, lane: Lane) -> str:
    """A machine as people call it."""
    if step.centre is None:
        return str(step.stage.partner or step.stage.site or step.stage.name)
    return f"{step.centre} {lane.machine}" if step.centre.machines > 1 else str(step.centre)


def local(facts: Facts, step: Step, minute: int) -> datetime:
    """A minute on the clock of the place where the operation runs."""
    site = step.centre.site if step.centre is not None else step.stage.site or step.stage.work.site
    zone = site.zone if site is not None else facts.zone
    return facts.at(minute).astimezone(zone)


def moment(at: datetime) -> str:
    """A moment in a sentence: Mon 23 Nov 14:30."""
    return date_format(at, "D j M H:i")


def in_words(facts: Facts, reasons: Iterable[str]) -> str:
    """What the engine says, with the names that people know."""
    names = {f"o{pk}": step.name for pk, step in facts.steps.items()}
    names |= {f"w{work}": str(steps[0].stage.work) for work, steps in facts.works.items()}
    names |= {lane.key: lane_name(step, lane) for step in facts.steps.values() for lane in step.lanes}
    return re.sub(r"\b[ocws]\d+(m\d+)?\b", lambda found: names.get(found[0], found[0]), " ".join(reasons))
