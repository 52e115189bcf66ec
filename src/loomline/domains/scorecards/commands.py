"""Reckoning scores, disputing them, and settling disputes."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.models import Party
from loomline.domains.scorecards import queries
from loomline.domains.scorecards.events import DisputeSettled, ScoreDisputed, SupplierScored
from loomline.domains.scorecards.models import Rank, Score
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class PeriodMissing(Refused):
    """A period has a beginning and an end."""

    says = _("The period ends on {ends_on}, before it begins.")


class NoRules(Refused):
    """Figures become points by rules."""

    says = _("No scoring rule is in use. Turn some on first.")


class NothingHappened(Refused):
    """Where nothing happened, nothing is scored."""

    says = _("Nothing of {who} fell due, came in or was inspected in this period.")


class WhyMissing(Refused):
    """The other side wants to know why."""

    says = _("Say why.")


@command(creates=Score, icon="chart-bar", label=_("Score suppliers"))
def score_suppliers(ctx: Ctx, *, starts_on: date, ends_on: date, supplier: Party | None = None) -> Score:
    """Reckon the scores of a period from what happened in it; a score that is there is reckoned anew."""
    return score_all(ctx, starts_on=starts_on, ends_on=ends_on, supplier=supplier)[0]


@command(hidden=True)
def score_all(ctx: Ctx, *, starts_on: date, ends_on: date, supplier: Party | None = None) -> list[Score]:
    """The same for all suppliers at once; the period is [starts_on, ends_on)."""
    if ends_on <= starts_on:
        raise PeriodMissing(ends_on=ends_on, at_field="ends_on")
    by = queries.rules()
    if not by:
        raise NoRules
    ids = [supplier.pk] if supplier else None
    found = queries.figures(
        starts_on=starts_on, ends_on=ends_on, zone=str(ctx.company.zone), supplier_ids=ids
    )
    if not found:
        raise NothingHappened(who=supplier or _("any supplier"), at_field="starts_on")

    before = {
        row.supplier_id: row.points
        for row in Score.objects.filter(supplier__in=found, ends_on__lte=starts_on).order_by("ends_on", "pk")
    }
    made = []
    for pk, one in sorted(found.items()):
        points = queries.points_of(one.values, by)
        made.append(
            Score(
                supplier_id=pk,
                starts_on=starts_on,
                ends_on=ends_on,
                points=points,
                before=before.get(pk),
                rank=queries.rank_of(points, lines=one.lines).value,
                lines=one.lines,
                figures={name: str(value) for name, value in one.values.items()},
                reckoned_at=ctx.now,
            )
        )
    Score.objects.bulk_create(
        made,
        update_conflicts=True,
        unique_fields=["supplier", "starts_on", "ends_on"],
        update_fields=["points", "before", "rank", "lines", "figures", "reckoned_at"],
    )
    kept = Score.objects.filter(supplier__in=found, starts_on=starts_on, ends_on=ends_on)
    scores = list(kept.select_related("supplier").order_by("supplier_id"))

    for score in scores:
        ctx.emit(
            SupplierScored(
                score_id=score.pk,
                supplier_id=score.supplier_id,
                supplier=score.supplier.name,
                points=score.points,
                rank=str(Rank(score.rank).label).lower(),
                starts_on=starts_on,
            )
        )
    return scores


@command(move="dispute", label=_("Dispute"), icon="message-2")
def dispute_score(ctx: Ctx, *, score: Score, reason: str) -> Score:
    """Say that a score is not right, and why; while it is disputed it blocks nothing."""
    score = lock(score)
    if not reason.strip():
        raise WhyMissing(at_field="reason")

    advance(score, "dispute", objection=reason[:500], resolution="")

    ctx.emit(
        ScoreDisputed(
            score_id=score.pk,
            supplier_id=score.supplier_id,
            supplier=score.supplier.name,
            points=score.points,
            reason=reason,
        )
    )
    return score


@command(move="settle", label=_("Settle"), icon="check")
def settle_dispute(ctx: Ctx, *, score: Score, resolution: str) -> Score:
    """Answer a dispute: the score is reckoned anew from what the records say by now."""
    score = lock(score)
    if not resolution.strip():
        raise WhyMissing(at_field="resolution")

    advance(score, "settle", resolution=resolution[:500])
    score_all(ctx, starts_on=score.starts_on, ends_on=score.ends_on, supplier=score.supplier)
    score.refresh_from_db()

    ctx.emit(
        DisputeSettled(
            score_id=score.pk,
            supplier_id=score.supplier_id,
            supplier=score.supplier.name,
            points=score.points,
            resolution=resolution,
        )
    )
    return score
