"""What people wrote down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event


@dataclass(frozen=True, kw_only=True)
class _Noted:
    """A note about a record of any kind, the party it concerns, and the organisations of that person."""

    note_id: int
    about_kind: str
    about_id: int
    subject: str
    topic: str
    body: str
    author: str
    party_id: int | None = None
    organisation_ids: tuple[int, ...] = ()
    # Told late, as notes of another system are: when it was said.
    happened_at: datetime | None = None

    def subjects(self) -> set[tuple[str, int]]:
        """The record itself, the parties, and the note."""
        parties = {pk for pk in (self.party_id, *self.organisation_ids) if pk}
        found = {(self.about_kind, self.about_id), ("timeline.note", self.note_id)}
        return found | {("parties.party", pk) for pk in parties}


@dataclass(frozen=True, kw_only=True)
class NoteWritten(_Noted, Event, icon="note"):
    """Somebody wrote something down."""

    says: ClassVar[str | Promise] = _("{author} wrote a note")


@dataclass(frozen=True, kw_only=True)
class CallLogged(_Noted, Event, icon="phone", tone="info"):
    """Somebody spoke on the phone."""

    says: ClassVar[str | Promise] = _("{author} logged a call{length}{topic}")

    length: str = ""
    outcome: str = ""


@dataclass(frozen=True, kw_only=True)
class MeetingLogged(_Noted, Event, icon="users", tone="info"):
    """People met."""

    says: ClassVar[str | Promise] = _("{author} logged a meeting{length}{topic}")

    length: str = ""
    outcome: str = ""


@dataclass(frozen=True, kw_only=True)
class EmailLogged(_Noted, Event, icon="mail", tone="info"):
    """A letter went out or came in."""

    says: ClassVar[str | Promise] = _("E-mail {way}: {subject}")

    way: str = ""


@dataclass(frozen=True, kw_only=True)
class NoteDeleted(Event, icon="trash"):
    """A note was taken back by its author."""

    says: ClassVar[str | Promise] = _("{author} deleted a note")

    about_kind: str
    about_id: int
    author: str

    def subjects(self) -> set[tuple[str, int]]:
        """The record the note was about."""
        return {(self.about_kind, self.about_id)}
