"""Opening work centres and saying when they stand or work longer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.sites.models import WORKWEEK, Site
from loomline.domains.workcentres.events import (
    CentreOpened,
    CentreRetired,
    DowntimePlanned,
    OvertimePlanned,
    WindowCalledOff,
    WindowShortened,
)
from loomline.domains.workcentres.models import CLOCK, Shift, Window, WindowKind, WorkCentre
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused


class CentreNameless(Refused):
    """A work centre is known by code and name."""

    says = _("A work centre needs a code and a name.")


class CentreCodeTaken(Refused):
    """Codes are read from labels on machines."""

    says = _("The code {code} is taken by {centre}. Choose another one.")


class CentreAmounts(Refused):
    """Figures that cannot be."""

    says = _("{centre}: at least one machine, an efficiency above 0 and rates that are not negative.")


class HoursUnclear(Refused):
    """A shift runs from an hour to an hour."""

    says = _("{shift}: write its hours as in 06:00 and 14:00, on weekdays from 0 (Monday) to 6 (Sunday).")


class EndBeforeStart(Refused):
    """Time runs forward."""

    says = _("The end lies after the beginning. Correct one of the two.")


class DowntimeWithoutReason(Refused):
    """Whoever plans around it wants to know why."""

    says = _("Say why {centre} stands.")


class WindowNotShorter(Refused):
    """What is to last longer is planned anew."""

    says = _("{what} of {centre} lasts until {last}. Choose an end after its beginning and before that.")


class AlreadyRetired(Refused):
    """Retiring twice would hide a mistake."""

    says = _("{centre} is out of use already.")


@dataclass(frozen=True, kw_only=True)
class ShiftDraft:
    """A shift to be: a name, the hours, the weekdays and the minutes of breaks within."""

    name: str
    starts: str
    ends: str
    weekdays: Sequence[int] = tuple(WORKWEEK)
    break_minutes: int = 0


@command(label=_("New work centre"), icon="plus", creates=WorkCentre)
def open_centre(
    ctx: Ctx,
    *,
    code: str,
    name: str,
    site: Site,
    machines: int = 1,
    efficiency: Decimal = Decimal(1),
    machine_rate: Decimal = Decimal(0),
    labour_rate: Decimal = Decimal(0),
    note: str = "",
    shifts: list[ShiftDraft] | None = None,
    custom: Mapping[str, Any] | None = None,
) -> WorkCentre:
    """Name machines or places that do the same work, at a site of ours or of a partner."""
    taken = WorkCentre.objects.filter(code=code.strip()).first()

    if not code.strip() or not name.strip():
        raise CentreNameless(at_field="code" if not code.strip() else "name")
    if taken is not None:
        raise CentreCodeTaken(code=code.strip(), centre=taken.name, at_field="code")
    if machines < 1 or efficiency <= 0 or min(machine_rate, labour_rate) < 0:
        raise CentreAmounts(centre=name.strip())
    for shift in shifts or ():
        _refuse_hours(shift)

    centre: WorkCentre = WorkCentre.objects.create(
        code=code.strip(),
        name=name.strip(),
        site=site,
        machines=machines,
        efficiency=efficiency,
        machine_rate=machine_rate,
        labour_rate=labour_rate,
        note=note,
        custom=dict(custom or {}),
    )
    Shift.objects.bulk_create(_shift(centre, shift) for shift in shifts or ())

    ctx.emit(
        CentreOpened(
            centre_id=centre.pk,
            site_id=site.pk,
            centre=centre.name,
            site=site.name,
            machines=centre.machines,
        )
    )
    return centre


@command(label=_("Set shifts"), icon="clock", hidden=True)
def set_shifts(ctx: Ctx, *, centre: WorkCentre, shifts: list[ShiftDraft]) -> WorkCentre:
    """Let a work centre work these shifts and no others, from now on."""
    centre = lock(centre)

    for shift in shifts:
        _refuse_hours(shift)

    Shift.objects.filter(centre=centre).delete()
    Shift.objects.bulk_create(_shift(centre, shift) for shift in shifts)
    return centre


@command(label=_("Retire"), icon="archive", undo=True)
def retire_centre(ctx: Ctx, *, centre: WorkCentre) -> WorkCentre:
    """Plan no more work there; what was done there stays."""
    centre = lock(centre)

    if not centre.is_active:
        raise AlreadyRetired(centre=centre)

    centre.is_active = False
    centre.save(update_fields=["is_active"])

    ctx.emit(CentreRetired(centre_id=centre.pk, site_id=centre.site_id, centre=centre.name))
    return centre


@command(label=_("Plan downtime"), icon="tool")
def plan_downtime(
    ctx: Ctx,
    *,
    centre: WorkCentre,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    machines: int | None = None,
) -> Window:
    """Take machines out for a while: maintenance, a repair, a fair."""
    centre = lock(centre)

    if not reason.strip():
        raise DowntimeWithoutReason(centre=centre, at_field="reason")

    return _open_window(ctx, centre, WindowKind.DOWNTIME, starts_at, ends_at, machines, reason)


@command(label=_("Plan overtime"), icon="clock")
def plan_overtime(
    ctx: Ctx,
    *,
    centre: WorkCentre,
    starts_at: datetime,
    ends_at: datetime,
    reason: str = "",
    machines: int | None = None,
) -> Window:
    """Let machines run beyond their shifts for a while."""
    centre = lock(centre)

    return _open_window(ctx, centre, WindowKind.OVERTIME, starts_at, ends_at, machines, reason)


@command(label=_("Call off"), icon="circle-x")
def call_off_window(ctx: Ctx, *, window: Window) -> WorkCentre:
    """Let the work centre work by its shifts after all."""
    window = lock(window)
    centre = window.centre

    said = _said(centre, window)
    window.delete()

    ctx.emit(WindowCalledOff(**said, what=str(WindowKind(window.kind).label)))
    return centre


@command(label=_("End earlier"), icon="clock")
def shorten_window(ctx: Ctx, *, window: Window, ends_at: datetime) -> Window:
    """Let the work centre work by its shifts again before the time that was planned."""
    window = lock(window)
    what = str(WindowKind(window.kind).label)

    if not window.starts_at < ends_at < window.ends_at:
        last = _said(window.centre, window)["last"]
        raise WindowNotShorter(what=what, centre=window.centre, last=last, at_field="ends_at")

    window.ends_at = ends_at
    window.save(update_fields=["ends_at"])

    ctx.emit(WindowShortened(**_said(window.centre, window), what=what))
    return window


def _open_window(
    ctx: Ctx,
    centre: WorkCentre,
    kind: WindowKind,
    starts_at: datetime,
    ends_at: datetime,
    machines: int | None,
    reason: str,
) -> Window:
    if ends_at <= starts_at:
        raise EndBeforeStart(at_field="ends_at")

    window: Window = Window.objects.create(
        centre=centre,
        kind=kind,
        starts_at=starts_at,
        ends_at=ends_at,
        machines=machines,
        reason=reason.strip(),
    )

    told = DowntimePlanned if kind == WindowKind.DOWNTIME else OvertimePlanned
    ctx.emit(
        told(
            **_said(centre, window),
            starts_at=starts_at,
            ends_at=ends_at,
            reason=window.reason or str(_("extra")),
        )
    )
    return window


def _said(centre: WorkCentre, window: Window) -> dict[str, Any]:
    zone = centre.site.zone
    first, last = (at.astimezone(zone).strftime("%d.%m. %H:%M") for at in (window.starts_at, window.ends_at))
    return {
        "centre_id": centre.pk,
        "site_id": centre.site_id,
        "window_id": window.pk,
        "centre": centre.name,
        "first": first,
        "last": last,
    }


def _shift(centre: WorkCentre, draft: ShiftDraft) -> Shift:
    return Shift(
        centre=centre,
        name=draft.name,
        starts=draft.starts,
        ends=draft.ends,
        weekdays=sorted(set(draft.weekdays)),
        break_minutes=draft.break_minutes,
    )


def _refuse_hours(draft: ShiftDraft) -> None:
    hours = all(re.match(CLOCK, clock) for clock in (draft.starts, draft.ends))
    days = draft.weekdays and set(draft.weekdays) <= set(range(7))
    if not hours or not days or draft.starts == draft.ends or draft.break_minutes < 0:
        raise HoursUnclear(shift=draft.name)
