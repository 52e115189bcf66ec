"""One takeover: begun, filled batch by batch, finished, and if need be undone as a whole."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.costing import commands as costing
from loomline.domains.exchange.commands.targets import registry
from loomline.domains.exchange.events import TakeoverFinished, TakeoverUndone
from loomline.domains.exchange.models import ForeignKey, Takeover, TakeoverState
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import StockMove
from loomline.engines.rows import Row
from loomline.kernel import edit
from loomline.kernel.audit import Activity, Change
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.custom import CustomField
from loomline.kernel.event import StoredEvent
from loomline.kernel.job import JobRun, JobState
from loomline.kernel.record import Record, lock
from loomline.kernel.refusal import Refused
from loomline.kernel.rows import insert_rows
from loomline.kernel.state import advance

# So many rows that were left out are kept with their reasons.
MOST_ERRORS = 10_000
# What else writes records for an import, in commands/linking.py.
LINKING = ("exchange.point_at", "exchange.redirect_keys", "exchange.leave_open")
CUSTOM_KINDS = {"decimal": "number", "integer": "number", "date": "date", "boolean": "boolean"}


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
    telling = [row for row in known if row.says_more]

    made = wanted.create(ctx, fresh) if fresh else []
    if telling:
        wanted.update(ctx, telling)
    pks = {row.key: record.pk for row, record in zip(fresh, made, strict=True)}
    places = {"system": system, "table": table}
    _write_keys(places, wanted.kind, rows, pks)
    if known:
        _remember_rows(places, known)
    return pks


def _write_keys(places: dict[str, str], kind: str, rows: list[Row], made: dict[str, int]) -> None:
    """The keys of new records with their rows, and further keys under which the other system knew them."""
    found = [(row.key, made[row.key], row.fingerprint, row.cells) for row in rows if row.key in made]
    more = {key: (row, pk) for row in rows if (pk := made.get(row.key) or row.object_id) for key in row.also}
    if more:
        there = ForeignKey.objects.filter(**places, key__in=more).values_list("key", flat=True)
        held = {*there, *made, *(row.key for row in rows if row.key not in more)}
        for key in more.keys() - held:
            row, pk = more[key]
            found.append((key, pk, row.fingerprint, row.cells) if key == row.key else (key, pk, "", {}))
    same = (*places.values(), kind)
    insert_rows(
        ForeignKey,
        (*places, "kind", "key", "object_id", "fingerprint", "source_row"),
        [(*same, *row) for row in found],
    )


def _remember_rows(places: dict[str, str], rows: list[Row]) -> None:
    """Keep how these rows look now, for the next comparison."""
    by_key = {row.key: row for row in rows}
    held = list(ForeignKey.objects.select_for_update().filter(**places, key__in=by_key).order_by("pk"))
    for one in held:
        one.fingerprint, one.source_row = by_key[one.key].fingerprint, by_key[one.key].cells
    ForeignKey.objects.bulk_update(held, ["fingerprint", "source_row"])


@command(hidden=True)
def keep_fields(
    ctx: Ctx, *, takeover: Takeover, entity: str, fields: dict[str, tuple[str, str]]
) -> list[CustomField]:
    """Set up the fields of one's own that the other system had and we have not: {name: (label, kind)}."""
    held = set(CustomField.objects.filter(entity=entity).values_list("name", flat=True))
    made = [
        CustomField(
            entity=entity, name=name, label=label[:80], kind=CUSTOM_KINDS.get(kind, "text"), position=at
        )
        for at, (name, (label, kind)) in enumerate(fields.items(), start=len(held) + 1)
        if name not in held
    ]
    CustomField.objects.bulk_create(made)
    return made


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
    kept = {"counts": counts, **as_kept(findings, errors), "ended_at": ctx.now}

    advance(takeover, "fail" if failed else "finish", **kept)

    created = sum(int(step["created"]) for step in counts.values())
    ctx.emit(
        TakeoverFinished(
            takeover_id=takeover.pk, number=takeover.number, title=takeover.title, created=created
        )
    )
    return takeover


def as_kept(findings: list[str], errors: list[Any]) -> dict[str, list[Any]]:
    """What a report keeps of the rows left out; where that is not all of them, it says so first."""
    if len(errors) <= MOST_ERRORS:
        return {"findings": findings, "errors": errors}
    cut = _t(
        "{count} rows were left out; the list and its file hold the first {most} of them. Mend the cause in "
        "the files and import them again: what is in already stays as it is."
    ).format(count=f"{len(errors):,}", most=f"{MOST_ERRORS:,}")
    return {"findings": [cut, *findings], "errors": errors[:MOST_ERRORS]}


@command(label=_("Undo the import"), icon="arrow-back-up", danger=True, move="undo")
def undo_takeover(ctx: Ctx, *, takeover: Takeover) -> Takeover:
    """Take back everything that this takeover brought in, if nobody has built on it since."""
    takeover = lock(takeover)

    if _runs_elsewhere(ctx, takeover):
        raise StillRunning(number=takeover.number, title=takeover.title)

    others = Takeover.objects.filter(recipe=takeover.recipe, state=TakeoverState.DONE).exclude(pk=takeover.pk)
    verbs = [take_batch.name, *LINKING] + ([] if others.exists() else [keep_fields.name])
    batches = Activity.objects.filter(kind=Takeover._meta.label_lower, object_id=takeover.pk, verb__in=verbs)

    changes = _changes(takeover, batches)
    costing.forget_moves(ctx, move_ids=_made(changes, StockMove), item_ids=_made(changes, Item))
    taken_back = edit.reverse(changes, ledgers=True)
    StoredEvent.objects.filter(activity__in=batches).delete()
    inventory.rebuild_balances(ctx)
    advance(takeover, "undo")

    ctx.emit(
        TakeoverUndone(takeover_id=takeover.pk, number=takeover.number, title=takeover.title, rows=taken_back)
    )
    return takeover


def _changes(takeover: Takeover, batches: QuerySet[Activity]) -> QuerySet[Change]:
    """What an import has written, and with it what later imports wrote on the same rows and took back."""
    undone = Takeover.objects.filter(recipe=takeover.recipe, state=TakeoverState.UNDONE, pk__gt=takeover.pk)
    if not undone.exists():
        return Change.objects.filter(activity__in=batches)
    own = Change.objects.filter(activity__in=batches, kind=OuterRef("kind"), object_id=OuterRef("object_id"))
    theirs = Activity.objects.filter(
        kind=Takeover._meta.label_lower,
        object_id__in=undone.values("pk"),
        verb__in=[take_batch.name, undo_takeover.name, *LINKING],
    )
    return Change.objects.filter(Q(activity__in=batches) | Q(activity__in=theirs) & Exists(own))


def _made(changes: QuerySet[Change], model: type[Record]) -> list[int]:
    """The keys of the records of one kind that these changes have made."""
    made = changes.filter(kind=model._meta.db_table, operation="I").order_by("object_id")
    return list(made.values_list("object_id", flat=True).distinct())


def _runs_elsewhere(ctx: Ctx, takeover: Takeover) -> bool:
    """True while a job other than the one that asks brings the rows in."""
    if takeover.job_id is None or takeover.state != TakeoverState.RUNNING:
        return False
    if ctx.request_id == f"job-{takeover.job_id}":
        return False
    return JobRun.objects.filter(pk=takeover.job_id, state__in=(JobState.WAITING, JobState.RUNNING)).exists()
