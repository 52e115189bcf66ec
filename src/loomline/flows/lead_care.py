"""A lead that comes in is scored and handed out; leads and deals show what is reckoned about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from loomline.domains.leads import commands as leads
from loomline.domains.leads import queries
from loomline.domains.leads.events import FormSubmitted
from loomline.domains.leads.models import Score, ScoreBand, WinChance
from loomline.domains.pipeline import ports as pipeline
from loomline.domains.pipeline.events import LeadCaptured
from loomline.domains.pipeline.models import Lead, LeadState, Opportunity
from loomline.kernel.context import Ctx
from loomline.kernel.event import on
from loomline.kernel.port import fill

SHOWN = 4


@on(LeadCaptured)
def lead_captured(ctx: Ctx, event: LeadCaptured) -> None:
    """Scored and handed out at once; leads of an import, in bulk, within five minutes."""
    # How a lead of a form came to us is written right after it: that one waits for the form to be told.
    if ctx.via != "import" and ctx.within != "leads.submit_form":
        _care_for(ctx, Lead.objects.get(pk=event.lead_id))


@on(FormSubmitted)
def form_submitted(ctx: Ctx, event: FormSubmitted) -> None:
    """Who fills in a form once more is warmer than before."""
    _care_for(ctx, Lead.objects.get(pk=event.lead_id))


def _care_for(ctx: Ctx, lead: Lead) -> None:
    leads.score_now(ctx, leads=[lead])
    if lead.owner_id is None and lead.state == LeadState.NEW:
        try:
            leads.assign_by_rules(ctx, leads=[lead])
        except (leads.NoRules, leads.NobodyFits):
            # Without anybody who is free it waits in the list "Without owner".
            return


@fill(pipeline.answer_due)
def answer_due(*, lead: Lead) -> datetime | None:
    """Until when the target wants the lead to be answered."""
    target = queries.target_of(lead=lead)
    return lead.captured_at + timedelta(minutes=target.minutes) if target is not None else None


@fill(pipeline.chances)
def chances(*, opportunity_ids: Iterable[int]) -> Mapping[int, Decimal]:
    """The learned chances in percent."""
    found = queries.chances_of(opportunity_ids=opportunity_ids)
    return {pk: (chance.probability * 100).quantize(Decimal(1)) for pk, chance in found.items()}


@fill(pipeline.assessments)
def assessments(ctx: Ctx, *, record: Lead | Opportunity) -> Sequence[pipeline.Assessment]:
    """Each active score, and for a deal the chance to win it."""
    subject = "lead" if isinstance(record, Lead) else "opportunity"
    found = [_score(score, bands) for score, bands in queries.scores_of(subject=subject, pk=record.pk)]
    if isinstance(record, Opportunity):
        chance = queries.chances_of(opportunity_ids=[record.pk]).get(record.pk)
        found += [_chance(record, chance)] if chance is not None else []
    return found


def _score(score: Score, bands: Sequence[ScoreBand]) -> pipeline.Assessment:
    best = bands[-1] if bands else None
    low = score.model.least
    lines = sorted(score.lines.all(), key=lambda line: -abs(line.counts))[:SHOWN]
    return pipeline.Assessment(
        title=score.model.name,
        value=(Decimal(100) * (score.total - low) / (score.model.most - low)).quantize(Decimal(1)),
        headline=best.name if best else _("{n} points").format(n=f"{score.total:.0f}"),
        text=_("{n} points of {most}").format(n=f"{score.total:.0f}", most=f"{score.model.most:.0f}"),
        tone=best.tone if best else "muted",
        reasons=[(line.rule, f"{line.counts:+.1f}: {line.evidence}") for line in lines],
    )


def _chance(deal: Opportunity, chance: WinChance) -> pipeline.Assessment:
    share, model = chance.probability * 100, chance.model
    text = _("AUC {auc}, Brier {brier}; {n} decided deals").format(
        auc=model.auc, brier=model.brier, n=model.won + model.lost
    )
    return pipeline.Assessment(
        title=_("Chance to win"),
        value=share.quantize(Decimal(1)),
        headline=_("{n} %").format(n=f"{share:.0f}"),
        text=text,
        tone="ok" if share >= 50 else "warn" if share >= 20 else "bad",
        reasons=[(reason.trait, f"{reason.value}: {reason.words}") for reason in deal.win_reasons.all()],
    )
