"""What people wrote down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event


@dataclass(frozen=True, kw_only=True)
class _Noted:
    """A note about a record of any kind, and about the party it concerns."""

    note_id: int
    about_kind: str
    about_id: int
    subject: str
    author: str
    party_id: int | None = None

    def subjects(self) -> set[tuple[str, int]]:
        """The record itself, the party, and the note."""
        found = {(self.about_kind, self.about_id), ("timeline.note", self.note_id)}
        return found | ({("parties.party", self.party_id)} if self.party_id else set())


@dataclass(frozen=True, kw_only=True)
class NoteWritten(_Noted, Event, icon="note"):
    """Somebody wrote something down."""

    says: ClassVar[str | Promise] = _("{author} wrote a note")


@dataclass(frozen=True, kw_only=True)
class CallLogged(_Noted, Event, icon="phone", tone="info"):
    """Somebody spoke on the phone."""

    says: ClassVar[str | Promise] = _("{author} logged a call{length}: {subject}")

    length: str = ""
    outcome: str = ""


@dataclass(frozen=True, kw_only=True)
class MeetingLogged(_Noted, Event, icon="users", tone="info"):
    """People met."""

    says: ClassVar[str | Promise] = _("{author} logged a meeting{length}: {subject}")

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
