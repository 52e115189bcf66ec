"""Saying what matters how much, pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.sourcing.events import CriteriaWeighed
from loomline.domains.sourcing.models import Criterion, Measure, Rfq, RfqState
from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import NotInstalled
from loomline.engines.sourcing.weights import judgement_matrix, weights_of
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused

RUNNING = (RfqState.DRAFT, RfqState.ASKED)
WEIGHT = Decimal("0.000001")


class JudgementsIncomplete(Refused):
    """Each pair is judged once, on the usual scale."""

    says = _("The criteria cannot be weighed: {why}")


class JudgementsContradict(Refused):
    """Weights from judgements that contradict each other say nothing."""

    says = _(
        "These judgements contradict each other (consistency ratio {ratio}, 0.10 at most). "
        "{one} against {other} fits the rest least: {fitting} would fit."
    )


class WeighedTooLate(Refused):
    """What matters is said before it is decided."""

    says = _("{number} is {state}; it is decided by the weights it had.")


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """One criterion matters so many times as much as another: 1 alike, 9 far more, 1/9 far less."""

    one: Measure
    other: Measure
    times: Decimal


@command(label=_("Weigh criteria"), icon="scale", states=RUNNING)
def weigh_criteria(ctx: Ctx, *, rfq: Rfq, judgements: list[Judgement]) -> Rfq:
    """Weigh what the bids are judged by, from judgements of pairs (analytic hierarchy process)."""
    rfq = lock(rfq)

    if rfq.state not in RUNNING:
        raise WeighedTooLate(number=rfq.number, state=rfq.state.label.lower())
    weights, ratio = _weighed(judgements)

    Criterion.objects.filter(rfq=rfq).delete()
    Criterion.objects.bulk_create(
        Criterion(rfq=rfq, measure=measure, weight=weight) for measure, weight in weights.items()
    )
    Rfq.objects.filter(pk=rfq.pk).update(consistency=ratio)
    rfq.consistency = ratio

    said = sorted(weights.items(), key=lambda one: -one[1])
    words = ", ".join(f"{measure.label} {weight * 100:.0f} %" for measure, weight in said)
    ctx.emit(CriteriaWeighed(rfq_id=rfq.pk, number=rfq.number, criteria=words))
    return rfq


def _weighed(judgements: Sequence[Judgement]) -> tuple[dict[Measure, Decimal], Decimal]:
    names = list(dict.fromkeys(Measure(name) for row in judgements for name in (row.one, row.other)))
    rows = [(Measure(row.one).value, Measure(row.other).value, float(row.times)) for row in judgements]
    try:
        made = weights_of(judgement_matrix([name.value for name in names], rows))
    except (BadInput, NotInstalled) as fault:
        raise JudgementsIncomplete(why=str(fault), at_field="judgements") from fault
    if not made.is_consistent and made.most_inconsistent is not None:
        row, column = made.most_inconsistent
        raise JudgementsContradict(
            ratio=f"{made.consistency_ratio:.2f}",
            one=names[row].label,
            other=names[column].label,
            fitting=plain(Decimal(f"{made.fitting:.2f}")),
            at_field="judgements",
        )
    weights = {
        name: Decimal(str(value)).quantize(WEIGHT)
        for name, value in zip(names, made.values.tolist(), strict=True)
    }
    return weights, Decimal(f"{made.consistency_ratio:.4f}")
