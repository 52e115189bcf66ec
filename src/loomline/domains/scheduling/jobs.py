"""Looking for something better than the schedule that is kept, in the background."""

from __future__ import annotations

import time
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.scheduling import commands, queries
from loomline.domains.scheduling.commands import Proposed
from loomline.domains.scheduling.queries import Figures, Placed
from loomline.engines.heavy import NotInstalled
from loomline.engines.scheduling.solver_run import Effort
from loomline.engines.watch import Watch
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, JobStopped, job
from loomline.kernel.refusal import Refused

SECONDS = 30
# So often somebody who looks hears how far it is.
EVERY = 0.5


class NoSolver(Refused):
    """The search is an extra."""

    says = _("The solver is not installed, so the schedule stays as the rules made it. {why}")


@job(title=_("Improve the schedule"))
def improve_schedule(ctx: Ctx, run: JobRun, *, seconds: int = SECONDS) -> dict[str, Any]:
    """Search for fewer and shorter delays, then less set-up, then an earlier end; the best is kept."""
    facts = queries.read_facts(ctx)
    if not queries.is_sound(facts, queries.kept_spots(facts)):
        # Machines broke down, work took longer: what is kept must be possible before it can be better.
        commands.schedule_now(ctx)
        facts = queries.read_facts(ctx)
    search = _Search(run)
    try:
        found = queries.improve(
            facts,
            effort=Effort(float(seconds)),
            watch=Watch(search.tell, search.is_stopped),
            found=search.hear,
        )
    except NotInstalled as missing:
        raise NoSolver(why=str(missing)) from missing
    result: dict[str, Any] = {"improved": found is not None}
    if found is not None:
        kept = commands.keep_improved(ctx, found=_proposed(found))
        result |= {"late": kept.late, "late_before": kept.late_before, "moved": kept.moved}
    if search.stopped is not None:
        raise search.stopped
    return result


def _proposed(found: Placed) -> list[Proposed]:
    facts = found.facts
    return [
        Proposed(
            stage_id=pk, machine=spot.lane.machine, starts_at=facts.at(spot.start), ends_at=facts.at(spot.end)
        )
        for pk, spot in found.spots.items()
    ]


class _Search:
    """What the search tells, and whether somebody wants it to end; what it found by then is kept."""

    def __init__(self, run: JobRun) -> None:
        self.run = run
        self.stopped: JobStopped | None = None
        self.told = 0.0
        self.best = ""

    def tell(self, done: float, says: str) -> None:
        now = time.monotonic()
        if self.stopped is not None or now - self.told < EVERY:
            return
        self.told = now
        try:
            self.run.report(int(done * 100), 100, self.best)
        except JobStopped as stop:
            self.stopped = stop

    def is_stopped(self) -> bool:
        return self.stopped is not None

    def hear(self, worth: Figures) -> None:
        """May be called by a thread of the solver, and so writes nothing."""
        self.best = _t("Best so far: {late} work orders late, {hours} h of set-up.").format(
            late=worth.late, hours=round(worth.setup / 60, 1)
        )
