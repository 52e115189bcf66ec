"""What happened to people's permission and data. Nothing here says who they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

PARTY = {"party_id": "parties.party"}


@dataclass(frozen=True, kw_only=True)
class ConsentGiven(Event, about=PARTY, icon="circle-check", tone="ok"):
    """A person allowed to be reached."""

    says: ClassVar[str | Promise] = _("Agreed to {purpose_label} by {channel_label}")

    party_id: int
    consent_id: int
    channel: str
    purpose: str
    channel_label: str
    purpose_label: str
    basis: str


@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn(Event, about=PARTY, icon="hand-stop", tone="warn"):
    """A person no longer wants to be reached."""

    says: ClassVar[str | Promise] = _("No longer wants {purpose_label} by {channel_label}")

    party_id: int
    consent_id: int
    channel: str
    purpose: str
    channel_label: str
    purpose_label: str


@dataclass(frozen=True, kw_only=True)
class AddressesSuppressed(Event, about={"party_ids": "parties.party"}, icon="hand-stop", tone="warn"):
    """Addresses are not to be written to any more."""

    says: ClassVar[str | Promise] = _("Not to be written to: {label}")

    count: int
    channel: str
    reason: str
    label: str
    party_ids: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SuppressionLifted(Event, about={"suppression_id": "privacy.suppression"}, icon="arrow-back-up"):
    """An address may be written to again."""

    says: ClassVar[str | Promise] = _("An address may be written to again: {reason}")

    suppression_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class PersonExported(Event, about=PARTY, icon="download", tone="info"):
    """A copy of everything known about a person was handed out."""

    says: ClassVar[str | Promise] = _("A copy of everything known about this person was made")

    party_id: int


@dataclass(frozen=True, kw_only=True)
class PeopleErased(Event, about={"party_ids": "parties.party"}, icon="trash", tone="warn"):
    """What was known about people is gone; the books stay."""

    says: ClassVar[str | Promise] = _("Personal data was erased: {reason}")

    party_ids: tuple[int, ...]
    reason: str
