"""Placing everything: at once by rules, and better where something better was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from loomline.domains.scheduling import queries
from loomline.domains.scheduling.events import ScheduleImproved, WorkScheduled
from loomline.domains.scheduling.models import Operation, RunKind, ScheduleRun
from loomline.domains.scheduling.queries import Facts, Place, Placed, Spot
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused

BATCH = 1000
KEPT_RUNS = 200
# One schedule, one hand that writes it.
LOCK = "SELECT pg_advisory_xact_lock(hashtext('loomline.scheduling'))"
# The first of them say where an operation is.
WHERE = 3
FIELDS = (
    *("centre", "machine", "starts_at", "ends_at", "setup_at", "setup_minutes", "work_minutes"),
    *("ready_at", "due_at", "late_days", "reason", "pinned_by"),
)
COLUMNS = [{"centre": "centre_id", "pinned_by": "pinned_by_id"}.get(name, name) for name in FIELDS]


class NoSchedule(Refused):
    """The rules found no place for something."""

    says = _("No schedule was found: {why} Check shifts and downtime of the work centres.")


class ScheduleMovedOn(Refused):
    """A better schedule is better than one that is no more."""

    says = _("The schedule or the work has changed meanwhile, so nothing was kept. Improve it once more.")


class NotBetter(Refused):
    """What is kept is never made worse by a machine."""

    says = _("What was found is no better than what is kept. Everything stays as it is.")


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """A stage in another place: which machine, from when to when."""

    stage_id: int
    machine: int
    starts_at: datetime
    ends_at: datetime


@command(label=_("Schedule now"), icon="refresh", undo=True)
def schedule_now(ctx: Ctx) -> ScheduleRun:
    """Place all open operations at once, by rules: what is settled or pinned stays where it is."""
    wait()
    facts = queries.read_facts(ctx)
    found = queries.place_at_once(facts)

    if found.reasons:
        raise NoSchedule(why=queries.in_words(facts, found.reasons))

    run = keep(ctx, found, kind=RunKind.SCHEDULE)

    ctx.emit(WorkScheduled(run_id=run.pk, operations=run.operations, late=run.late))
    return run


@command(hidden=True, undo=True)
def keep_improved(ctx: Ctx, *, found: list[Proposed]) -> ScheduleRun:
    """Put a better schedule in the place of the one that is kept; never a worse one."""
    wait()
    facts = queries.read_facts(ctx)
    kept, spots = queries.kept_spots(facts), _spots(facts, found)
    before = queries.figures(facts, kept)

    if not queries.is_sound(facts, spots) or set(kept) != set(facts.steps):
        raise ScheduleMovedOn
    if queries.figures(facts, spots).score >= before.score:
        raise NotBetter

    run = keep(ctx, Placed(facts, queries.settle(facts), spots, before), kind=RunKind.IMPROVE)

    ctx.emit(
        ScheduleImproved(
            run_id=run.pk, operations=run.operations, late=run.late, late_before=run.late_before or 0
        )
    )
    return run


def wait() -> None:
    """Let whoever writes the schedule finish first."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK)


def keep(
    ctx: Ctx, found: Placed, *, kind: RunKind, pinned: Mapping[int, Any] | None = None, note: str = ""
) -> ScheduleRun:
    """Write all places: rows stay with their stage, and go when it is done."""
    facts, moved = found.facts, 0
    fresh: list[Operation] = []
    changed: list[Operation] = []
    for pk, place in queries.places(facts, found.spots, found.plan).items():
        kept = facts.steps[pk].kept
        row = kept or Operation(stage=facts.steps[pk].stage)
        old = [getattr(row, name) for name in COLUMNS]
        _write(row, facts, pk, place)
        if pinned and pk in pinned:
            row.pinned_by = pinned[pk]
        if kept is None:
            fresh.append(row)
        elif (now := [getattr(row, name) for name in COLUMNS]) != old:
            changed.append(row)
            moved += now[:WHERE] != old[:WHERE]
    Operation.objects.exclude(stage__in=list(found.spots)).delete()
    Operation.objects.bulk_update(changed, list(FIELDS), batch_size=BATCH)
    Operation.objects.bulk_create(fresh, batch_size=BATCH)
    return _note(ctx, found, kind=kind, moved=moved, note=note)


def _write(row: Operation, facts: Facts, pk: int, place: Place) -> None:
    step, due = facts.steps[pk], facts.dues.get(facts.steps[pk].stage.work_id)
    row.centre, row.machine = step.centre, place.spot.lane.machine
    row.setup_at, row.starts_at = facts.at(place.setup_at), facts.at(place.spot.start)
    row.ends_at, row.setup_minutes, row.work_minutes = facts.at(place.spot.end), place.setup, step.minutes
    row.ready_at = facts.at(step.ready) if step.ready > 0 else None
    row.due_at = facts.at(due) if due is not None else None
    row.late_days, row.reason = place.late_days, place.reason


def _note(ctx: Ctx, found: Placed, *, kind: RunKind, moved: int, note: str) -> ScheduleRun:
    before, after, facts = found.before, found.after, found.facts
    run: ScheduleRun = ScheduleRun.objects.create(
        kind=kind,
        made_at=ctx.now,
        made_by=ctx.actor,
        operations=len(found.spots),
        moved=moved,
        late_before=before.late if before else None,
        late=after.late,
        tardiness_before=before.tardiness if before else None,
        tardiness=after.tardiness,
        setup_before=before.setup if before else None,
        setup=after.setup,
        ends_before=facts.at(before.end) if before else None,
        ends_at=facts.at(after.end) if found.spots else None,
        note=note[:300],
    )
    old = ScheduleRun.objects.order_by("-pk").values_list("pk", flat=True)[KEPT_RUNS : KEPT_RUNS + 1].first()
    if old is not None:
        ScheduleRun.objects.filter(pk__lte=old).delete()
    return run


def _spots(facts: Facts, found: Sequence[Proposed]) -> dict[int, Spot]:
    spots = {}
    for one in found:
        step = facts.steps.get(one.stage_id)
        lanes = step.lanes if step is not None else []
        lane = next((lane for lane in lanes if lane.machine == one.machine), None)
        if lane is not None:
            spots[one.stage_id] = Spot(lane, facts.minute(one.starts_at), facts.minute(one.ends_at))
    return spots
