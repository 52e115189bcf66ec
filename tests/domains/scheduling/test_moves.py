"""A planner moves one operation: others make room, or a sentence says why it cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.scheduling import commands
from loomline.domains.scheduling.models import Operation, ScheduleRun
from loomline.kernel import edit
from loomline.kernel.audit import Activity
from loomline.kernel.refusal import Refused
from tests.domains.scheduling.floor import Floor, at


@pytest.fixture
def busy(floor: Floor) -> Floor:
    """Hats until half past twelve, caps behind them; nothing is settled yet."""
    floor.limit(0)
    floor.hats, floor.caps = floor.work(floor.hat, 60, due=23), floor.work(floor.cap, 100, due=24)
    floor.schedule()
    return floor


def test_a_moved_operation_is_pinned_and_pushes_what_comes_after(busy: Any) -> None:
    moved = commands.move_operation(busy.ctx, operation=busy.of(busy.hats), starts_at=at(23, 11))
    assert (moved.starts_at, moved.ends_at, moved.pinned_by) == (at(23, 11), at(23, 14), busy.ctx.actor)
    # Nothing comes forward: caps stood at one o'clock and are pushed behind the hats and their set-up.
    assert busy.span(busy.caps) == (at(23, 14), at(23, 14, 30), at(24, 9, 50))
    assert busy.span(busy.hats, "Packing")[1:] == (at(23, 14), at(23, 15))
    assert busy.span(busy.caps, "Packing")[1:] == (at(24, 9, 50), at(24, 10, 40))
    run = ScheduleRun.objects.first()
    assert run is not None
    assert (run.kind, run.moved, run.late_before, run.late) == ("move", 4, 0, 0)


def test_a_move_is_taken_back_whole(busy: Any) -> None:
    before = list(Operation.objects.order_by("pk").values("pk", "starts_at", "ends_at", "pinned_by"))
    commands.move_operation(busy.ctx, operation=busy.of(busy.hats), starts_at=at(24, 9))
    activity = Activity.objects.filter(verb=commands.move_operation.name).latest("pk")
    edit.undo(busy.ctx, activity=activity)
    assert list(Operation.objects.order_by("pk").values("pk", "starts_at", "ends_at", "pinned_by")) == before
    assert ScheduleRun.objects.count() == 1


def test_a_pin_stays_when_all_is_scheduled_and_goes_when_it_is_let_go(busy: Any) -> None:
    commands.move_operation(busy.ctx, operation=busy.of(busy.hats), starts_at=at(25, 9))
    busy.schedule()
    assert busy.span(busy.hats)[1] == at(25, 9)
    assert busy.of(busy.hats).reason == "Ada Boss has pinned it there."
    assert busy.span(busy.caps)[1] == at(23, 9, 30)
    commands.unpin_operations(busy.ctx, operations=[busy.of(busy.hats)])
    busy.schedule()
    assert busy.span(busy.hats)[1] == at(23, 9, 30)


def test_a_start_at_night_is_that_of_the_next_morning(busy: Any) -> None:
    moved = commands.move_operation(busy.ctx, operation=busy.of(busy.caps), starts_at=at(24, 19))
    assert moved.starts_at == at(25, 8)


@pytest.mark.parametrize(
    ("stage", "start", "code", "says"),
    [
        ("Packing", at(24, 8), "PredecessorEnds", "cannot start before Tue 24 Nov 08:20: Sewing of"),
        (
            "Sewing",
            at(28, 10),
            "MachineClosed",
            "closed on Sat 28 Nov 10:00. It opens again on Mon 30 Nov 08:00.",
        ),
        ("Sewing", at(22, 10), "StartPassed", "Sun 22 Nov 10:00 has passed."),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    busy: Any, stage: str, start: Any, code: str, says: str
) -> None:
    with pytest.raises(Refused) as refusal:
        commands.move_operation(busy.ctx, operation=busy.of(busy.caps, stage), starts_at=start)
    assert refusal.value.code == code
    assert says in str(refusal.value)
    assert busy.span(busy.caps)[1] == at(23, 13)


def test_material_settled_days_and_what_stays_refuse_a_move(busy: Any) -> None:
    late = busy.work(busy.cap, 10, ready=26)
    busy.schedule()
    with pytest.raises(commands.MaterialNotThere, match="before Thu 26 Nov 00:00: Label of Cap is not there"):
        commands.move_operation(busy.ctx, operation=busy.of(late), starts_at=at(25, 9))
    commands.pin_operations(busy.ctx, operations=[busy.of(busy.hats)])
    with pytest.raises(commands.MachineTaken, match=f"by Sewing of {busy.hats} until Mon 23 Nov 12:30"):
        commands.move_operation(busy.ctx, operation=busy.of(busy.caps), starts_at=at(23, 10))
    with pytest.raises(commands.NotThatMachine, match="which has 1 of its kind"):
        commands.move_operation(busy.ctx, operation=busy.of(busy.caps), starts_at=at(24, 9), machine=2)
    busy.limit(2, busy.sewing)
    with pytest.raises(commands.StartSettled, match="before Wed 25 Nov 00:00 at Sewing line is settled"):
        commands.move_operation(busy.ctx, operation=busy.of(busy.caps), starts_at=at(26, 9))
    manufacturing.release_work(busy.ctx, work=busy.caps)
    manufacturing.start_work(busy.ctx, work=busy.caps)
    with pytest.raises(commands.OperationRuns):
        commands.move_operation(busy.ctx, operation=busy.of(busy.caps), starts_at=at(26, 9))


def test_to_the_other_vat_of_a_partner(floor: Floor) -> None:
    floor.limit(0)
    one, two = (floor.work(floor.scarf, 60, due=day) for day in (24, 25))
    floor.schedule()
    first, second = floor.of(one, "Dyeing"), floor.of(two, "Dyeing")
    commands.move_operation(floor.ctx, operation=first, starts_at=first.starts_at, machine=second.machine)
    # The other one ran there at the same time; it is pushed behind, without a set-up of its own.
    assert floor.of(one, "Dyeing").machine == second.machine
    assert floor.span(two, "Dyeing")[1:] == (at(23, 12), at(23, 14))
    assert floor.of(two, "Dyeing").setup_minutes == 0
