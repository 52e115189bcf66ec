"""A stage that will be late moves what follows it, and everybody hears why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing.models import WorkOrder
from loomline.domains.parties import commands as parties
from loomline.domains.sites import commands as sites
from loomline.kernel.context import Ctx
from loomline.kernel.event import EventAbout, StoredEvent
from tests.domains.manufacturing.conftest import World


def test_a_delay_moves_later_stages_and_the_work_but_no_plan(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan(released=True)
    manufacturing.start_stage(ctx, stage=world.stage(work, "Dyeing"))

    manufacturing.report_stage_delay(ctx, stage=world.stage(work, "Dyeing"), days=5, reason="vat down")

    assert [(s.planned_end, s.expected_end) for s in work.stages.order_by("position")] == [
        (date(2026, 11, 25), date(2026, 11, 30)),  # Monday after five days
        (date(2026, 12, 4), date(2026, 12, 9)),
        (date(2026, 12, 10), date(2026, 12, 15)),
        (date(2026, 12, 11), date(2026, 12, 16)),
        (date(2026, 12, 14), date(2026, 12, 17)),
    ]
    work.refresh_from_db()
    assert (work.expected_on, work.cause) == (date(2026, 12, 17), "dyeing late at Braga Dye")


def test_the_delay_is_told_with_old_and_new_days_to_all_it_concerns(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan(released=True)

    manufacturing.report_stage_delay(
        ctx, stage=world.stage(work, "Dyeing"), expected_end=date(2026, 12, 1), reason="vat down"
    )

    told = StoredEvent.objects.get(name="manufacturing.StageDelayed")
    assert told.sentence == (
        f"Dyeing of {work.number} at Braga Dye moved by 6 days, from 25 Nov to 1 Dec: vat down"
    )
    payload = told.payload
    assert (payload["was_on"], payload["expected_on"], payload["days"]) == ("2026-11-25", "2026-12-01", 6)
    assert (payload["work_was_on"], payload["work_expected_on"], payload["work_days"]) == (
        "2026-12-14",
        "2026-12-18",
        4,
    )
    assert set(EventAbout.objects.filter(event=told).values_list("kind", "object_id")) == {
        ("manufacturing.workorder", work.pk),
        ("manufacturing.workstage", world.stage(work, "Dyeing").pk),
        ("parties.party", world.dyer.pk),
        ("catalog.item", work.item_id),
        ("sales.orderline", 17),
    }
    moved = StoredEvent.objects.get(name="manufacturing.WorkMoved")
    assert (moved.payload["cause"], moved.payload["days"]) == ("dyeing late at Braga Dye", 4)


def test_a_delay_that_the_next_stage_can_wait_for_moves_nothing_else(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan(starts_on=date(2026, 11, 23))
    manufacturing.move_materials(ctx, starts={work.pk: date(2026, 11, 24)}, causes={work.pk: "yarn"})
    before = world.stage(work, "Packing").expected_end

    manufacturing.move_materials(ctx, starts={work.pk: date(2026, 11, 23)}, causes={work.pk: "yarn"})

    work.refresh_from_db()
    assert (before, work.expected_on, work.cause) == (date(2026, 12, 15), date(2026, 12, 14), "")


def test_a_delay_needs_days_and_a_reason(ctx: Ctx, world: World, plan: Callable[..., WorkOrder]) -> None:
    stage = world.stage(plan(released=True), "Dyeing")
    with pytest.raises(manufacturing.DelayUnclear):
        manufacturing.report_stage_delay(ctx, stage=stage, reason="vat down")
    with pytest.raises(manufacturing.DelayUnclear):
        manufacturing.report_stage_delay(ctx, stage=stage, days=1, expected_end=date(2026, 12, 1), reason="x")
    with pytest.raises(manufacturing.DelayWithoutReason):
        manufacturing.report_stage_delay(ctx, stage=stage, days=1, reason=" ")
    with pytest.raises(manufacturing.StageNotLater, match="expected to end on 25 Nov 2026 already"):
        manufacturing.report_stage_delay(ctx, stage=stage, expected_end=date(2026, 11, 25), reason="vat down")
    stage.refresh_from_db()
    assert (stage.expected_end, stage.reported_end) == (date(2026, 11, 25), None)


def test_what_has_ended_cannot_be_late(ctx: Ctx, world: World, plan: Callable[..., WorkOrder]) -> None:
    work = plan(released=True)
    manufacturing.start_stage(ctx, stage=world.stage(work, "Dyeing"))
    manufacturing.finish_stage(ctx, stage=world.stage(work, "Dyeing"), quantity_out=Decimal("524.16"))
    with pytest.raises(manufacturing.StageOver, match=r"Dyeing of W-.* is done"):
        manufacturing.report_stage_delay(ctx, stage=world.stage(work, "Dyeing"), days=3, reason="vat down")


def test_silence_is_a_delay_too(ctx: Ctx, world: World, plan: Callable[..., WorkOrder]) -> None:
    silent, fine = plan(released=True), plan(starts_on=date(2026, 12, 7), origin=18)
    manufacturing.start_work(ctx, work=silent)
    friday = ctx.at(datetime(2026, 11, 27, 5, 0, tzinfo=UTC))

    assert manufacturing.move_overdue_work(friday) == [silent]
    assert manufacturing.move_overdue_work(friday) == []

    silent.refresh_from_db()
    assert world.stage(silent, "Dyeing").expected_end == date(2026, 11, 27)
    assert (silent.expected_on, silent.cause) == (date(2026, 12, 16), "dyeing late at Braga Dye")
    fine.refresh_from_db()
    assert fine.expected_on == fine.planned_on


def test_a_stage_given_to_another_partner_follows_that_partners_days(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan(released=True)
    manufacturing.report_stage_delay(ctx, stage=world.stage(work, "Dyeing"), days=12, reason="vat down")
    other = parties.open_party(ctx, name="Guimaraes Dye", roles=["subcontractor"])
    place = sites.open_site(ctx, code="GUIM", name="Guimaraes dyehouse", party=other)

    manufacturing.reassign_stage(
        ctx, stage=world.stage(work, "Dyeing"), partner=other, reason="vat down in Braga"
    )

    dyeing = world.stage(work, "Dyeing")
    assert (dyeing.partner, dyeing.site, dyeing.expected_end) == (other, place, date(2026, 11, 25))
    work.refresh_from_db()
    assert (work.expected_on, work.cause) == (date(2026, 12, 14), "")
    told = StoredEvent.objects.get(name="manufacturing.StageReassigned")
    assert (
        told.sentence == f"Dyeing of {work.number} moved from Braga Dye to Guimaraes Dye: vat down in Braga"
    )
    assert set(
        EventAbout.objects.filter(event=told, kind="parties.party").values_list("object_id", flat=True)
    ) == {
        other.pk,
        world.dyer.pk,
    }


def test_what_has_begun_stays_with_its_partner(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan(released=True)
    with pytest.raises(manufacturing.SameHands):
        manufacturing.reassign_stage(
            ctx, stage=world.stage(work, "Dyeing"), partner=world.dyer, site=world.dyehouse, reason="x"
        )
    manufacturing.start_work(ctx, work=work)
    with pytest.raises(manufacturing.StageBegun, match="is running; it can no longer be given"):
        manufacturing.reassign_stage(ctx, stage=world.stage(work, "Dyeing"), reason="x")
    assert world.stage(work, "Dyeing").partner == world.dyer
