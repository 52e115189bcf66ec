"""Putting one operation somewhere else: others make room, or a sentence says why it cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.manufacturing.models import StageState
from loomline.domains.scheduling import queries
from loomline.domains.scheduling.commands.placing import keep, wait
from loomline.domains.scheduling.events import OperationMoved
from loomline.domains.scheduling.models import Operation, RunKind
from loomline.domains.scheduling.queries import Facts, Spot, Step
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import NotThere, Refused

# A start in closed hours goes to the next opening, as long as that is not further away than a night.
NIGHT = 14 * 60


class OperationRuns(Refused):
    """What has begun is where it is."""

    says = _("{what} runs already. It cannot be moved any more.")


class StartPassed(Refused):
    """Nothing begins yesterday."""

    says = _("{at} has passed. Put {what} somewhere after now.")


class StartSettled(Refused):
    """What the floor has been told stands."""

    says = _(
        "{what} cannot be moved: what starts before {at} at {place} is settled. "
        "Change the stability limit first."
    )


class NotThatMachine(Refused):
    """A stage is done where its route says."""

    says = _(
        "{what} is done at {place}, which has {machines} of its kind. Reassign the stage to do it elsewhere."
    )


class MachineClosed(Refused):
    """Nobody works then."""

    says = _("{place} is closed on {at}. It opens again on {opens}.")


class MaterialNotThere(Refused):
    """Nothing is made of nothing."""

    says = _("{what} cannot start before {at}: {item} is not there until then.")


class PredecessorEnds(Refused):
    """One stage follows the other."""

    says = _("{what} cannot start before {at}: {before} ends then.")


class MachineTaken(Refused):
    """What stays is in the way."""

    says = _("{place} is taken by {other} until {at}, which is not moved. Choose a time after that.")


class NoRoom(Refused):
    """Others could not be pushed."""

    says = _("{what} cannot be put there: what stays around it leaves no room. Choose a later time.")


@command(label=_("Move"), icon="arrows-exchange", undo=True)
def move_operation(
    ctx: Ctx, *, operation: Operation, starts_at: datetime, machine: int | None = None
) -> Operation:
    """Put an operation at another time or on another machine, and pin it there; others make room."""
    wait()
    operation = lock(operation)
    facts = queries.read_facts(ctx)
    step = facts.steps.get(operation.stage_id)

    if step is None:
        raise NotThere(reference=str(operation))
    spot = _wanted(facts, step, starts_at, machine)
    _refuse(facts, step, spot)
    found = queries.make_room(facts, moved={step.pk: spot})
    if found.reasons:
        raise NoRoom(what=step.name)

    run = keep(ctx, found, kind=RunKind.MOVE, pinned={step.pk: ctx.actor}, note=step.name)
    operation.refresh_from_db()

    ctx.emit(
        OperationMoved(
            operation_id=operation.pk,
            work_id=step.stage.work_id,
            stage=step.stage.name,
            work=str(step.stage.work),
            place=queries.lane_name(step, spot.lane),
            at=queries.moment(queries.local(facts, step, spot.start)),
            starts_at=operation.starts_at,
            others=max(run.moved - 1, 0),
        )
    )
    return operation


@command(label=_("Pin"), icon="pin", undo=True)
def pin_operations(ctx: Ctx, *, operations: list[Operation]) -> list[Operation]:
    """Leave operations where they are, whatever is scheduled around them."""
    return _pin(operations, ctx.actor)


@command(label=_("Unpin"), icon="lock-open", undo=True)
def unpin_operations(ctx: Ctx, *, operations: list[Operation]) -> list[Operation]:
    """Let operations be scheduled like others again."""
    return _pin(operations, None)


def _pin(operations: Sequence[Operation], who: Any) -> list[Operation]:
    locked: list[Operation] = lock_all(operations)
    for one in locked:
        one.pinned_by = who
    Operation.objects.bulk_update(locked, ["pinned_by"])
    return locked


def _wanted(facts: Facts, step: Step, starts_at: datetime, machine: int | None) -> Spot:
    """The place asked for; a start in the night is that of the next morning."""
    if step.stage.state == StageState.RUNNING:
        raise OperationRuns(what=step.name)
    assert step.kept is not None
    stood = queries.spot_of(facts, step)
    number = stood.lane.machine if machine is None else machine
    lane = next((one for one in step.lanes if one.machine == number), None)
    if lane is None:
        raise NotThatMachine(what=step.name, place=step.centre or step.stage.site, machines=len(step.lanes))
    start = facts.minute(starts_at)
    if start < 0:
        raise StartPassed(at=_said(facts, step, start), what=step.name)
    opens = facts.hours[lane].opens(start)
    if opens is None or opens - start > NIGHT:
        raise MachineClosed(
            place=queries.lane_name(step, lane),
            at=_said(facts, step, start),
            opens=_said(facts, step, opens) if opens is not None else "–",
        )
    span = facts.hours[lane].fit(opens, step.minutes)
    if span is None:
        raise NoRoom(what=step.name)
    return Spot(lane, *span)


def _refuse(facts: Facts, step: Step, spot: Spot) -> None:
    stood, limit = queries.spot_of(facts, step), facts.limit(step)
    # What should have begun by now is no longer settled: it has to go somewhere.
    if 0 <= stood.start < limit or spot.start < limit:
        place = queries.lane_name(step, spot.lane)
        raise StartSettled(what=step.name, at=_said(facts, step, limit), place=place)
    if spot.start < step.ready:
        item = step.item or str(_("its material"))
        raise MaterialNotThere(what=step.name, at=_said(facts, step, step.ready), item=item)
    kept = queries.kept_spots(facts)
    for one in queries.before(facts, step):
        end = kept[one.pk].end + step.lag if one.pk in kept else 0
        if not queries.overlaps(step) and spot.start < end:
            raise PredecessorEnds(what=step.name, at=_said(facts, step, end), before=one.name)
    _refuse_taken(facts, step, spot)


def _refuse_taken(facts: Facts, step: Step, spot: Spot) -> None:
    if spot.lane.centre_id is None:
        return
    for pk, other in queries.settle(facts).fixed.items():
        if pk != step.pk and other.lane == spot.lane and other.start < spot.end and other.end > spot.start:
            raise MachineTaken(
                place=queries.lane_name(step, spot.lane),
                other=facts.steps[pk].name,
                at=_said(facts, step, other.end),
            )


def _said(facts: Facts, step: Step, minute: int) -> str:
    return queries.moment(queries.local(facts, step, minute))
