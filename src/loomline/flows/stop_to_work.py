"""Machines that are taken out for days make the work that stands at them later by those days."""

from __future__ import annotations

from loomline.domains.planning import commands as planning
from loomline.domains.workcentres.events import DowntimePlanned
from loomline.domains.workcentres.models import Window, WorkCentre
from loomline.kernel.context import Ctx
from loomline.kernel.event import on


@on(DowntimePlanned)
def downtime_planned(ctx: Ctx, event: DowntimePlanned) -> None:
    """All machines stand: their stages wait. While some still run, nobody knows which stage waits."""
    centre = WorkCentre.objects.get(pk=event.centre_id)
    window = Window.objects.filter(centre=centre, starts_at=event.starts_at, ends_at=event.ends_at)
    stopped = window.latest("pk").machines
    if stopped is None or stopped >= centre.machines:
        planning.wait_for_centre(
            ctx, centre=centre, starts_at=event.starts_at, ends_at=event.ends_at, reason=event.reason
        )
