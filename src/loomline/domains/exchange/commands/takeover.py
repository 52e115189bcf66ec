"""One takeover: begun, filled batch by batch, finished, and if need be undone as a whole."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.exchange.commands.targets import registry
from loomline.domains.exchange.events import TakeoverFinished, TakeoverUndone
from loomline.domains.exchange.models import ForeignKey, Takeover, TakeoverState
from loomline.domains.inventory import commands as inventory
from loomline.engines.rows import Row
from loomline.kernel import edit
from loomline.kernel.audit import Activity, Change
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.job import JobRun, JobState
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance

# So many rows that were left out are kept with their reasons.
MOST_ERRORS = 10_000


class StillRunning(Refused):
    """An import has not ended."""

    says = _("{number} brings in {title} right now. Wait for its end, or stop its job first.")


@command(hidden=True)
def begin_takeover(ctx: Ctx, *, recipe: str, title: str, source: str, answers: dict[str, Any]) -> Takeover:
    """Note that records of another system are about to come in."""
    takeover: Takeover = Takeover.objects.create(
        recipe=recipe,
        title=title,
        state=TakeoverState.RUNNING,
        source=source,
        answers=answers,
        started_by=ctx.actor,
        started_at=ctx.now,
    )
    return takeover


@command(hidden=True)
def take_batch(
    ctx: Ctx, *, takeover: Takeover, system: str, table: str, target: str, rows: list[Row]
) -> dict[str, int]:
    """Make records of a batch of rows, all of them or none, and remember which row became which."""
    wanted = registry[target]
    fresh = [row for row in rows if row.object_id is None]
    known = [row for row in rows if row.object_id is not None]

    made = wanted.create(ctx, fresh) if fresh else []
    if known:
        wanted.update(ctx, known)
    ForeignKey.objects.bulk_create(
        ForeignKey(
            system=system,
            table=table,
            key=row.key,
            kind=record._meta.label_lower,
            object_id=record.pk,
            fingerprint=row.fingerprint,
            unmapped=row.unmapped,
        )
        for row, record in zip(fresh, made, strict=True)
        if row.key
    )
    for row in known:
        ForeignKey.objects.filter(system=system, table=table, key=row.key).update(fingerprint=row.fingerprint)
    return {row.key: record.pk for row, record in zip(fresh, made, strict=True)}


@command(hidden=True)
def finish_takeover(
    ctx: Ctx,
    *,
    takeover: Takeover,
    counts: dict[str, Any],
    findings: list[str],
    errors: list[Any],
    failed: bool = False,
) -> Takeover:
    """Close the books on a takeover and keep its report."""
    takeover = lock(takeover)
    kept = {"counts": counts, "findings": findings, "errors": errors[:MOST_ERRORS], "ended_at": ctx.now}

    advance(takeover, "fail" if failed else "finish", **kept)

    created = sum(int(step["created"]) for step in counts.values())
    ctx.emit(
        TakeoverFinished(
            takeover_id=takeover.pk, number=takeover.number, title=takeover.title, created=created
        )
    )
    return takeover


@command(label=_("Undo the import"), icon="arrow-back-up", danger=True, move="undo")
def undo_takeover(ctx: Ctx, *, takeover: Takeover) -> Takeover:
    """Take back everything that this takeover brought in, if nobody has built on it since."""
    takeover = lock(takeover)

    if _runs_elsewhere(ctx, takeover):
        raise StillRunning(number=takeover.number, title=takeover.title)

    batches = Activity.objects.filter(
        kind=Takeover._meta.label_lower, object_id=takeover.pk, verb=take_batch.name
    )

    taken_back = edit.reverse(Change.objects.filter(activity__in=batches), ledgers=True)
    StoredEvent.objects.filter(activity__in=batches).delete()
    inventory.rebuild_balances(ctx)
    advance(takeover, "undo")

    ctx.emit(
        TakeoverUndone(takeover_id=takeover.pk, number=takeover.number, title=takeover.title, rows=taken_back)
    )
    return takeover


def _runs_elsewhere(ctx: Ctx, takeover: Takeover) -> bool:
    """True while a job other than the one that asks brings the rows in."""
    if takeover.job_id is None or takeover.state != TakeoverState.RUNNING:
        return False
    if ctx.request_id == f"job-{takeover.job_id}":
        return False
    return JobRun.objects.filter(pk=takeover.job_id, state__in=(JobState.WAITING, JobState.RUNNING)).exists()
