"""Availability, performance and quality of a day, and what it lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from loomline.domains.shopfloor import commands, queries
from loomline.domains.shopfloor.models import TimeKind
from loomline.engines.quality.oee import Loss
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from tests.domains.shopfloor.conftest import Floor

DAY = date(2026, 11, 20)  # the Friday before


def _at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 20, hour, minute, tzinfo=UTC)


@pytest.fixture
def friday(ctx: Ctx, floor: Floor) -> Floor:
    """480 minutes planned: 30 of set-up, 60 of breakdown, 190 made at 2 minutes, 10 of them rejected."""
    stage = floor.stage(floor.work("300"))
    commands.record_time(ctx, stage=stage, kind=TimeKind.SETUP, started_at=_at(8), ended_at=_at(8, 30))
    commands.record_time(
        ctx, stage=stage, kind=TimeKind.RUN, started_at=_at(8, 30), ended_at=_at(12), person=ctx.actor
    )
    commands.record_time(
        ctx, stage=stage, kind=TimeKind.STOP, started_at=_at(12), ended_at=_at(13), reason=floor.stop()
    )
    commands.record_report(
        ctx, stage=stage, at=_at(9), good=Decimal(60), rejected=Decimal(2), reason=floor.scrap(at_start=True)
    )
    commands.record_report(
        ctx, stage=stage, at=_at(16), good=Decimal(120), rejected=Decimal(8), reason=floor.scrap()
    )
    return floor


def test_a_day_is_availability_times_performance_times_quality(ctx: Ctx, friday: Floor) -> None:
    [day] = queries.effectiveness(centres=[friday.sewing], first=DAY, last=DAY, now=ctx.now)

    assert (day.planned, day.good, day.rejected) == (480, 180, 10)
    assert day.value is not None
    assert day.value.availability == pytest.approx(390 / 480)
    assert day.value.performance == pytest.approx(380 / 390)
    assert day.value.quality == pytest.approx(180 / 190)
    assert day.value.oee == pytest.approx(360 / 480)
    whole = queries.together(days=[day])
    assert [(loss, round(minutes)) for loss, minutes in whole.losses] == [
        (Loss.BREAKDOWN, 60),
        (Loss.SETUP, 30),
        (Loss.REJECT, 16),
        (Loss.SPEED, 10),
        (Loss.STARTUP, 4),
        (Loss.MINOR_STOP, 0),
    ]
    # What was lost and what was good are the whole planned time.
    assert sum(minutes for _loss, minutes in whole.losses) + 360 == pytest.approx(480)


def test_reasons_stand_in_the_order_of_what_they_cost(ctx: Ctx, friday: Floor) -> None:
    jam = friday.stop("minor")
    commands.record_stop(
        ctx, centre=friday.sewing, reason=jam, started_at=_at(14), ended_at=_at(14, 10), note="thread"
    )
    commands.record_stop(
        ctx, centre=friday.sewing, reason=friday.stop("none"), started_at=_at(15), ended_at=_at(15, 20)
    )
    found = queries.stops_by_reason(centres=[friday.sewing], first=DAY, last=DAY, now=ctx.now)
    assert [(one.reason, round(one.minutes), one.times, round(one.cumulated, 2)) for one in found] == [
        ("Breakdown", 60, 1, 0.6),
        ("Set-up", 30, 1, 0.9),
        ("Jam or yarn break", 10, 1, 1.0),
    ]
    [day] = queries.effectiveness(centres=[friday.sewing], first=DAY, last=DAY, now=ctx.now)
    assert day.planned == 460  # a meeting is no loss


def test_a_stop_past_midnight_belongs_to_both_days(ctx: Ctx, floor: Floor) -> None:
    start = datetime(2026, 11, 19, 22, tzinfo=UTC)
    commands.record_stop(
        ctx, centre=floor.sewing, reason=floor.stop(), started_at=start, ended_at=start + timedelta(hours=4)
    )
    days = queries.effectiveness(centres=[floor.sewing], first=date(2026, 11, 19), last=DAY, now=ctx.now)
    assert [day.value.losses[Loss.BREAKDOWN] / 60 for day in days if day.value] == [120, 120]


def test_of_today_only_what_has_passed_counts(ctx: Ctx, floor: Floor) -> None:
    [day] = queries.effectiveness(centres=[floor.sewing], first=ctx.today, last=ctx.today, now=ctx.now)
    # 08:00 to 09:00 of a shift whose breaks are 30 of 510 minutes.
    assert day.planned == pytest.approx(56.47, abs=0.01)
    assert day.value is None  # no work, no loss

    commands.start_job(floor.at(-30), stage=floor.stage(floor.work()))
    [day] = queries.effectiveness(centres=[floor.sewing], first=ctx.today, last=ctx.today, now=ctx.now)
    assert day.value is not None
    assert day.value.losses[Loss.SETUP] / 60 == pytest.approx(30)


def test_a_day_without_shift_and_work_has_no_value(ctx: Ctx, floor: Floor) -> None:
    sunday = date(2026, 11, 22)
    [day] = queries.effectiveness(centres=[floor.sewing], first=sunday, last=sunday, now=ctx.now)
    assert (day.value, queries.together(days=[day]).value) == (None, None)


def test_a_machine_that_stands_runs_again(ctx: Ctx, floor: Floor) -> None:
    entry = commands.record_stop(ctx, centre=floor.packing, reason=floor.stop())
    assert [str(one) for one in queries.board(centres=[floor.packing])[floor.packing.pk]] == ["Breakdown"]
    commands.end_stop(floor.at(25), entry=entry)
    with pytest.raises(commands.RunsAlready):
        commands.end_stop(floor.at(26), entry=entry)
    assert StoredEvent.objects.get(name="shopfloor.CentreRuns").sentence == (
        "Packing table runs again after 25 minutes: Breakdown"
    )


def test_a_stop_to_come_is_no_stop(ctx: Ctx, floor: Floor) -> None:
    with pytest.raises(commands.StopAhead):
        commands.record_stop(
            ctx, centre=floor.sewing, reason=floor.stop(), started_at=ctx.now + timedelta(hours=1)
        )
    with pytest.raises(commands.NoSuchTime):
        commands.record_stop(
            ctx, centre=floor.sewing, reason=floor.stop(), started_at=_at(9), ended_at=_at(8)
        )
