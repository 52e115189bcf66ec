"""Machines that are taken out for days make the work that stands at them later by those days."""

from __future__ import annotations

from loomline.domains.planning import commands as planning
from loomline.domains.workcentres.events import DowntimePlanned, WindowCalledOff, WindowShortened
from loomline.domains.workcentres.models import Window, WorkCentre
from loomline.kernel.context import Ctx
from loomline.kernel.event import on


@on(DowntimePlanned)
def downtime_planned(ctx: Ctx, event: DowntimePlanned) -> None:
    """All machines stand: their stages wait. While some still run, nobody knows which stage waits."""
    window = Window.objects.select_related("centre__site").get(pk=event.window_id)
    if window.machines is None or window.machines >= window.centre.machines:
        planning.wait_for_centre(ctx, window=window)


@on(WindowShortened)
def window_shortened(ctx: Ctx, event: WindowShortened) -> None:
    """They run again earlier: the days that are not lost after all come back."""
    centre = WorkCentre.objects.select_related("site").get(pk=event.centre_id)
    planning.wait_no_longer(ctx, centre=centre, window_id=event.window_id)


@on(WindowCalledOff)
def window_called_off(ctx: Ctx, event: WindowCalledOff) -> None:
    """They do not stand at all: everything is believed as it was without."""
    centre = WorkCentre.objects.select_related("site").get(pk=event.centre_id)
    planning.wait_no_longer(ctx, centre=centre, window_id=event.window_id)
