"""Everything is placed at once: by due days, hours, material, set-up and what stays."""

from __future__ import annotations

import pytest

from loomline.domains.accounts import reference as roles
from loomline.domains.accounts.models import Role, User
from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.scheduling import commands
from loomline.domains.scheduling.models import Operation
from loomline.domains.workcentres import commands as centres
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotPermitted
from tests.domains.scheduling.floor import Floor, at


def test_what_is_due_first_goes_first_and_the_rest_follows(floor: Floor) -> None:
    caps, hats = floor.work(floor.cap, 100, due=24), floor.work(floor.hat, 60, due=23)
    run = floor.schedule()
    # Hats: 30 + 60 x 3 minutes from nine; caps: 30 + 100 x 2, the last twenty on Tuesday.
    assert floor.span(hats) == (at(23, 9), at(23, 9, 30), at(23, 12, 30))
    assert floor.span(hats, "Packing") == (at(23, 12, 30), at(23, 12, 30), at(23, 13, 30))
    assert floor.span(caps) == (at(23, 12, 30), at(23, 13), at(24, 8, 20))
    assert floor.span(caps, "Packing") == (at(24, 8, 20), at(24, 8, 20), at(24, 9, 10))
    assert (run.operations, run.late, run.tardiness, run.setup) == (4, 0, 0, 60)
    assert run.ends_at == at(24, 9, 10)


def test_the_same_goods_again_need_no_set_up(floor: Floor) -> None:
    first, again = floor.work(floor.cap, 60, due=23), floor.work(floor.cap, 30, due=24)
    run = floor.schedule()
    assert floor.span(first) == (at(23, 9), at(23, 9, 30), at(23, 11, 30))
    assert floor.span(again) == (at(23, 11, 30), at(23, 11, 30), at(23, 12, 30))
    assert (floor.of(again).setup_minutes, run.setup) == (0, 30)


def test_a_partner_has_as_many_vats_as_it_has(floor: Floor) -> None:
    works = [floor.work(floor.scarf, 60, due=day) for day in (24, 25, 26)]
    floor.schedule()
    # 60 minutes of set-up, 120 of dyeing: two at once, the third without set-up behind one of them.
    assert [floor.span(work, "Dyeing")[1:] for work in works[:2]] == [(at(23, 10), at(23, 12))] * 2
    assert floor.span(works[2], "Dyeing")[1:] == (at(23, 12), at(23, 14))
    assert {floor.of(work, "Dyeing").machine for work in works[:2]} == {1, 2}


def test_material_and_closed_hours_are_waited_for_and_named(floor: Floor) -> None:
    caps = floor.work(floor.cap, 60, due=25, ready=26)
    centres.plan_downtime(
        floor.ctx, centre=floor.sewing, starts_at=at(26, 8), ends_at=at(27, 12), reason="New belt"
    )
    run = floor.schedule()
    # The machine is set up in the last hours in which it is open; the material has to be there for the work.
    assert floor.span(caps) == (at(25, 15, 30), at(27, 12), at(27, 14))
    sewing = floor.of(caps)
    assert (sewing.late_days, run.late) == (2, 1)
    assert sewing.ready_at == at(26, 0)
    assert sewing.reason == (
        "Label of Cap is there on 26 Nov, 3 days from now. Sewing line is closed until Fri 27 Nov 12:00."
    )
    assert floor.of(caps, "Packing").reason == (f"Sewing of {caps} ends Fri 27 Nov 14:00. {sewing.reason}")


def test_a_busy_machine_is_named_with_what_it_does(floor: Floor) -> None:
    hats, caps = floor.work(floor.hat, 140, due=23), floor.work(floor.cap, 60, due=23)
    floor.schedule()
    # Caps are the shorter work; 420 minutes of hats come after them, the last 90 on Tuesday.
    assert floor.of(caps).late_days == 0
    assert floor.of(hats).late_days == 1
    assert floor.of(hats).reason == f"Sewing line is busy with Sewing of {caps} until Mon 23 Nov 11:30."


def test_what_starts_within_the_limit_stays_and_what_comes_new_goes_around_it(floor: Floor) -> None:
    caps = floor.work(floor.cap, 60, due=27)
    floor.schedule()
    kept = floor.span(caps)
    hats = floor.work(floor.hat, 60, due=23)
    run = floor.schedule()
    assert floor.span(caps) == kept
    assert floor.span(hats) == (at(23, 11, 30), at(23, 12), at(23, 15))
    assert (run.moved, run.late) == (0, 0)
    floor.limit(0)
    floor.schedule()
    assert floor.span(hats) == (at(23, 9), at(23, 9, 30), at(23, 12, 30))
    assert floor.span(caps)[1] == at(23, 13)


def test_what_should_have_begun_is_placed_anew(floor: Floor) -> None:
    caps = floor.work(floor.cap, 60, due=27)
    floor.schedule()
    floor.schedule(now=at(23, 14))
    assert floor.span(caps) == (at(23, 14), at(23, 14, 30), at(24, 8, 30))


def test_running_work_goes_on_and_what_is_done_leaves(floor: Floor) -> None:
    hats, caps = floor.work(floor.hat, 60, due=23), floor.work(floor.cap, 60, due=27, released=True)
    manufacturing.start_work(floor.ctx, work=caps)
    floor.limit(0)
    floor.schedule()
    assert floor.span(caps)[1:] == (at(23, 9), at(23, 11, 30))
    assert floor.of(caps).reason == f"Sewing of {caps} runs."
    assert floor.span(hats)[1] == at(23, 12)
    manufacturing.finish_stage(
        floor.ctx, stage=floor.of(caps).stage, quantity_out=floor.of(caps).stage.quantity
    )
    floor.schedule(now=at(23, 10))
    assert not Operation.objects.filter(stage__work=caps, stage__name="Sewing").exists()
    assert floor.span(caps, "Packing")[1] == at(23, 10)


def test_a_paused_order_leaves_its_machine(floor: Floor) -> None:
    hats, caps = floor.work(floor.hat, 60, due=23), floor.work(floor.cap, 60, due=27, released=True)
    manufacturing.start_work(floor.ctx, work=caps)
    manufacturing.pause_work(floor.ctx, work=caps, reason="Colour is wrong")
    floor.schedule()
    assert floor.span(hats)[1] == at(23, 9, 30)
    assert floor.span(caps)[1] > floor.span(hats)[2]


def test_rows_stay_with_their_stage_and_figures_are_kept(floor: Floor) -> None:
    floor.work(floor.cap, 60, due=24)
    floor.schedule()
    keys = set(Operation.objects.values_list("pk", flat=True))
    run = floor.schedule()
    assert set(Operation.objects.values_list("pk", flat=True)) == keys
    assert (run.late_before, run.setup_before, run.ends_before) == (0, 30, run.ends_at)


def test_no_work_is_an_empty_schedule(floor: Floor) -> None:
    run = floor.schedule()
    assert (run.operations, run.late, run.ends_at) == (0, 0, None)


def test_planners_schedule_and_production_only_looks(floor: Floor, ctx: Ctx) -> None:
    roles.load(ctx)
    floor.work(floor.cap, 60, due=24)
    people = []
    for name in ("Planner", "Production"):
        people.append(User.objects.create(email=f"{name}@example.org", name=f"{name} of ours"))
        people[-1].roles.add(Role.objects.get(name=name))
    planner, production = (Ctx.new(actor=one, via="page", now=ctx.now) for one in people)
    assert commands.schedule_now(planner).operations == 2
    with pytest.raises(NotPermitted):
        commands.schedule_now(production)
