"""Writing down what was said and done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.parties import queries as parties
from loomline.domains.parties.models import Party
from loomline.domains.timeline.events import (
    CallLogged,
    EmailLogged,
    MeetingLogged,
    NoteDeleted,
    NoteWritten,
)
from loomline.domains.timeline.models import Direction, Note, NoteKind
from loomline.kernel import access
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.event import Event, EventAbout, StoredEvent
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused

BATCH = 2000
CONCERNED = ("party", "customer", "supplier", "person", "organisation")


class NoteEmpty(Refused):
    """A note says something."""

    says = _("Write something first.")


class NotYours(Refused):
    """What somebody wrote down stays as written."""

    says = _("{author} wrote this note; only {author} can change it. Write one of your own below it.")


class AlreadyPinned(Refused):
    """A note is on top or it is not."""

    says = _("This note is pinned already.")


class NotPinned(Refused):
    """A note is on top or it is not."""

    says = _("This note is not pinned.")


class MailKnown(Refused):
    """The same message from two mailboxes is one message."""

    says = _("This e-mail is in the timeline already.")


@command(label=_("Write a note"), icon="note", creates=Note)
def write_note(
    ctx: Ctx,
    *,
    body: str,
    about: Any = None,
    about_kind: str = "",
    about_id: int = 0,
    party: Party | None = None,
    pinned: bool = False,
) -> Note:
    """Keep a thought where everybody who opens the record will find it."""
    record = access.subject(ctx, about, about_kind, about_id, needed=True)
    if not body.strip():
        raise NoteEmpty(at_field="body")

    note = _write(
        ctx,
        kind=NoteKind.NOTE,
        about=record,
        party=party,
        body=body,
        pinned=pinned,
    )

    ctx.emit(_news(note, _told(note)))
    return note


@command(label=_("Log a call"), icon="phone", creates=Note)
def log_call(
    ctx: Ctx,
    *,
    about: Any = None,
    about_kind: str = "",
    about_id: int = 0,
    subject: str = "",
    body: str = "",
    direction: str = Direction.OUT,
    duration_minutes: int | None = None,
    outcome: str = "",
    at: datetime | None = None,
    party: Party | None = None,
) -> Note:
    """Keep what was said on the phone, and what came of it."""
    return _log(
        ctx,
        kind=NoteKind.CALL,
        about=access.subject(ctx, about, about_kind, about_id, needed=True),
        party=party,
        subject=subject,
        body=body,
        direction=direction,
        duration_minutes=duration_minutes,
        outcome=outcome,
        at=at or ctx.now,
    )


@command(label=_("Log a meeting"), icon="users", creates=Note)
def log_meeting(
    ctx: Ctx,
    *,
    about: Any = None,
    about_kind: str = "",
    about_id: int = 0,
    subject: str = "",
    body: str = "",
    duration_minutes: int | None = None,
    outcome: str = "",
    at: datetime | None = None,
    party: Party | None = None,
) -> Note:
    """Keep what was agreed when people met."""
    return _log(
        ctx,
        kind=NoteKind.MEETING,
        about=access.subject(ctx, about, about_kind, about_id, needed=True),
        party=party,
        subject=subject,
        body=body,
        duration_minutes=duration_minutes,
        outcome=outcome,
        at=at or ctx.now,
    )


@command(label=_("Log an e-mail"), icon="mail", creates=Note)
def log_email(
    ctx: Ctx,
    *,
    about: Any = None,
    about_kind: str = "",
    about_id: int = 0,
    subject: str = "",
    body: str = "",
    direction: str = Direction.OUT,
    at: datetime | None = None,
    message_id: str = "",
    party: Party | None = None,
) -> Note:
    """Keep a letter beside what it is about; the same message is kept once, whatever mailbox it came from."""
    record = access.subject(ctx, about, about_kind, about_id, needed=True)
    if not subject.strip() and not body.strip():
        raise NoteEmpty(at_field="subject")
    here = Note.objects.filter(about_kind=record._meta.label_lower, about_id=record.pk)
    if message_id and here.filter(message_id=message_id).exists():
        raise MailKnown

    note = _write(
        ctx,
        kind=NoteKind.EMAIL,
        about=record,
        party=party,
        subject=subject or _t("(no subject)"),
        body=body,
        direction=direction,
        message_id=message_id,
        at=at or ctx.now,
    )

    ctx.emit(_news(note, _told(note)))
    return note


def _log(ctx: Ctx, *, subject: str, body: str, **said: Any) -> Note:
    """Keep what was spoken; something must be said of it."""
    if not subject.strip() and not body.strip():
        raise NoteEmpty(at_field="body")
    note = _write(ctx, subject=subject, body=body, **said)
    ctx.emit(_news(note, _told(note)))
    return note


@dataclass(frozen=True, kw_only=True)
class PastNote:
    """What was written down about a record in another system."""

    about_kind: str
    about_id: int
    kind: NoteKind = NoteKind.NOTE
    party: Party | None = None
    subject: str = ""
    body: str = ""
    author: Any = None
    at: datetime | None = None
    direction: str = ""
    duration_minutes: int | None = None
    outcome: str = ""


@command(hidden=True)
def take_over_notes(ctx: Ctx, *, pasts: list[PastNote]) -> list[Note]:
    """Bring in what was written down elsewhere, with its day and its author."""
    if any(not (past.subject.strip() or past.body.strip()) for past in pasts):
        raise NoteEmpty(at_field="body")

    notes = [
        Note(
            kind=past.kind,
            about_kind=past.about_kind,
            about_id=past.about_id,
            party=past.party,
            subject=past.subject.strip()[:200],
            body=past.body.strip(),
            author=past.author or ctx.actor,
            at=past.at or ctx.now,
            direction=past.direction,
            duration_minutes=past.duration_minutes,
            outcome=past.outcome[:120],
        )
        for past in pasts
    ]
    Note.objects.bulk_create(notes, batch_size=BATCH)

    ties = parties.organisations_by_person(
        people=[n.party.pk for n in notes if n.party is not None and n.party.is_person]
    )
    for note in sorted(notes, key=lambda note: (note.at, note.pk)):
        told = {**_told(note, organisations=ties.get(note.party_id or 0, ())), "happened_at": note.at}
        ctx.emit(_news(note, told))
    return notes


def _news(note: Note, told: dict[str, Any]) -> Event:
    match note.kind:
        case NoteKind.CALL:
            return CallLogged(**told, length=_length(note.duration_minutes), outcome=note.outcome)
        case NoteKind.MEETING:
            return MeetingLogged(**told, length=_length(note.duration_minutes), outcome=note.outcome)
        case NoteKind.EMAIL:
            way = _t("received") if note.direction == Direction.IN else _t("sent")
            return EmailLogged(**told, way=way)
        case _:
            return NoteWritten(**told)


@command(hidden=True)
def follow_notes(ctx: Ctx, *, changes: dict[int, dict[str, Any]]) -> list[Note]:
    """Write what another system has changed about notes that came from there."""
    notes = lock_all(Note.objects.filter(pk__in=changes))

    for note in notes:
        for name, value in changes[note.pk].items():
            setattr(note, name, value)
        note.save(update_fields=list(changes[note.pk]))
        _retell(note)
    return notes


@command(label=_("Change"), icon="pencil")
def change_note(ctx: Ctx, *, note: Note, body: str) -> Note:
    """Correct what one wrote oneself; the history keeps the former words."""
    note = lock(note)

    _refuse_stranger(ctx, note)
    if not body.strip() and not note.subject:
        raise NoteEmpty(at_field="body")

    note.body = body.strip()
    note.save(update_fields=["body"])
    _retell(note)
    return note


@command(label=_("Pin"), icon="pin", undo=True)
def pin_note(ctx: Ctx, *, note: Note) -> Note:
    """Keep a note on top of its record for everybody."""
    note = lock(note)

    if note.pinned:
        raise AlreadyPinned

    note.pinned = True
    note.save(update_fields=["pinned"])
    return note


@command(label=_("Unpin"), icon="pin", undo=True)
def unpin_note(ctx: Ctx, *, note: Note) -> Note:
    """Let a note take its place among the others again."""
    note = lock(note)

    if not note.pinned:
        raise NotPinned

    note.pinned = False
    note.save(update_fields=["pinned"])
    return note


@command(label=_("Delete"), icon="trash", danger=True)
def delete_note(ctx: Ctx, *, note: Note) -> None:
    """Take back what one wrote oneself; the timeline says that something was taken back."""
    note = lock(note)

    _refuse_stranger(ctx, note)

    told = NoteDeleted(about_kind=note.about_kind, about_id=note.about_id, author=str(ctx.actor))
    note.body = ""
    _retell(note)
    note.delete()

    ctx.emit(told)


def _concerned(record: Any) -> Party | None:
    """The party that a record is, or belongs to."""
    if isinstance(record, Party):
        return record
    found = (getattr(record, name, None) for name in CONCERNED)
    return next((party for party in found if isinstance(party, Party)), None)


def _write(
    ctx: Ctx,
    *,
    about: Any,
    party: Party | None,
    at: datetime | None = None,
    body: str = "",
    subject: str = "",
    **values: Any,
) -> Note:
    note: Note = Note.objects.create(
        about_kind=about._meta.label_lower,
        about_id=about.pk,
        party=party or _concerned(about),
        author=ctx.actor,
        at=at or ctx.now,
        body=body.strip(),
        subject=subject.strip(),
        **values,
    )
    return note


def _told(note: Note, organisations: Sequence[int] | None = None) -> dict[str, Any]:
    return {
        "note_id": note.pk,
        "about_kind": note.about_kind,
        "about_id": note.about_id,
        "party_id": note.party_id,
        "organisation_ids": _organisations(note.party) if organisations is None else tuple(organisations),
        "subject": note.subject,
        "topic": f": {note.subject}" if note.subject else "",
        "body": note.body,
        "author": str(note.author),
    }


def _organisations(party: Party | None) -> tuple[int, ...]:
    """What is said with a person is news for the organisations that the person belongs to."""
    if party is None or not party.is_person:
        return ()
    ties = parties.organisations_of(person=party)
    return tuple(ties.values_list("organisation_id", flat=True))


def _retell(note: Note) -> None:
    """Let the stored event say what the note says now, so that words taken back are gone everywhere."""
    told = EventAbout.objects.filter(kind=note._meta.label_lower, object_id=note.pk).values("event")
    for event in StoredEvent.objects.filter(pk__in=told):
        event.payload = {**event.payload, "body": note.body}
        event.save(update_fields=["payload"])


def _length(minutes: int | None) -> str:
    return _t(" of {n} minutes").format(n=minutes) if minutes else ""


def _refuse_stranger(ctx: Ctx, note: Note) -> None:
    if note.author_id != ctx.actor.pk:
        raise NotYours(author=note.author)
