"""What waits for a work centre, beside what it can do."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from loomline.domains.shopfloor import commands, queries
from loomline.domains.shopfloor.queries import Change
from loomline.domains.workcentres import commands as centres
from loomline.kernel.context import Ctx
from tests.domains.shopfloor.conftest import Floor

MONDAY = date(2026, 11, 23)


def _sewing(floor: Floor, *, buckets: int = 5, days: int = 1, change: Change | None = None) -> queries.Loaded:
    return queries.load(centres=[floor.sewing], first=MONDAY, buckets=buckets, days=days, change=change)[0]


def test_minutes_wait_on_the_days_they_are_expected(floor: Floor) -> None:
    floor.work("225")  # 30 + 450 minutes: one day
    one = _sewing(floor)
    assert [(bucket.load, bucket.capacity) for bucket in one.buckets] == [
        (480, 480),
        (0, 480),
        (0, 480),
        (0, 480),
        (0, 480),
    ]
    assert (one.worst, queries.bottlenecks([one])) == (None, [])


def test_what_does_not_fit_is_an_overload_with_its_causes(floor: Floor) -> None:
    first, second = floor.work("225"), floor.work("105")
    one = _sewing(floor)
    worst = one.worst
    assert worst is not None
    assert (worst.first, worst.load, worst.over) == (MONDAY, 720, 240)
    assert [(row.stage.work_id, row.minutes) for row in worst.waiting] == [(first.pk, 480), (second.pk, 240)]
    assert one.done_by == MONDAY + timedelta(days=1)
    assert queries.bottlenecks([one]) == [one]


def test_what_was_reported_waits_no_more(floor: Floor) -> None:
    work = floor.work("225")
    commands.start_job(floor.at(0), stage=floor.stage(work))
    commands.run_job(floor.at(30), stage=floor.stage(work))
    commands.report_job(floor.at(200), stage=floor.stage(work), good=Decimal(100))
    assert _sewing(floor).load == 250


def test_overtime_and_other_hands_are_tried_before_they_are_decided(floor: Floor) -> None:
    for quantity in ("225", "105"):
        floor.work(quantity)
    assert _sewing(floor, change=Change(overtime=Decimal(4))).worst is None
    half = _sewing(floor, change=Change(outsourced=Decimal("0.5")))
    assert (half.load, half.worst) == (360, None)


def test_planned_downtime_takes_hours_and_moves_work_into_the_next_week(ctx: Ctx, floor: Floor) -> None:
    floor.work("900")  # 30 + 1,800 minutes: four days
    centres.plan_downtime(
        ctx,
        centre=floor.sewing,
        starts_at=ctx.now.replace(hour=0) + timedelta(days=1),
        ends_at=ctx.now.replace(hour=0) + timedelta(days=3),
        reason="moved",
    )
    one = _sewing(floor, buckets=2, days=7)
    assert [(bucket.load, bucket.capacity) for bucket in one.buckets] == [
        (Decimal("1372.5"), 1440),
        (Decimal("457.5"), 2400),
    ]
    assert (one.worst, one.done_by) == (None, None)


def test_a_centre_without_shifts_says_so(ctx: Ctx, floor: Floor) -> None:
    bare = centres.open_centre(ctx, code="BARE", name="Bare", site=floor.home)
    [one] = queries.load(centres=[bare], first=MONDAY, buckets=2)
    assert (one.has_hours, one.capacity, one.share) == (False, 0, None)
