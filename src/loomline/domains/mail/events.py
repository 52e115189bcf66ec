"""What happened to letters. Flows read the letter itself by its key; here stands what colleagues may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event


@dataclass(frozen=True, kw_only=True)
class _Told:
    """A letter as the records that it concerns tell of it; `url` leads to its thread."""

    mail_id: int
    thread_id: int
    party_ids: tuple[int, ...] = ()
    link_kinds: tuple[str, ...] = ()
    link_ids: tuple[int, ...] = ()
    who: str = ""
    topic: str = ""
    body: str = ""
    url: str = ""
    happened_at: datetime | None = None

    def subjects(self) -> set[tuple[str, int]]:
        """The letter, its thread, the parties, and the records it is tied to."""
        found = {("mail.message", self.mail_id), ("mail.thread", self.thread_id)}
        found |= {("parties.party", pk) for pk in self.party_ids}
        return found | set(zip(self.link_kinds, self.link_ids, strict=True))


@dataclass(frozen=True, kw_only=True)
class MessageReceived(_Told, Event, icon="mail", tone="info"):
    """A letter came in."""

    says: ClassVar[str | Promise] = _("E-mail from {who}{topic}")


@dataclass(frozen=True, kw_only=True)
class MessageSent(_Told, Event, icon="send", tone="info"):
    """A letter went out."""

    says: ClassVar[str | Promise] = _("E-mail to {who}{topic}")


@dataclass(frozen=True, kw_only=True)
class MessageLinked(_Told, Event, icon="mail", tone="info"):
    """A letter that was there already turned out to be about this record."""

    says: ClassVar[str | Promise] = _("E-mail with {who}{topic}")


@dataclass(frozen=True, kw_only=True)
class MessageFailed(Event, icon="alert-triangle", tone="bad", about={"mail_id": "mail.message"}):
    """A letter could not be sent."""

    says: ClassVar[str | Promise] = _("E-mail not sent: {reason}")

    mail_id: int
    thread_id: int
    author_id: int | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class MessageBounced(
    Event, icon="arrow-back-up", tone="bad", about={"mail_id": "mail.message", "party_ids": "parties.party"}
):
    """A letter came back from somebody it did not reach."""

    says: ClassVar[str | Promise] = _("E-mail came back from {address}: {reason}")

    mail_id: int
    thread_id: int
    author_id: int | None
    address: str
    reason: str
    is_final: bool
    party_ids: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MailboxConnected(Event, icon="plug", about={"mailbox_id": "mail.mailbox"}):
    """Letters of a mailbox come in and go out from now on."""

    says: ClassVar[str | Promise] = _("Mailbox {address} connected")

    mailbox_id: int
    address: str


@dataclass(frozen=True, kw_only=True)
class MailboxFailed(Event, icon="alert-triangle", tone="bad", about={"mailbox_id": "mail.mailbox"}):
    """A mailbox cannot be read any more."""

    says: ClassVar[str | Promise] = _("Mailbox {address} cannot be read: {reason}")

    mailbox_id: int
    address: str
    reason: str
    owner_id: int | None
