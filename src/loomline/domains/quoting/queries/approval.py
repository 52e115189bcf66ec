"""What a quote stands at, which steps it crosses, and for whom it waits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _t

from loomline.domains.accounts.models import RoleHolder
from loomline.domains.pipeline import ports as pipeline
from loomline.domains.pricing import queries as pricing
from loomline.domains.quoting.models import (
    Approval,
    ApprovalDecision,
    ApprovalPolicy,
    ApprovalState,
    ApprovalStep,
    DecisionState,
    Measure,
)
from loomline.domains.sales.models import Quote, QuoteLine
from loomline.kernel.context import Ctx

ZERO, ONE = Decimal(0), Decimal(1)
LEAST = Decimal(-100)
SIXTH = Decimal("0.000001")


@dataclass(frozen=True)
class Standing:
    """How far an offer goes: discounts against the price lists, and what is left after standard cost.

    Margins are None where the offer is in a currency that has no rate: then nobody can tell.
    """

    discount: Decimal
    line_discount: Decimal
    margin: Decimal | None
    line_margin: Decimal | None

    def of(self, measure: str) -> Decimal | None:
        """The figure that a policy looks at."""
        value: Decimal | None = getattr(self, Measure(measure).value)
        return value


@dataclass(frozen=True)
class Need:
    """A step that the offer crosses."""

    policy: ApprovalPolicy
    step: ApprovalStep
    value: Decimal | None

    @property
    def sentence(self) -> str:
        """What is beyond which threshold."""
        measure = Measure(self.policy.measure)
        if self.value is None:
            return _t("{measure} cannot be told: there is no exchange rate").format(measure=measure.label)
        said = (
            _t("{measure} is {value}, below {limit}")
            if measure.is_margin
            else _t("{measure} is {value}, above {limit}")
        )
        return said.format(measure=measure.label, value=share(self.value), limit=share(self.step.threshold))


def share(value: Decimal) -> str:
    """A share as people write it: 0.125 is 12.5 %."""
    return f"{(value * 100).quantize(Decimal('0.1')).normalize():f} %"


def standing(ctx: Ctx, *, quote: Quote, lines: Sequence[QuoteLine]) -> Standing:
    """How far a quote goes; options and alternatives count too, because the customer may take them."""
    listed = _listed(quote, lines)
    firm = [line for line in lines if line.is_firm]
    rate = _rate(ctx, quote.currency)
    return Standing(
        discount=max(_discount(firm, listed), _discount(lines, listed)),
        line_discount=max((_discount([line], listed) for line in lines), default=ZERO),
        margin=None if rate is None else min(_margin(firm, rate), _margin(lines, rate)),
        line_margin=None
        if rate is None
        else min((_margin([line], rate) for line in lines if line.unit_cost), default=ONE),
    )


def _listed(quote: Quote, lines: Sequence[QuoteLine]) -> dict[int, Decimal]:
    """What each line would cost by the price lists; its own price where nothing lists the item."""
    asked = {line.pk: (line.item_id, line.quantity) for line in lines}
    found = pricing.prices_for(
        lines=asked.values(), customer=quote.customer, currency=quote.currency, on=quote.quoted_on
    )
    return {
        line.pk: line.quantity * (found[asked[line.pk]].unit_price if asked[line.pk] in found else line.price)
        for line in lines
    }


def _discount(lines: Iterable[QuoteLine], listed: dict[int, Decimal]) -> Decimal:
    rows = list(lines)
    whole = sum((listed[line.pk] for line in rows), ZERO)
    asked = sum((line.amount for line in rows), ZERO)
    return _bounded(1 - asked / whole) if whole > 0 else ZERO


def _margin(lines: Iterable[QuoteLine], rate: Decimal) -> Decimal:
    rows = list(lines)
    net = sum((line.amount for line in rows), ZERO) * rate
    cost = sum((line.cost for line in rows), ZERO)
    if net <= 0:
        return LEAST if cost else ONE
    return _bounded((net - cost) / net)


def _bounded(value: Decimal) -> Decimal:
    return max(value, LEAST).quantize(SIXTH)


def _rate(ctx: Ctx, currency: str) -> Decimal | None:
    own = ctx.company.currency
    if currency == own:
        return ONE
    return pipeline.exchange_rates(currencies=[currency], into=own, on=ctx.today).get(currency)


def role_keys(actor: Any) -> set[int]:
    """The roles of a person."""
    return set(RoleHolder.objects.filter(user=actor.pk).values_list("role_id", flat=True))


def holds(actor: Any, role_id: int, roles: set[int]) -> bool:
    """True when somebody may decide a step; machines never do."""
    return not actor.is_system and (actor.is_superuser or role_id in roles)


def needs(ctx: Ctx, *, quote: Quote, at: Standing) -> list[Need]:
    """The steps that a quote crosses and that the actor may not pass on their own authority."""
    policies = ApprovalPolicy.objects.filter(
        Q(team__isnull=True) | Q(team=quote.team_id), is_active=True
    ).prefetch_related(Prefetch("steps", ApprovalStep.objects.select_related("role")))
    roles: set[int] | None = None
    found: list[Need] = []
    for policy in policies:
        crossed = [step for step in policy.steps.all() if _is_crossed(policy, step, at)]
        if crossed and policy.own_authority:
            roles = role_keys(ctx.actor) if roles is None else roles
            own = max((s.level for s in crossed if holds(ctx.actor, s.role_id, roles)), default=0)
            crossed = [step for step in crossed if step.level > own]
        found += [Need(policy, step, at.of(policy.measure)) for step in crossed]
    return found


def _is_crossed(policy: ApprovalPolicy, step: ApprovalStep, at: Standing) -> bool:
    value = at.of(policy.measure)
    if value is None:
        return True
    return value < step.threshold if Measure(policy.measure).is_margin else value > step.threshold


def fingerprint(*, quote: Quote, lines: Sequence[QuoteLine]) -> str:
    """Equal as long as what is offered, at which price, is the same."""
    rows = [
        [
            *(line.position, line.item_id, line.is_optional, line.alternative_of),
            *(f"{n.normalize():f}" for n in (line.quantity, line.price, line.discount)),
        ]
        for line in sorted(lines, key=lambda line: line.position)
    ]
    text = json.dumps([quote.customer_id, quote.currency, f"{quote.freight.normalize():f}", rows])
    return hashlib.sha256(text.encode()).hexdigest()


def release(ctx: Ctx, *, quote: Quote, lines: Sequence[QuoteLine]) -> str:
    """Why a quote may not be sent yet; nothing when it may."""
    if not ApprovalPolicy.objects.filter(is_active=True).exists():
        return ""
    found = needs(ctx, quote=quote, at=standing(ctx, quote=quote, lines=lines))
    if not found:
        return ""
    print_of = fingerprint(quote=quote, lines=lines)
    asked = Approval.objects.filter(quote=quote, fingerprint=print_of).order_by("-pk").first()
    if asked is not None and asked.state == ApprovalState.APPROVED:
        return ""
    why = "; ".join(dict.fromkeys(need.sentence for need in found))
    who = ", ".join(dict.fromkeys(str(need.step.role) for need in found))
    if asked is not None and asked.state == ApprovalState.WAITING:
        return _t("{why}. It waits for {who}.").format(why=why, who=who)
    if asked is not None and asked.state == ApprovalState.REFUSED:
        return _t("{why}. It was not approved: {reason}").format(why=why, reason=asked.reason)
    return _t("{why}. Ask for approval; {who} will decide.").format(why=why, who=who)


def open_decisions(decisions: Iterable[ApprovalDecision]) -> list[ApprovalDecision]:
    """Those whose turn it is: in each policy the lowest level that has not been decided."""
    waiting = [one for one in decisions if one.state == DecisionState.WAITING]
    first = {one.policy: min(o.level for o in waiting if o.policy == one.policy) for one in waiting}
    return [one for one in waiting if one.level == first[one.policy]]


def waiting_for(ctx: Ctx) -> QuerySet[Approval]:
    """The approvals in which it is the actor's turn, the oldest first."""
    lower = ApprovalDecision.objects.filter(
        approval=OuterRef("approval"),
        policy=OuterRef("policy"),
        level__lt=OuterRef("level"),
        state=DecisionState.WAITING,
    )
    turn = ApprovalDecision.objects.filter(approval=OuterRef("pk"), state=DecisionState.WAITING)
    if not ctx.actor.is_superuser:
        turn = turn.filter(role__in=role_keys(ctx.actor))
    turn = turn.exclude(Exists(lower)).exclude(four_eyes=True, approval__asked_by=ctx.actor.pk)
    rows = Approval.objects.filter(Exists(turn), state=ApprovalState.WAITING)
    return rows.select_related("quote__customer", "asked_by").order_by("pk")


def latest_approval(*, quote: Quote) -> Approval | None:
    """What was asked last about a quote."""
    return Approval.objects.filter(quote=quote).order_by("-pk").first()


def on_the_desk_of(actor: Any) -> QuerySet[ApprovalDecision, Any]:
    """The keys of approvals in which a role of somebody has a say."""
    roles = RoleHolder.objects.filter(user=actor.pk).values("role")
    return ApprovalDecision.objects.filter(role__in=roles).values("approval")
