"""Reckoning scores anew, and changing what gives points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.leads import queries
from loomline.domains.leads.events import ScoreBandEntered, ScoreBandLeft
from loomline.domains.leads.models import Score, ScoreLine, ScoreModel, ScoreRule, Subject
from loomline.domains.leads.queries import Reckoned
from loomline.domains.leads.queries.scoring import line_evidence
from loomline.domains.pipeline.models import Lead
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused

BATCH = 500


class RuleOfOther(Refused):
    """A change names the rules of its own model."""

    says = _("Rule {pk} does not belong to {model}.")


@dataclass(frozen=True, kw_only=True)
class RuleChange:
    """Other points, half-life and cap for one rule."""

    rule_id: int
    points: Decimal
    half_life_days: int | None = None
    cap: Decimal | None = None
    is_active: bool = True


@command(hidden=True)
def rescore(ctx: Ctx, *, model: ScoreModel, keys: list[int]) -> list[int]:
    """Reckon what a model says of some records and tell whose band changed. Returns the keys that scored."""
    rules = list(model.rules.all())
    engine = queries.as_engine(model, rules)
    by_name = {rule.name: rule for rule in rules}
    done: list[int] = []
    for start in range(0, len(keys), BATCH):
        part = keys[start : start + BATCH]
        found = queries.reckoned(model, engine, keys=part, now=ctx.now)
        _keep(ctx, model, found, by_name)
        # What is no longer there, or no longer open, has no score.
        kept = [one.pk for one in found]
        gone = Score.objects.filter(model=model, **{f"{model.subject}__in": part})
        gone.exclude(**{f"{model.subject}__in": kept}).delete()
        done += kept
    ScoreModel.objects.filter(pk=model.pk).update(read_at=ctx.now)
    return done


@command(label=_("Score now"), icon="refresh", hidden=True)
def score_now(ctx: Ctx, *, leads: list[Lead]) -> list[Lead]:
    """Reckon leads as soon as they come in, so that whoever answers first knows how warm they are."""
    for model in ScoreModel.objects.filter(subject=Subject.LEAD, is_active=True).order_by("pk"):
        rescore(ctx, model=model, keys=[lead.pk for lead in leads])
    return leads


@command(label=_("Change points"), icon="adjustments-horizontal", undo=True, hidden=True)
def change_score_rules(ctx: Ctx, *, model: ScoreModel, changes: Sequence[RuleChange]) -> ScoreModel:
    """Change points, half-lives and caps of several rules together, as a preview has shown them."""
    model = lock(model)
    rules = {rule.pk: rule for rule in model.rules.select_for_update()}

    for change in changes:
        if change.rule_id not in rules:
            raise RuleOfOther(pk=change.rule_id, model=model)

    for change in changes:
        rule = rules[change.rule_id]
        rule.points, rule.cap, rule.is_active = change.points, change.cap, change.is_active
        rule.half_life_days = change.half_life_days if rule.kind == "behaviour" else None
    ScoreRule.objects.bulk_update(rules.values(), ["points", "half_life_days", "cap", "is_active"])
    return model


def _keep(ctx: Ctx, model: ScoreModel, found: Sequence[Reckoned], rules: dict[str, ScoreRule]) -> None:
    """Write scores and their lines anew, and tell which bands were entered and left."""
    name = f"{model.subject}_id"
    keys = [one.pk for one in found]
    before = {
        getattr(score, name): score
        for score in Score.objects.filter(model=model, **{f"{model.subject}__in": keys}).select_for_update()
    }
    fresh = []
    for one in found:
        score = before.get(one.pk) or Score(model=model, **{name: one.pk})
        _tell(ctx, model, one, set(score.bands))
        score.total, score.bands, score.scored_at = one.score.total, list(one.bands), ctx.now
        fresh.append(score)
    Score.objects.bulk_update([s for s in fresh if s.pk], ["total", "bands", "scored_at"])
    Score.objects.bulk_create([s for s in fresh if not s.pk])
    ScoreLine.objects.filter(score__in=[score.pk for score in fresh]).delete()
    ScoreLine.objects.bulk_create(
        ScoreLine(
            score=score,
            rule=line.rule[:80],
            points=line.points,
            counts=line.counts,
            at=line.at,
            evidence=line_evidence(line, rules)[:300],
            **{name: one.pk},
        )
        for score, one in zip(fresh, found, strict=True)
        for line in one.score.lines
    )


def _tell(ctx: Ctx, model: ScoreModel, one: Reckoned, before: set[str]) -> None:
    said: dict[str, Any] = {
        f"{model.subject}_id": one.pk,
        "model": model.name,
        "total": f"{one.score.total:.0f}",
    }
    for band in one.bands:
        if band not in before:
            ctx.emit(ScoreBandEntered(band=band, **said))
    for band in sorted(before - set(one.bands)):
        ctx.emit(ScoreBandLeft(band=band, **said))
