"""What an opportunity lacks to leave its stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _t

from loomline.domains.pipeline import ports
from loomline.domains.pipeline.models import Opportunity, Stage, StageRule
from loomline.domains.pipeline.models.stage import Fact
from loomline.engines.scoring.points import Condition
from loomline.kernel.context import Ctx

FACTS: Mapping[str, Callable[[Ctx, Opportunity], Any]] = {
    Fact.CONTACT: lambda _ctx, o: o.contact_id,
    Fact.AMOUNT: lambda _ctx, o: o.amount or None,
    Fact.CLOSES_ON: lambda _ctx, o: o.closes_on,
    Fact.NEXT_STEP: lambda _ctx, o: o.next_step,
    Fact.NEXT_STEP_ON: lambda _ctx, o: o.next_step_on,
    Fact.COMPETITOR: lambda _ctx, o: o.competitor,
    Fact.SOURCE: lambda _ctx, o: o.source,
    Fact.OWNER: lambda _ctx, o: o.owner_id,
    Fact.TEAM: lambda _ctx, o: o.team_id,
    Fact.LINES: lambda _ctx, o: Decimal(o.lines.count()) or None,
    Fact.QUOTES: lambda ctx, o: Decimal(ports.quotes_sent(ctx, opportunity=o)) or None,
}
# What can be filled in on the way, by the argument of the command that moves.
ASKABLE = frozenset(
    {
        Fact.CONTACT,
        Fact.AMOUNT,
        Fact.CLOSES_ON,
        Fact.NEXT_STEP,
        Fact.NEXT_STEP_ON,
        Fact.COMPETITOR,
        Fact.SOURCE,
        Fact.OWNER,
    }
)


@dataclass(frozen=True)
class Missing:
    """One thing that keeps an opportunity in its stage; `field` is empty when no field mends it."""

    field: str
    says: str


def missing_to_leave(ctx: Ctx, *, opportunity: Opportunity, to: Stage) -> list[Missing]:
    """What keeps an opportunity from going on to a stage.

    The rules of its own stage count and those of every stage that is jumped over; a step back is free.
    """
    passed = _passed(opportunity, to)
    if not passed:
        return []
    rules = StageRule.objects.filter(stage__in=passed).order_by("stage__position", "position", "pk")
    found = [_missing(ctx, rule, opportunity) for rule in rules]
    tests = ports.open_exit_tests(ctx, opportunity=opportunity, stages=passed)
    return [*(one for one in found if one is not None), *(Missing("", says) for says in tests)]


def asked_to_leave(ctx: Ctx, *, opportunity: Opportunity, to: Stage | None) -> list[str]:
    """The fields that a dialog asks for before the move; without a stage to go to, none."""
    missing = missing_to_leave(ctx, opportunity=opportunity, to=to) if to is not None else []
    return list(dict.fromkeys(one.field for one in missing if one.field in ASKABLE))


def _passed(opportunity: Opportunity, to: Stage) -> list[Stage]:
    here = opportunity.stage
    if to.pipeline_id != here.pipeline_id or to.position <= here.position:
        return []
    row = Stage.objects.filter(pipeline=here.pipeline_id, position__lt=to.position)
    return list(row.filter(position__gte=here.position).order_by("position"))


def _missing(ctx: Ctx, rule: StageRule, opportunity: Opportunity) -> Missing | None:
    seen = (
        opportunity.custom.get(rule.own_field)
        if rule.fact == Fact.OWN
        else FACTS[rule.fact](ctx, opportunity)
    )
    if holds(rule.test, seen, rule.value):
        return None
    return Missing("" if rule.fact == Fact.OWN else str(rule.fact), rule.words or _in_words(rule))


def holds(test: str, seen: Any, value: str) -> bool:
    """Whether a fact passes a test whose value was written down as text."""
    given: object = value.strip()
    if test == "is known":
        given = True
    elif test in ("at least", "at most"):
        given, seen = Decimal(value), None if seen in (None, "") else Decimal(str(seen))
    elif isinstance(seen, Decimal) and test in ("is", "is not"):
        given = _number(value)
    elif test == "among":
        given, seen = [word.strip().lower() for word in value.split(",")], str(seen or "").lower()
    elif test == "contains":
        given, seen = value.strip().lower(), str(seen or "").lower()
    else:
        given, seen = value.strip().lower(), str("" if seen is None else seen).lower()
    return Condition("fact", test, given).holds({"fact": seen})


def _number(value: str) -> Decimal | None:
    try:
        return Decimal(value.strip())
    except InvalidOperation:
        return None


def _in_words(rule: StageRule) -> str:
    label = rule.own_field if rule.fact == Fact.OWN else str(rule.get_fact_display())
    if rule.test == "is known":
        return _t("{field} must be filled in.").format(field=label.capitalize())
    return _t("{field} must be: {test} {value}.").format(
        field=label.capitalize(), test=rule.get_test_display(), value=rule.value
    )


def says_all(missing: Sequence[Missing]) -> dict[str, list[str]]:
    """The sentences by field."""
    found: dict[str, list[str]] = {}
    for one in missing:
        found.setdefault(one.field if one.field in ASKABLE else "", []).append(one.says)
    return found
