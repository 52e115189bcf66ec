"""What ends or rests in a work order stands still at the machine too."""

from __future__ import annotations

from loomline.domains.manufacturing.events import StageFinished, WorkCancelled, WorkPaused
from loomline.domains.manufacturing.models import WorkStage
from loomline.domains.shopfloor import commands as shopfloor
from loomline.kernel.context import Ctx
from loomline.kernel.event import on


@on(StageFinished)
def stage_finished(ctx: Ctx, event: StageFinished) -> None:
    """A stage that was finished in the office no longer runs at its machine."""
    shopfloor.end_clocks(ctx, stages=list(WorkStage.objects.filter(pk=event.stage_id)))


@on(WorkPaused)
def work_paused(ctx: Ctx, event: WorkPaused) -> None:
    """No clock runs for work that rests."""
    shopfloor.end_clocks(ctx, stages=list(WorkStage.objects.filter(work=event.work_id)))


@on(WorkCancelled)
def work_cancelled(ctx: Ctx, event: WorkCancelled) -> None:
    """Nor for work that was called off."""
    shopfloor.end_clocks(ctx, stages=list(WorkStage.objects.filter(work=event.work_id)))
