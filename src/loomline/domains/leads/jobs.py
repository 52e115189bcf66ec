"""What lead handling does by the clock: hand out, score, learn."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as queue

from loomline.domains.leads import commands, queries
from loomline.domains.leads.commands import ChanceDraft, LearnedDraft
from loomline.domains.leads.models import AssignmentRule, ScoreModel
from loomline.domains.leads.queries import Case
from loomline.domains.pipeline.models import Lead, LeadState
from loomline.engines.bad_input import BadInput
from loomline.engines.columns import Columns
from loomline.engines.prediction import classification
from loomline.engines.prediction.classification import Learned
from loomline.engines.prediction.preparing import Question
from loomline.engines.prediction.reasons import Reason, reasons
from loomline.engines.watch import Watch
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, job
from loomline.kernel.refusal import Refused

ACTOR = "Leads"
# Facts are told in the order of their transactions' ends, not of their moments; this much is read twice.
OVERLAP = timedelta(minutes=10)
BATCH = 500
STEP = Decimal("0.0001")


@job(title=_("Hand out leads that nobody has"))
def hand_out(ctx: Ctx, run: JobRun) -> dict[str, Any]:
    """Leads of an import, and those for whom nobody was free when they came in."""
    if not AssignmentRule.objects.filter(is_active=True).exists():
        return {"leads": 0}
    waiting = Lead.objects.filter(state=LeadState.NEW, owner__isnull=True).order_by("pk")
    total = waiting.count()
    seen = given = last = 0
    # By key: those for whom nobody fits stay in the list, and must not stand before the others for ever.
    while part := list(waiting.filter(pk__gt=last)[:BATCH]):
        last = part[-1].pk
        seen += len(part)
        with suppress(commands.NobodyFits):
            given += len(commands.assign_by_rules(ctx, leads=part))
        run.report(seen, max(total, seen))
    return {"leads": given}


@job(title=_("Reckon scores"))
def reckon_scores(ctx: Ctx, run: JobRun, *, everything: bool = False) -> dict[str, Any]:
    """Those about whom something was told since the last time, or everybody, for points age by themselves."""
    models = list(ScoreModel.objects.filter(is_active=True).order_by("pk"))
    scored = 0
    for at, model in enumerate(models):
        keys = queries.to_score(model) if everything else queries.stirred(model, since=_since(ctx, model))
        for start in range(0, len(keys), BATCH):
            scored += len(commands.rescore(ctx, model=model, keys=keys[start : start + BATCH]))
            run.report(at * 100 + 100 * start // max(len(keys), 1), len(models) * 100)
    return {"models": len(models), "records": scored}


def _since(ctx: Ctx, model: ScoreModel) -> datetime:
    return (model.read_at or ctx.now - timedelta(days=3650)) - OVERLAP


@job(title=_("Learn how likely deals are won"))
def learn_chances(ctx: Ctx, run: JobRun) -> dict[str, Any]:
    """Learn from decided deals (K5) and score the open ones; with too few of either outcome, say so."""
    won, lost, is_enough = queries.enough()
    if not is_enough:
        says = _t("{won} won and {lost} lost deals; at least {least} of each are needed.")
        said = says.format(won=won, lost=lost, least=classification.LEAST_OF_EACH)
        commands.keep_chances(ctx, learned=LearnedDraft(won=won, lost=lost, says=said), chances=[])
        return {"won": won, "lost": lost, "scored": 0}
    cases = queries.cases(now=ctx.now)
    watch = Watch(lambda done, says: run.report(int(done * 100), 100, says))
    try:
        learned = classification.learn(as_table(cases), QUESTION, watch)
    except BadInput as fault:
        commands.keep_chances(ctx, learned=LearnedDraft(won=won, lost=lost, says=str(fault)), chances=[])
        raise Refused(str(fault)) from fault
    draft = told(learned, won, lost)
    chances = chances_of(learned, cases) if learned.model.is_better_than_chance else []
    commands.keep_chances(ctx, learned=draft, chances=chances)
    return {"won": won, "lost": lost, "scored": len(chances)}


QUESTION = Question(
    "outcome", positive="won", negative="lost", identity="deal", date="day", exclude=("deal",), seed=1
)


def as_table(cases: list[Case]) -> Columns:
    """Cases as the engine reads them: a column a trait, each cell a text."""
    names = list(cases[0].traits)
    cells = {name: [case.traits[name] for case in cases] for name in names}
    cells["deal"] = [f"D{case.pk}" for case in cases]
    cells["day"] = [case.at.date().isoformat() for case in cases]
    cells["outcome"] = [case.outcome for case in cases]
    return Columns("deals", cells, len(cases))


def told(learned: Learned, won: int, lost: int) -> LearnedDraft:
    """What the hold-out says of the model."""
    quality = learned.model.quality
    better = learned.model.is_better_than_chance
    return LearnedDraft(
        won=won,
        lost=lost,
        says="" if better else _t("What is known of deals does not tell won from lost better than chance."),
        auc=_figure(quality.auc),
        auc_low=_figure(quality.auc_low),
        auc_high=_figure(quality.auc_high),
        brier=_figure(quality.brier),
        base_brier=_figure(quality.base_brier),
        calibration=[(b.cases, round(b.said, 4), round(b.came, 4)) for b in quality.reliability],
        chosen=learned.model.chosen,
        split=learned.model.split,
    )


def chances_of(learned: Learned, cases: list[Case]) -> list[ChanceDraft]:
    """The chance of each open deal with its three weightiest reasons."""
    still = [at for at, case in enumerate(cases) if not case.outcome]
    model = learned.model
    why: list[list[Reason]] = reasons(model.learner, model.traits, learned.values[still]) if still else []
    return [
        ChanceDraft(
            opportunity_id=cases[at].pk,
            probability=_figure(float(learned.probability[at])),
            reasons=[(one.column, one.value, _figure(one.adds)) for one in each],
        )
        for at, each in zip(still, why, strict=True)
    ]


def _figure(value: float) -> Decimal:
    return Decimal(str(value)).quantize(STEP)


@queue.periodic(cron="*/5 * * * *")
@queue.task(name="leads.look_after", queueing_lock="leads.look_after")
def look_after(timestamp: int) -> None:
    """Every five minutes: hand out what nobody has, and score those about whom there is news."""
    ctx = Ctx.new(actor=system_actor(ACTOR), via="job")
    is_waiting = Lead.objects.filter(state=LeadState.NEW, owner__isnull=True).exists()
    if is_waiting and AssignmentRule.objects.filter(is_active=True).exists():
        hand_out.start(ctx)
    models = ScoreModel.objects.filter(is_active=True).prefetch_related("rules")
    if any(queries.stirred(model, since=_since(ctx, model)) for model in models):
        reckon_scores.start(ctx)


@queue.periodic(cron="41 3 * * *")
@queue.task(name="leads.look_back", queueing_lock="leads.look_back")
def look_back(timestamp: int) -> None:
    """Each night: score everybody anew, and learn again who wins."""
    ctx = Ctx.new(actor=system_actor(ACTOR), via="job")
    reckon_scores.start(ctx, everything=True)
    learn_chances.start(ctx)
