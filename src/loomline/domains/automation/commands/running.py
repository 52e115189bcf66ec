"""Beginning runs and carrying them out, step by step, each step once.

A run and its steps are written before anything is done, so that what was begun is known after any fall. Every
step is one transaction: the command, and the word that it was done.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db import OperationalError, transaction
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from loomline.domains.automation import queries
from loomline.domains.automation.models import RuleVersion, Run, RunState, RunStep, StepState
from loomline.domains.automation.queries import Case, reach
from loomline.engines.rules import limits
from loomline.engines.rules.problem import CannotReckon
from loomline.kernel import edit
from loomline.kernel.audit import Activity, Change
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent, revive
from loomline.kernel.refusal import Refused

log = logging.getLogger("loomline.automation")
TRIES = 5
AT_ONCE = 200


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What sets a version off: a key that is never met twice, and how people call it."""

    key: str
    says: str
    event: StoredEvent | None = None
    activity: Activity | None = None
    lineage: Sequence[int] = field(default_factory=tuple)
    note: str = ""


def begin(ctx: Ctx, *, version: RuleVersion, cause: Cause, cases: Iterable[Case]) -> Run | None:
    """Write down what a version will do for a cause; None when that is nothing, or was done before."""
    if Run.objects.filter(version=version, cause=cause.key).exists():
        return None
    given = list(cases)
    judged = [(case, *queries.judged(ctx, version, case)) for case in given]
    resting = reach.resting(ctx, version, version.rule_id, [case.record for case in given])
    chosen = [case for case, fits, _why in judged if fits and case.record.pk not in resting]
    puzzling = [f"{case.record}: {why}" for case, _fits, why in judged if why]
    if not chosen and not puzzling:
        return None
    objection = limits.objection(version.rule_id, cause.lineage) if chosen else ""
    if objection:
        return _write(ctx, version, cause, [], state=RunState.STOPPED, note=_loop(objection))
    state = RunState.WAITING if chosen else RunState.STOPPED
    return _write(
        ctx,
        version,
        cause,
        chosen,
        state=state,
        note="\n".join([*filter(None, [cause.note]), *puzzling[:20]]),
    )


def carry_on(ctx: Ctx, *, most: int = AT_ONCE) -> int:
    """Carry out what waits, oldest first; returns how many runs came to an end."""
    keys = list(queries.open_runs().values_list("pk", flat=True)[:most])
    return sum(carry_out(ctx, key=key) is not None for key in keys)


def carry_out(ctx: Ctx, *, key: int) -> Run | None:
    """Do the waiting steps of a run as far as the rate allows; None while something is left to do."""
    with transaction.atomic():
        run = queries.open_runs().select_for_update(of=("self",), skip_locked=True).filter(pk=key).first()
        if run is None:
            return None
    steps = list(run.steps.filter(state=StepState.WAITING).order_by("kind", "object_id", "position"))
    room = queries.room_of(ctx, run, len(steps))
    for _record, group in groupby(steps, key=lambda step: (step.kind, step.object_id)):
        # Somebody may have paused the rule or stopped the run while it worked.
        if not queries.open_runs().filter(pk=key).exists():
            return None
        for step in group:
            if room <= 0:
                _hold(ctx, run)
                return None
            room -= 1
            if not _take(ctx, run, step):
                break
    return _finish(ctx, run)


def case_of(run: Run, record: Any) -> Case:
    """What a run knows about a record: the event that was told, or the change that was made."""
    if run.event is not None:
        return Case(record, event=revive(run.event.name, run.event.payload))
    if run.activity is None:
        return Case(record)
    changes = Change.objects.filter(
        activity=run.activity, kind=record._meta.db_table, object_id=record.pk, operation="U"
    )
    return Case(record, change=changes.order_by("id").first())


def _write(
    ctx: Ctx, version: RuleVersion, cause: Cause, cases: Sequence[Case], *, state: RunState, note: str
) -> Run | None:
    run, is_new = Run.objects.get_or_create(
        version=version,
        cause=cause.key,
        defaults={
            "rule": version.rule,
            "says": cause.says[:300],
            "event": cause.event,
            "activity": cause.activity,
            "lineage": list(cause.lineage),
            "state": state,
            "note": note,
            "at": ctx.now,
            "ended_at": None if state == RunState.WAITING else ctx.now,
            "records": len(cases),
        },
    )
    if not is_new:
        return None
    RunStep.objects.bulk_create(
        (
            RunStep(
                run=run,
                kind=case.record._meta.label_lower,
                object_id=case.record.pk,
                subject=str(case.record)[:200],
                position=position,
                command=action.command,
            )
            for case in cases
            for position, action in enumerate(version.steps)
        ),
        batch_size=1000,
    )
    return run


def _take(ctx: Ctx, run: Run, step: RunStep) -> bool:
    """Do one step; False when it failed, so that what follows on the same record waits."""
    try:
        with transaction.atomic():
            held = RunStep.objects.select_for_update().get(pk=step.pk)
            if held.state != StepState.WAITING:
                return held.state == StepState.DONE
            activity = do_step(ctx, run, held)
            RunStep.objects.filter(pk=step.pk).update(
                state=StepState.DONE, activity_id=activity, tries=held.tries + 1, done_at=ctx.now, reason=""
            )
        return True
    except OperationalError as fault:
        # Others held the rows: the step waits for the next look, but not for ever.
        state = StepState.WAITING if step.tries + 1 < TRIES else StepState.FAILED
        _note(step, state, _t("Others were changing the same records: {fault}").format(fault=fault))
    except Refused as refusal:
        _note(step, StepState.FAILED, str(refusal))
    except Exception as fault:
        log.exception("Step %s of run %s failed", step.pk, run.pk)
        _note(
            step,
            StepState.FAILED,
            _t("An unexpected fault: {fault}. The log has the details.").format(fault=fault),
        )
    return False


def do_step(ctx: Ctx, run: Run, step: RunStep) -> int:
    """Give the command of a step with the owner's rights, in the name of "Rules"; returns its activity."""
    owner = run.rule.owner
    looking = queries.owner_ctx(ctx, owner)
    found = reach.seen_by(ctx, run.version, owner, [step.object_id])
    if not found:
        raise Refused(_t("The owner of the rule, {owner}, does not see this record (any more)."), owner=owner)
    action = run.version.steps[step.position]
    try:
        doing, arguments = queries.resolved(looking, action, case_of(run, found[0]))
    except CannotReckon as fault:
        raise Refused(fault.problem.says) from fault
    queries.require(ctx, owner, doing.command, arguments)
    doing.command(queries.acting_ctx(ctx, run, owner, doing.command), **arguments)
    return edit.own_activity()


def _note(step: RunStep, state: StepState, reason: str) -> None:
    RunStep.objects.filter(pk=step.pk).update(state=state, reason=reason, tries=step.tries + 1)


def _hold(ctx: Ctx, run: Run) -> None:
    at = queries.free_at(ctx, run).astimezone(ctx.company.zone)
    note = _t("The rate of the rule is reached; the next action is free at {at}.")
    Run.objects.filter(pk=run.pk).update(state=RunState.HELD, note=note.format(at=at.strftime("%H:%M")))


def _finish(ctx: Ctx, run: Run) -> Run | None:
    states = set(run.steps.values_list("state", flat=True))
    if StepState.FAILED in states:
        state = RunState.FAILED
    elif StepState.WAITING in states:
        return None
    else:
        state = RunState.DONE
    failed = run.steps.filter(state=StepState.FAILED).count()
    note = ngettext("{n} step failed.", "{n} steps failed.", failed).format(n=failed) if failed else ""
    if run.state == RunState.WAITING and run.note and not failed:
        note = run.note
    run.state, run.note, run.ended_at = state, note, ctx.now
    Run.objects.filter(pk=run.pk).update(state=state, note=note, ended_at=ctx.now)
    return run


def _loop(objection: str) -> str:
    if objection == "itself":
        return _t("Not begun: the rule itself led here, and would go round in a circle.")
    return _t("Not begun: {n} rules in a row have led here.").format(n=limits.DEEPEST)
