"""What happened to a record, newest first, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.db.models import Field, Model, Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from loomline.domains.timeline.models import Note, NoteFile
from loomline.engines.content_store import ContentStore
from loomline.kernel import access
from loomline.kernel.audit import Change
from loomline.kernel.context import Ctx
from loomline.kernel.event import EventAbout
from loomline.kernel.quantity import plain

NOTHING = "–"
FOLDER = "notes"
Fields = Mapping[str, "Field[Any, Any]"]


def store() -> ContentStore:
    """Where the files of notes lie."""
    return ContentStore(Path(settings.MEDIA_ROOT) / FOLDER)


def place_of_file(digest: str) -> Path:
    """Where the content of a file lies."""
    return store().place_of(digest)


def file_seen(ctx: Ctx, pk: int) -> NoteFile | None:
    """A file of a note that somebody may see."""
    return NoteFile.objects.filter(pk=pk, note__in=access.visible(ctx, Note)).first()


def files_of(*, people: Sequence[int], leads: Sequence[int]) -> QuerySet[NoteFile]:
    """The files of notes about people and leads; their content goes with the next sweep."""
    about_people = Q(note__about_kind="parties.party", note__about_id__in=people)
    about_leads = Q(note__about_kind="pipeline.lead", note__about_id__in=leads)
    return NoteFile.objects.filter(Q(note__party__in=people) | about_people | about_leads)


@dataclass(frozen=True)
class Entry:
    """One line of a timeline. `id` is the key to ask for what came before it."""

    id: int
    at: datetime
    day: date
    name: str
    actor: str
    via: str
    icon: str
    tone: str
    sentence: str
    body: str = ""
    note_id: int | None = None
    pinned: bool = False


@dataclass(frozen=True)
class FieldChange:
    """One value that became another, with who changed it; without an actor it was changed past Loomline."""

    id: int
    at: datetime
    actor: str
    via: str
    field: str
    old: str
    new: str

    @property
    def sentence(self) -> str:
        """What people read."""
        if not self.field:
            return self.new
        return f"{self.field}: {self.old} → {self.new}"


def timeline_of(
    *,
    kind: str,
    pk: int,
    before: int | None = None,
    size: int = 30,
    kinds: Sequence[str] = (),
    zone: tzinfo = UTC,
) -> list[Entry]:
    """The newest events about a record, or those before an entry; `kinds` names events or whole domains.

    Costs two statements at most, however long the timeline is: it is read along its index.
    """
    told = EventAbout.objects.filter(kind=kind, object_id=pk)
    if before is not None:
        told = told.filter(event__lt=before)
    if kinds:
        told = told.filter(_named(kinds))
    rows = told.select_related("event__activity__actor").order_by("-event")[:size]
    events = [row.event for row in rows]
    notes = _notes(event.payload.get("note_id") for event in events)
    return [_entry(event, notes.get(event.payload.get("note_id", 0)), zone) for event in events]


def pinned_of(*, kind: str, pk: int) -> QuerySet[Note]:
    """The notes that stay on top of a record."""
    return (
        Note.objects.filter(about_kind=kind, about_id=pk, pinned=True)
        .select_related("author")
        .order_by("-id")
    )


def notes_about(*, kind: str, pk: int) -> QuerySet[Note]:
    """Everything people wrote down about a record."""
    return Note.objects.filter(about_kind=kind, about_id=pk).select_related("author").order_by("-id")


def changes_of(record: Model, *, before: int | None = None, size: int = 50) -> list[FieldChange]:
    """Which fields of a record became what, newest first.

    Costs one statement, and one more for each kind of record that changed fields point at.
    """
    rows = Change.objects.filter(kind=record._meta.db_table, object_id=record.pk)
    if before is not None:
        rows = rows.filter(id__lt=before)
    changes = list(rows.select_related("activity__actor").order_by("-id")[:size])
    fields: Fields = {
        str(f.column): f for f in record._meta.concrete_fields if f.editable or f.name == "state"
    }
    names = _names(changes, fields)
    return [line for change in changes for line in _lines(change, fields, names)]


def _named(kinds: Iterable[str]) -> Q:
    condition = Q()
    for name in kinds:
        condition |= Q(event__name=name) if "." in name else Q(event__name__startswith=f"{name}.")
    return condition


def _notes(ids: Iterable[Any]) -> dict[int, Note]:
    wanted = {pk for pk in ids if pk}
    return {note.pk: note for note in Note.objects.filter(pk__in=wanted)} if wanted else {}


def _entry(event: Any, note: Note | None, zone: tzinfo) -> Entry:
    return Entry(
        id=event.pk,
        at=event.at,
        day=event.at.astimezone(zone).date(),
        name=event.name,
        actor=str(event.activity.actor),
        via=event.activity.via,
        icon=event.icon,
        tone=event.tone,
        sentence=event.sentence,
        body=note.body if note is not None else str(event.payload.get("body") or ""),
        note_id=note.pk if note is not None else None,
        pinned=note.pinned if note is not None else False,
    )


def _lines(change: Change, fields: Fields, names: Mapping[tuple[str, Any], str]) -> list[FieldChange]:
    activity = change.activity
    who = str(activity.actor) if activity is not None else ""
    via = activity.via if activity is not None else ""
    at = activity.at if activity is not None else change.at
    if change.operation != "U":
        word = _("Created") if change.operation == "I" else _("Deleted")
        return [FieldChange(change.pk, at, who, via, "", "", word)]
    old, new = change.old or {}, change.new or {}
    return [
        FieldChange(
            change.pk,
            at,
            who,
            via,
            str(capfirst(field.verbose_name)),
            _shown(field, old.get(column), names),
            _shown(field, new.get(column), names),
        )
        for column, field in fields.items()
        if column in new
    ]


def _names(changes: Iterable[Change], fields: Fields) -> dict[tuple[str, Any], str]:
    """What the records are called that changed fields point at, read set by set."""
    wanted: dict[type[Model], set[Any]] = {}
    for change in changes:
        for column, field in fields.items():
            if field.is_relation and change.operation == "U" and column in (change.new or {}):
                values = {(change.old or {}).get(column), (change.new or {}).get(column)} - {None}
                wanted.setdefault(cast("type[Model]", field.related_model), set()).update(values)
    return {
        (model._meta.label_lower, row.pk): str(row)
        for model, keys in wanted.items()
        for row in model._default_manager.filter(pk__in=keys)
    }


def _shown(field: Field[Any, Any], value: Any, names: Mapping[tuple[str, Any], str]) -> str:
    if value is None or value == "":
        return NOTHING
    if field.is_relation:
        target = cast("type[Model]", field.related_model)
        return names.get((target._meta.label_lower, value), f"#{value}")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if field.get_internal_type() == "DecimalField":
        return _number(value)
    if isinstance(value, (list, dict)):
        return ", ".join(str(part) for part in value) or NOTHING
    return str(value)


def _number(value: Any) -> str:
    try:
        return plain(Decimal(str(value)))
    except InvalidOperation:
        return str(value)
