"""What becomes of recommendations, and which service is wanted."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.stocking.events import (
    RecommendationsAccepted,
    RecommendationsDismissed,
    TargetsSet,
)
from loomline.domains.stocking.models import AdviceState, Measure, Method, Recommendation, StockingRule
from loomline.domains.supplyplan import commands as supplyplan
from loomline.domains.supplyplan.commands import PolicyDraft
from loomline.domains.supplyplan.models import LotRule
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused

ZERO = Decimal(0)
DECIDABLE = (AdviceState.OPEN, AdviceState.DISMISSED)


class WhyMissing(Refused):
    """The next planner wants to know why."""

    says = _("Say why the recommendation is dismissed.")


class PointMissing(Refused):
    """A point of the curve has a service for each class."""

    says = _("This point has no service for each class. Choose one of the table.")


class NothingOpen(Refused):
    """What was decided, or fits already, is left alone."""

    says = _("None of these recommendations is open any more. Recommend anew to see how they stand.")


@command(states=("open", "dismissed"), label=_("Accept"), icon="check")
def accept_recommendations(ctx: Ctx, *, recommendations: list[Recommendation]) -> list[Recommendation]:
    """Make planning policies of recommendations, so that the next plan follows them."""
    rows = _open(recommendations, DECIDABLE)

    supplyplan.agree_policies(ctx, drafts=[policy_of(row) for row in rows])
    for row in rows:
        row.state, row.reason = AdviceState.ACCEPTED, ""
    Recommendation.objects.bulk_update(rows, ["state", "reason"], batch_size=500)

    ctx.emit(RecommendationsAccepted(recommendation_ids=tuple(row.pk for row in rows), count=len(rows)))
    return rows


@command(states=("open",), label=_("Dismiss"), icon="x")
def dismiss_recommendations(
    ctx: Ctx, *, recommendations: list[Recommendation], reason: str
) -> list[Recommendation]:
    """Leave policies as they are, and say why; it comes again when it says something else."""
    if not reason.strip():
        raise WhyMissing(at_field="reason")
    rows = _open(recommendations, (AdviceState.OPEN,))

    for row in rows:
        row.state, row.reason = AdviceState.DISMISSED, reason.strip()[:300]
    Recommendation.objects.bulk_update(rows, ["state", "reason"], batch_size=500)

    ctx.emit(
        RecommendationsDismissed(
            recommendation_ids=tuple(row.pk for row in rows), count=len(rows), reason=reason.strip()[:300]
        )
    )
    return rows


@command(hidden=True)
def choose_targets(ctx: Ctx, *, target_a: Decimal, target_b: Decimal, target_c: Decimal) -> StockingRule:
    """Want the service of another point of the exchange curve: shares of demand filled, by class."""
    made, _is_new = StockingRule.objects.get_or_create(site=None)
    rule: StockingRule = lock(made)

    rule.measure = Measure.FILL
    rule.target_a, rule.target_b, rule.target_c = target_a, target_b, target_c
    rule.save(update_fields=["measure", "target_a", "target_b", "target_c"])

    ctx.emit(TargetsSet(rule_id=rule.pk, a=f"{target_a:.2%}", b=f"{target_b:.2%}", c=f"{target_c:.2%}"))
    return rule


def policy_of(row: Recommendation) -> PolicyDraft:
    """The policy that a recommendation comes to; where the plan knows the demand, without an order point."""
    fixed = row.method == Method.KANBAN
    rhythm = row.method == Method.RS and row.interval_days
    return PolicyDraft(
        item=row.item,
        site=row.site,
        safety_stock=row.safety_stock,
        reorder_level=ZERO if row.is_planned else row.reorder_level,
        rule=LotRule.FIXED if fixed else LotRule.PERIOD if rhythm else LotRule.LOT_FOR_LOT,
        fixed_quantity=row.order_quantity if fixed else None,
        period_days=row.interval_days if rhythm else None,
        minimum=None if fixed or rhythm else row.order_quantity,
    )


def _open(given: list[Recommendation], states: tuple[AdviceState, ...]) -> list[Recommendation]:
    locked: list[Recommendation] = lock_all(given)
    kept = {row.pk for row in locked if row.state in states}
    if not kept:
        raise NothingOpen
    found = Recommendation.objects.filter(pk__in=kept).select_related("item", "site")
    return list(found.order_by("pk"))
