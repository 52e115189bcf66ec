"""What is kept, as pages read it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from loomline.domains.manufacturing.models import WorkOrder
from loomline.domains.scheduling.models import Operation, RunKind, ScheduleRun
from loomline.kernel.context import Ctx


def last_run() -> ScheduleRun | None:
    """The last time everything was placed or improved."""
    rows = ScheduleRun.objects.exclude(kind=RunKind.MOVE).select_related("made_by")
    return rows.order_by("-pk").first()


def days_of_stages(ctx: Ctx) -> dict[int, tuple[date, date | None]]:
    """The first and last day of every stage as it is placed, at its place. One statement.

    What runs by its days alone has no last one: it takes its own.
    """
    found: dict[int, tuple[date, date | None]] = {}
    for one in Operation.objects.select_related("centre__site", "stage__site", "stage__work__site"):
        site = one.centre.site if one.centre is not None else one.stage.site or one.stage.work.site
        zone = site.zone if site is not None else ctx.company.zone
        first = one.starts_at.astimezone(zone).date()
        # What ends at midnight ends on the day before.
        last = (one.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
        found[one.stage_id] = first, None if one.centre_id is None else max(first, last)
    return found


def between(*, first: datetime, last: datetime) -> QuerySet[Operation]:
    """Operations that take a machine between two moments, in their order."""
    rows = Operation.objects.filter(setup_at__lt=last, ends_at__gt=first)
    related = "stage__work__item", "stage__work__style", "stage__partner", "stage__site", "centre__site"
    return rows.select_related(*related, "pinned_by").order_by("starts_at", "pk")


def operations_of(*, work: WorkOrder) -> QuerySet[Operation]:
    """Where and when the stages of a work order run."""
    rows = Operation.objects.filter(stage__work=work)
    return rows.select_related("stage__work", "stage__partner", "stage__site", "centre").order_by(
        "stage__position"
    )


def late_operations() -> QuerySet[Operation]:
    """Operations of work orders that end after they are due, the latest first."""
    rows = Operation.objects.filter(late_days__gt=0)
    related = "stage__work", "stage__partner", "stage__site", "centre__site"
    return rows.select_related(*related).order_by("-late_days", "stage__work_id", "stage__position")
