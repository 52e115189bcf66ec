"""What the schedule tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event


@dataclass(frozen=True, kw_only=True)
class WorkScheduled(Event, about={"run_id": "scheduling.schedulerun"}, icon="calendar-event", tone="info"):
    """All open operations have been placed anew."""

    says: ClassVar[str | Promise] = _("{operations} operations scheduled, {late} work orders late")

    run_id: int
    operations: int
    late: int


@dataclass(frozen=True, kw_only=True)
class ScheduleImproved(Event, about={"run_id": "scheduling.schedulerun"}, icon="sparkles", tone="ok"):
    """A better schedule was found and kept."""

    says: ClassVar[str | Promise] = _("Schedule improved: {late} work orders late, before {late_before}")

    run_id: int
    operations: int
    late: int
    late_before: int


@dataclass(frozen=True, kw_only=True)
class OperationMoved(
    Event,
    about={"operation_id": "scheduling.operation", "work_id": "manufacturing.workorder"},
    icon="arrows-exchange",
    tone="info",
):
    """A planner has put an operation somewhere else; others made room."""

    says: ClassVar[str | Promise] = _("{stage} of {work} moved to {place}, {at}")

    operation_id: int
    work_id: int
    stage: str
    work: str
    place: str
    at: str
    starts_at: datetime
    others: int
