"""The packing line of our own: shifts, downtime, what a partner holds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from loomline.domains.manufacturing.models import StageState, WorkStage
from loomline.domains.shopfloor import commands as floor
from loomline.domains.shopfloor import reference
from loomline.domains.shopfloor.models import ScrapReason, StopReason, TimeKind
from loomline.domains.sites.models import Site
from loomline.domains.workcentres import commands as centres
from loomline.domains.workcentres.commands import ShiftDraft
from loomline_demo.halden import Halden

EARLY = ShiftDraft(name="Early", starts="06:00", ends="14:00", break_minutes=30)
LATE = ShiftDraft(name="Late", starts="14:00", ends="22:00", break_minutes=30)
LOSS = Decimal("0.008")
# Every so many days the belt stops.
BELT = 4


def work_centres(halden: Halden) -> None:
    """Our two places of work, and the machines of those who dye and knit for us."""
    for key, code, name, site, machines, efficiency, rate, shifts in (
        ("check", "QC", "Light tables", halden.plant, 2, "0.9", "0", (EARLY,)),
        ("pack", "PACK", "Packing line", halden.plant, 1, "0.85", "14", (EARLY,)),
        ("vats", "VATS", "Dye vats", _site(halden, "dyer"), 2, "0.8", "0", (EARLY, LATE)),
        ("izmir", "VATS-IZ", "Dye vats of Izmir", _site(halden, "izmir"), 1, "0.8", "0", (EARLY,)),
        ("beds", "BEDS", "Knitting beds", _site(halden, "knitter"), 5, "0.85", "0", (EARLY, LATE)),
    ):
        halden.centres[key] = centres.open_centre(
            halden.s.by("Demo"),
            code=code,
            name=name,
            site=site,
            machines=machines,
            efficiency=Decimal(efficiency),
            machine_rate=Decimal(rate),
            labour_rate=Decimal("11.50") if site == halden.plant else Decimal(0),
            shifts=list(shifts),
        )


def opens(halden: Halden) -> None:
    """The usual reasons to choose from."""
    reference.load(halden.s.by("Demo"))


def runs(halden: Halden, day: date) -> None:
    """What was done at our own machines the day before is entered in the morning."""
    for key in ("check", "pack"):
        done = WorkStage.objects.filter(
            centre=halden.centres[key],
            state=StageState.DONE,
            ended_at__date__gte=day - timedelta(days=4),
            ended_at__date__lt=day,
            times=None,
        )
        at: dict[date, datetime] = {}
        for stage in done.select_related("centre").order_by("pk"):
            if stage.ended_at is not None:
                on = stage.ended_at.date()
                at[on] = _enter(halden, stage, at.get(on) or datetime.combine(on, time(6), UTC))
    yesterday = day - timedelta(days=1)
    if day.toordinal() % BELT == 0 and yesterday.weekday() < 5:
        begin = datetime.combine(yesterday, time(12, 10), UTC)
        floor.record_stop(
            halden.s.by("production"),
            centre=halden.centres["pack"],
            reason=StopReason.objects.order_by("position")[day.toordinal() // BELT % 3],
            started_at=begin,
            ended_at=begin + timedelta(minutes=20 + day.toordinal() % 7 * 6),
        )


def ends(halden: Halden) -> None:
    """Next week the belt is mended, a Saturday is worked for it, and one job is on."""
    s, line = halden.s, halden.centres["pack"]
    monday = s.today + timedelta(days=7 - s.today.weekday())
    centres.plan_downtime(
        s.by("planner"),
        centre=line,
        starts_at=datetime.combine(monday + timedelta(days=2), time(10), UTC),
        ends_at=datetime.combine(monday + timedelta(days=2), time(14), UTC),
        reason="New belt",
    )
    centres.plan_overtime(
        s.by("planner"),
        centre=line,
        starts_at=datetime.combine(monday + timedelta(days=5), time(7), UTC),
        ends_at=datetime.combine(monday + timedelta(days=5), time(12), UTC),
        reason="For the new belt",
    )
    on = WorkStage.objects.filter(state=StageState.RUNNING, centre__isnull=False).exclude(
        work__in=halden.days.stopped
    )
    for number, stage in enumerate(on.order_by("-position", "pk")[:3]):
        floor.start_job(s.by("production"), stage=stage)
        if number == 1:
            reason = StopReason.objects.order_by("position").first()
            if reason is not None:
                floor.pause_job(s.by("production"), stage=stage, reason=reason, note="yarn feeder")


def _enter(halden: Halden, stage: WorkStage, begin: datetime) -> datetime:
    """Set-up, run a little slower than the standard, and what came out."""
    into = stage.quantity_in or stage.quantity
    lost = (into * LOSS).to_integral_value() if stage.pk % 3 == 0 else Decimal(0)
    reason = ScrapReason.objects.order_by("position")[stage.pk % 3] if lost else None
    by = halden.s.by("production")
    run = begin
    if stage.setup_minutes:
        run = begin + timedelta(minutes=float(stage.setup_minutes) * 1.2)
        floor.record_time(by, stage=stage, kind=TimeKind.SETUP, started_at=begin, ended_at=run)
    end = run + timedelta(minutes=float(stage.run_minutes * into) * (1.04 + stage.pk % 5 * 0.03) + 1)
    floor.record_time(
        by,
        stage=stage,
        kind=TimeKind.RUN,
        started_at=run,
        ended_at=end,
        person=halden.s.people.get("warehouse"),
    )
    floor.record_report(by, stage=stage, at=end, good=into - lost, rejected=lost, reason=reason)
    return end


def _site(halden: Halden, partner: str) -> Site:
    return halden.s.site_of(halden.partners[partner])
