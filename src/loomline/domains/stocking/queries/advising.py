"""A round of recommendations: classes over all places, then a policy for each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from loomline.domains.stocking.models import StockingRule
from loomline.domains.stocking.queries.facts import Facts, History
from loomline.domains.stocking.queries.policy import Advice, Kinds, PlacePolicy, deviation_of, mean_of
from loomline.engines.stocking.classes import abc, fsn, xyz

Report = Callable[[int, int], None]


@dataclass(frozen=True)
class Advised:
    """A whole round that nobody has kept yet."""

    since: date
    until: date
    currency: str
    rows: list[Advice]


def advise(
    history: History,
    *,
    rule: StockingRule,
    currency: str,
    today: date,
    by_site: Mapping[int, StockingRule] | None = None,
    report: Report | None = None,
) -> Advised:
    """Classes over all places, then a policy for each of them; `report` may stop the work.

    `rule` says how places are classed, and how they are stocked where their site has no rules of its own.
    """
    of_site = by_site or {}
    facts = history.facts
    kinds = _classes(facts, rule, today)
    rows = []
    for n, (one, kind) in enumerate(zip(facts, kinds, strict=True)):
        if report is not None and n % 20 == 0:
            report(n, len(facts))
        rows.append(PlacePolicy(one, kind, of_site.get(one.place[1], rule), today).row())
    return Advised(history.since, history.until, currency, rows)


def _classes(facts: Sequence[Facts], rule: StockingRule, today: date) -> list[Kinds]:
    if not facts:
        return []
    means = [mean_of(one.demand) for one in facts]
    ends = (float(rule.share_a), float(rule.share_b))
    worth = abc([mean * one.unit_cost for mean, one in zip(means, facts, strict=True)], ends=ends)
    varies = xyz(means, [deviation_of(one.demand) for one in facts])
    active = [sum(week > 0 for week in one.demand) / len(one.demand) if one.demand else 0.0 for one in facts]
    moves = fsn(active, [_idle(one, today, rule) for one in facts], dead_after=rule.dead_weeks)
    return [Kinds(*letters) for letters in zip(worth, varies, moves, strict=True)]


def _idle(one: Facts, today: date, rule: StockingRule) -> float:
    """Weeks since something was taken; of what never was, since it lies there."""
    since = one.last_on or one.arrived_on
    return (today - since).days / 7 if since is not None else float(rule.dead_weeks)
