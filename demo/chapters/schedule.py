"""Last of all, every open stage gets its place on a machine, ours and our partners'."""

from __future__ import annotations

from loomline.domains.scheduling import commands
from loomline.domains.scheduling.models import Operation, ScheduleRun, StabilityLimit
from loomline_demo.halden import Halden
from loomline_demo.selling import keep


def proves(halden: Halden) -> None:
    """The house keeps the next two working days still, the vats in Izmir three."""
    s = halden.s
    keep(s, StabilityLimit(), working_days=2)
    keep(s, StabilityLimit(), centre=halden.centres["izmir"], working_days=3)
    run = commands.schedule_now(s.by("planner"))
    s.expect(ScheduleRun.objects.count() == 1, "the work is scheduled once")
    s.expect(run.operations == Operation.objects.count() > 0, "every open stage has its place")
