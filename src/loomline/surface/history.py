"""What happened to a record: told facts as its timeline, changed columns as sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, Model, Q
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _t

from loomline.kernel import access
from loomline.kernel.access import Level
from loomline.kernel.audit import Change
from loomline.kernel.command import describe
from loomline.kernel.command import registry as commands
from loomline.kernel.context import Ctx
from loomline.kernel.event import EventAbout
from loomline.kernel.event import registry as facts
from loomline.kernel.port import port
from loomline.kernel.quantity import plain as plain_number
from loomline.surface import draw_text, registry
from loomline.surface.fields import Pool

SIZE = 30
RECENT = 300
OPERATIONS = {"I": "plus", "U": "pencil", "D": "trash"}


def entries(
    kind: str, pk: int, ctx: Ctx, *, before: int = 0, size: int = SIZE, kinds: Sequence[str] = ()
) -> tuple[list[Any], int]:
    """The told facts about a record, newest first, and the key that older ones follow.

    One statement, and one for each other kind of record that the facts are mainly about and of which the
    person sees some only: what is told of a deal is not shown to whom the deal is not. `kinds` names facts
    ("timeline.NoteWritten") or whole domains ("sales").
    """
    rows = EventAbout._default_manager.filter(kind=kind, object_id=pk)
    if before:
        rows = rows.filter(event_id__lt=before)
    if kinds:
        wanted = Q()
        for name in kinds:
            wanted |= Q(event__name=name) if "." in name else Q(event__name__startswith=f"{name}.")
        rows = rows.filter(wanted)
    found = list(rows.select_related("event__activity__actor").order_by("-event_id")[: size + 1])
    told = seen_of([row.event for row in found[:size]], (kind, pk), ctx)
    return told, found[size - 1].event_id if len(found) > size else 0


def seen_of(events: Sequence[Any], here: tuple[str, int], ctx: Ctx) -> list[Any]:
    """Those of the facts whose own records the person may see, and that tell no field kept back."""
    kept = access.closed(ctx)
    events = [e for e in events if not _tells(e, kept)] if kept else events
    main = {event.pk: _subjects(event) for event in events}
    asked: dict[str, set[int]] = {}
    for kind, keys in main.values():
        asked.setdefault(kind, set()).update(keys - {here[1]} if kind == here[0] else keys)
    seen = {kind: _seen_keys(kind, keys, ctx) if keys else set() for kind, keys in asked.items()}
    seen.setdefault(here[0], set()).add(here[1])
    return [e for e in events if not main[e.pk][1] or main[e.pk][1] & seen[main[e.pk][0]]]


@port
def pinned(ctx: Ctx, *, kind: str, pk: int) -> list[dict[str, Any]]:
    """What people have pinned to the top of a record, as entries; nothing where nobody keeps notes."""
    return []


def _subjects(event: Any) -> tuple[str, set[int]]:
    """The records that a fact is mainly about: those that its class names first."""
    made = facts.get(event.name)
    field, kind = next(iter(made.about.items()), ("", "")) if made is not None else ("", "")
    value = event.payload.get(field)
    return kind, {v for v in (value if isinstance(value, list) else [value]) if v}


def _tells(event: Any, kept: frozenset[str]) -> bool:
    made = facts.get(event.name)
    kinds = set(made.about.values()) if made is not None else set()
    return any(f"{kind}.{field}" in kept for kind in kinds for field in event.payload)


def _seen_keys(kind: str, keys: set[int], ctx: Ctx) -> set[int]:
    resource = registry.by_kind(kind)
    if resource is None or access.level_of(ctx.actor, access.view_permission(resource.model)) >= Level.ALL:
        return keys
    return set(resource.visible(ctx).filter(pk__in=keys).values_list("pk", flat=True))


def domains_of(kind: str, pk: int) -> list[str]:
    """Which domains have told of a record lately."""
    rows = EventAbout._default_manager.filter(kind=kind, object_id=pk).order_by("-event_id")
    names = rows.values_list("event__name", flat=True)[:RECENT]
    return list(dict.fromkeys(name.partition(".")[0] for name in names))


def as_entries(events: Iterable[Any]) -> list[dict[str, Any]]:
    """Told facts with a heading for each day, as cotton/timeline.html draws them."""
    found: list[dict[str, Any]] = []
    last: date | None = None
    for event in events:
        day = timezone.localtime(event.at).date()
        if day != last:
            found.append({"day": day_words(day)})
            last = day
        actor = event.activity.actor
        found.append(
            entry(
                icon=event.icon,
                tone=event.tone,
                title=event.sentence,
                url=str(event.payload.get("url") or ""),
                at=event.at,
                body=str(event.payload.get("body") or ""),
                actor="" if getattr(actor, "is_system", False) else str(actor),
            )
        )
    return found


def entry(**given: Any) -> dict[str, Any]:
    """One line of a timeline, as cotton/timeline.html draws it."""
    usual = {"icon": "point", "tone": "", "title": "", "url": "", "text": "", "at": None, "when": ""}
    return {**usual, "body": "", "files": [], "actor": "", **given}


def day_words(day: date) -> str:
    """A day as a heading: today, yesterday, or the day itself."""
    today = timezone.localdate()
    if day == today:
        return _t("Today")
    return _t("Yesterday") if day == today - timedelta(days=1) else draw_text.day(day)


def changes_of(record: Model, ctx: Ctx, *, size: int = 50) -> list[dict[str, Any]]:
    """The changes of one row as timeline entries; two statements and one for each kind of related
    record named.
    """
    rows = Change._default_manager.filter(kind=record._meta.db_table, object_id=record.pk)
    return as_changes(list(rows.select_related("activity__actor").order_by("-id")[:size]), ctx)


def as_changes(rows: Sequence[Change], ctx: Ctx) -> list[dict[str, Any]]:
    """Changed rows as entries with a heading for each day."""
    pool = Pool(ctx)
    load_names(rows, pool)
    found: list[dict[str, Any]] = []
    last: date | None = None
    for row in rows:
        day = timezone.localtime(row.at).date()
        if day != last:
            found.append({"day": day_words(day)})
            last = day
        activity = row.activity
        by_hand = _t("Not by a command: changed in the database itself")
        found.append(
            entry(
                icon=OPERATIONS.get(row.operation, "point"),
                tone="" if activity else "warn",
                title=_title(row),
                text="; ".join(differences(row, pool)),
                at=row.at,
                actor=str(activity.actor) if activity else by_hand,
            )
        )
    return found


def _title(row: Change) -> str:
    if row.operation == "I":
        return _t("Created")
    if row.operation == "D":
        return _t("Deleted")
    return verb(row.activity.verb) if row.activity else _t("Changed")


def verb(name: str) -> str:
    """A command's name as people read it: its label, or its words."""
    made = commands.get(name)
    return made.label if made is not None else str(capfirst(describe(name)))


def differences(row: Change, pool: Pool) -> list[str]:
    """Each changed column as a sentence: "Promised from 27 Nov to 3 Dec"."""
    return [
        _t("{field} from {old} to {new}").format(field=label, old=old, new=new)
        for label, old, new in pairs(row, pool)
    ]


def pairs(row: Change, pool: Pool) -> list[tuple[str, str, str]]:
    """Each changed column with what stood there before and after, in words."""
    model = model_of(row.kind)
    if row.operation != "U" or model is None:
        return []
    found, kept = [], access.closed(pool.ctx)
    for column, new in (row.new or {}).items():
        field = next((f for f in model._meta.concrete_fields if f.column == column), None)
        if field is None or f"{model._meta.label_lower}.{field.name}" in kept:
            continue
        if column not in ("custom", "revision"):
            old = (row.old or {}).get(column)
            found.append(
                (str(capfirst(str(field.verbose_name))), _words(field, old, pool), _words(field, new, pool))
            )
    return found


def model_of(table: str) -> type[Model] | None:
    """The model that a table belongs to."""
    return next((m for m in apps.get_models() if m._meta.db_table == table), None)


def load_names(rows: Sequence[Change], pool: Pool) -> None:
    """Fetch the records that these changes name, one statement a kind."""
    wanted: dict[type[Model], set[Any]] = {}
    for row in rows:
        model = model_of(row.kind)
        for field in model._meta.concrete_fields if model else ():
            if isinstance(field, ForeignKey):
                keys = {(side or {}).get(field.column) for side in (row.old, row.new)}
                wanted.setdefault(field.remote_field.model, set()).update(k for k in keys if k)
    for model, keys in wanted.items():
        pool.load(model, keys)


def _words(field: Any, value: Any, pool: Pool) -> str:
    if value in (None, ""):
        return _t("nothing")
    if field.is_relation:
        return str(pool.held.get(field.related_model, {}).get(value) or value)
    if isinstance(value, bool):
        return _t("yes") if value else _t("no")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    kind = field.get_internal_type()
    if kind == "DateField":
        return draw_text.day(parse_date(value)) if parse_date(str(value)) else str(value)
    if kind == "DateTimeField":
        moment = parse_datetime(str(value))
        return draw_text.moment(
            moment
            if moment is None or moment.tzinfo
            else moment.replace(tzinfo=timezone.get_default_timezone())
        )
    if kind == "DecimalField":
        try:
            return plain_number(Decimal(str(value)))
        except InvalidOperation:
            return str(value)
    return str(value)[:80]
