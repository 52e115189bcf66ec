"""Scores of leads and customers by rules, with decay, caps and an explanation that adds up exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import Any

from loomline.engines.bad_input import BadInput

STEP = Decimal("0.0001")
NOTHING = Decimal("0")


class Kind(StrEnum):
    """FIT looks at the profile and does not age; BEHAVIOUR at events, which do."""

    FIT = "fit"
    BEHAVIOUR = "behaviour"


Test = Callable[[Any, Any], bool]
TESTS: Mapping[str, Test] = {
    "is": lambda seen, value: bool(seen == value),
    "is not": lambda seen, value: bool(seen != value),
    "at least": lambda seen, value: seen is not None and bool(seen >= value),
    "at most": lambda seen, value: seen is not None and bool(seen <= value),
    "among": lambda seen, value: seen in value,
    "contains": lambda seen, value: seen is not None and value in seen,
    "is known": lambda seen, value: (seen not in (None, "")) == value,
}


@dataclass(frozen=True)
class Condition:
    """What a fact of a profile or an event must be: `at least` 50, `among` ("DE", "AT"), `is known` True."""

    fact: str
    test: str
    value: object

    def __post_init__(self) -> None:
        if self.test not in TESTS:
            raise BadInput(f'There is no test "{self.test}".', remedy=f"Take one of {', '.join(TESTS)}.")

    def holds(self, facts: Mapping[str, object]) -> bool:
        """True when the fact passes; facts of another type than the value are refused."""
        seen = facts.get(self.fact)
        try:
            return TESTS[self.test](seen, self.value)
        except TypeError as fault:
            raise BadInput(
                f'{self.fact} is {seen!r}, which cannot be "{self.test}" {self.value!r}.',
                remedy="Compare numbers with numbers and words with words.",
            ) from fault


@dataclass(frozen=True)
class Rule:
    """Points for a profile that passes all conditions, or for each event of a kind that does.

    Points may be negative. Points of an event count half after each `half_life`, and nothing after
    `expires`; `cap` is the most that the rule gives, in size, and `first` how many events count, the newest
    first. Rules of one `group` can be capped together by the model.
    """

    name: str
    kind: Kind
    points: Decimal
    event: str = ""
    conditions: tuple[Condition, ...] = ()
    half_life: timedelta | None = None
    expires: timedelta | None = None
    cap: Decimal | None = None
    first: int | None = None
    group: str = ""

    def __post_init__(self) -> None:
        says = ""
        if self.kind is Kind.BEHAVIOUR and not self.event:
            says = "looks at no event"
        elif self.kind is Kind.FIT and (self.half_life or self.expires or self.first or self.event):
            says = "is a fit, which has no event and does not age"
        elif any(span is not None and span <= timedelta(0) for span in (self.half_life, self.expires)):
            says = "has a half-life or an age that is not positive"
        elif not self.points.is_finite() or (self.cap is not None and not self.cap >= 0):
            says = "has points or a cap that cannot be"
        if says:
            raise BadInput(f'The rule "{self.name}" {says}.', remedy="Correct the rule.")


@dataclass(frozen=True)
class Model:
    """Rules with the caps of their groups and the range of the score; names of rules are unique."""

    name: str
    rules: tuple[Rule, ...]
    group_caps: Mapping[str, Decimal] = field(default_factory=dict)
    least: Decimal | None = None
    most: Decimal | None = None

    def __post_init__(self) -> None:
        names = [rule.name for rule in self.rules]
        doubled = sorted({name for name in names if names.count(name) > 1})
        unknown = sorted(set(self.group_caps) - {rule.group for rule in self.rules})
        if doubled:
            raise BadInput(f'Two rules are called "{doubled[0]}".', remedy="Rename one of them.")
        if unknown:
            raise BadInput(f'No rule is in the group "{unknown[0]}".', remedy="Correct the cap.")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise BadInput("The least score is above the most.", remedy="Swap them.")


@dataclass(frozen=True)
class Event:
    """Something that a person did. `key` leads the reader to the evidence."""

    kind: str
    at: datetime
    key: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One entry of the explanation: the rule, its evidence, the points when new, and what they count now.

    A cap is an entry of its own with what it takes away; `because` says so, and is empty otherwise.
    """

    rule: str
    counts: Decimal
    points: Decimal = NOTHING
    at: datetime | None = None
    evidence: str = ""
    because: str = ""


@dataclass(frozen=True)
class Score:
    """The score of one lead; `total` is the sum of the lines, exactly."""

    total: Decimal
    lines: tuple[Line, ...]

    def of(self, rule: str) -> Decimal:
        """What one rule counts for, its cap included."""
        return sum((line.counts for line in self.lines if line.rule == rule), NOTHING)


def decayed(points: Decimal, age: timedelta, half_life: timedelta | None) -> Decimal:
    """points x 2^(-age / half-life), to four places; an age below zero counts as zero.

    Without a half-life points do not age.
    """
    if half_life is None:
        return points.quantize(STEP, ROUND_HALF_EVEN)
    halvings = max(age, timedelta(0)) / half_life
    return (points * Decimal(2.0 ** -min(halvings, 1000.0))).quantize(STEP, ROUND_HALF_EVEN)


def score(model: Model, profile: Mapping[str, object], events: Iterable[Event], *, now: datetime) -> Score:
    """What a lead scores now, line by line; what happened after now does not count.

    First each rule is capped, then each group, then the whole; each cap that bites is a line.
    """
    known = sorted((event for event in events if event.at <= now), key=lambda e: (e.at, e.key), reverse=True)
    lines = [line for rule in model.rules for line in _lines(rule, profile, known, now)]
    group_of = {rule.name: rule.group for rule in model.rules}
    for group, cap in model.group_caps.items():
        sum_of_group = sum((line.counts for line in lines if group_of[line.rule] == group), NOTHING)
        lines += _capped(group, sum_of_group, -cap, cap, f"all of {group} count {cap} at most")
    total = sum((line.counts for line in lines), NOTHING)
    lines += _capped(model.name, total, model.least, model.most, "the score ends here")
    return Score(sum((line.counts for line in lines), NOTHING), tuple(lines))


@dataclass(frozen=True)
class Band:
    """A range of scores with a name, entered at `enter` and above, left below `leave`.

    The distance between the two (hysteresis) keeps a score that wavers from being told again and again.
    """

    name: str
    enter: Decimal
    leave: Decimal

    def __post_init__(self) -> None:
        if self.leave > self.enter:
            raise BadInput(
                f'The band "{self.name}" is left above where it is entered.', remedy="Swap the two."
            )

    def holds(self, total: Decimal, *, was_in: bool) -> bool:
        """Whether a score is in the band, when it was or was not before."""
        return total >= (self.leave if was_in else self.enter)


@dataclass(frozen=True)
class Crossing:
    """A band was entered, or left, at this time with this score."""

    band: str
    at: datetime
    total: Decimal
    entered: bool


def crossings(bands: Sequence[Band], totals: Iterable[tuple[datetime, Decimal]]) -> list[Crossing]:
    """What a score that went this way entered and left, in the order of time; it starts outside all bands."""
    inside = {band.name: False for band in bands}
    found = []
    for at, total in totals:
        for band in bands:
            holds = band.holds(total, was_in=inside[band.name])
            if holds != inside[band.name]:
                found.append(Crossing(band.name, at, total, holds))
                inside[band.name] = holds
    return found


@dataclass(frozen=True)
class Move:
    """How a lead fares when the model is changed."""

    lead: str
    before: Decimal
    after: Decimal
    bands_before: tuple[str, ...]
    bands_after: tuple[str, ...]


def preview(
    before: Model,
    after: Model,
    leads: Mapping[str, tuple[Mapping[str, object], Sequence[Event]]],
    bands: Sequence[Band],
    *,
    now: datetime,
) -> list[Move]:
    """The leads whose bands a changed model changes, by the size of the change, then by name."""
    moves = []
    for lead, (profile, events) in leads.items():
        old = score(before, profile, events, now=now).total
        new = score(after, profile, events, now=now).total
        moves.append(Move(lead, old, new, _bands(bands, old), _bands(bands, new)))
    changed = [move for move in moves if move.bands_before != move.bands_after]
    return sorted(changed, key=lambda move: (-abs(move.after - move.before), move.lead))


def _bands(bands: Sequence[Band], total: Decimal) -> tuple[str, ...]:
    return tuple(band.name for band in bands if band.holds(total, was_in=False))


def _lines(rule: Rule, profile: Mapping[str, object], events: Sequence[Event], now: datetime) -> list[Line]:
    """The lines of one rule and, when it bites, of its cap."""
    if rule.kind is Kind.FIT:
        seen = ", ".join(f"{c.fact} {c.test} {c.value}" for c in rule.conditions)
        holds = all(condition.holds(profile) for condition in rule.conditions)
        lines = [Line(rule.name, rule.points, rule.points, evidence=seen)] if holds else []
    else:
        found = [event for event in events if _counts(rule, event, now)][: rule.first]
        lines = [
            Line(rule.name, decayed(rule.points, now - e.at, rule.half_life), rule.points, e.at, e.key)
            for e in found
        ]
    if rule.cap is None:
        return lines
    counted = sum((line.counts for line in lines), NOTHING)
    return lines + _capped(rule.name, counted, -rule.cap, rule.cap, f"it counts {rule.cap} at most")


def _counts(rule: Rule, event: Event, now: datetime) -> bool:
    is_fresh = rule.expires is None or now - event.at < rule.expires
    return event.kind == rule.event and is_fresh and all(c.holds(event.facts) for c in rule.conditions)


def _capped(
    name: str, total: Decimal, least: Decimal | None, most: Decimal | None, because: str
) -> list[Line]:
    if most is not None and total > most:
        return [Line(name, most - total, because=because)]
    if least is not None and total < least:
        return [Line(name, least - total, because=because)]
    return []
