"""What the shop floor tells."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

CENTRE = {"centre_id": "workcentres.workcentre"}
JOB = {**CENTRE, "work_id": "manufacturing.workorder", "stage_id": "manufacturing.workstage"}


@dataclass(frozen=True, kw_only=True)
class OfJob:
    """What every fact about a job tells."""

    centre_id: int
    work_id: int
    stage_id: int
    centre: str
    number: str
    stage: str


@dataclass(frozen=True, kw_only=True)
class JobStarted(OfJob, Event, about=JOB, icon="player-play", tone="accent"):
    """Somebody works on it."""

    says: ClassVar[str | Promise] = _("{stage} of {number} runs at {centre}: {what}")

    what: str


@dataclass(frozen=True, kw_only=True)
class JobStopped(OfJob, Event, about=JOB, icon="player-pause", tone="warn"):
    """Nobody works on it for now."""

    says: ClassVar[str | Promise] = _("{stage} of {number} stands at {centre}: {reason}")

    reason: str


@dataclass(frozen=True, kw_only=True)
class JobReported(OfJob, Event, about=JOB, icon="clipboard-check", tone="info"):
    """Something came out of it."""

    says: ClassVar[str | Promise] = _(
        "{good} {unit} good, {rejected} rejected at {centre} ({number}) {reason}"
    )

    good: Decimal
    rejected: Decimal
    unit: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CentreStopped(Event, about=CENTRE, icon="alert-triangle", tone="bad"):
    """A machine stands."""

    says: ClassVar[str | Promise] = _("A machine of {centre} stands: {reason}")

    centre_id: int
    centre: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CentreRuns(Event, about=CENTRE, icon="circle-check", tone="ok"):
    """A machine that stood can run again."""

    says: ClassVar[str | Promise] = _("{centre} runs again after {minutes} minutes: {reason}")

    centre_id: int
    centre: str
    reason: str
    minutes: int
