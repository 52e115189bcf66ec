"""What parties tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

PARTY = {"party_id": "parties.party"}


@dataclass(frozen=True, kw_only=True)
class PartyOpened(Event, about=PARTY, icon="building", tone="info"):
    """A person or organisation entered the books."""

    says: ClassVar[str | Promise] = _("{party} was added")

    party_id: int
    party: str
    kind: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RoleGiven(Event, about=PARTY, icon="user-plus", tone="info"):
    """A party became something to us."""

    says: ClassVar[str | Promise] = _("{party} is now: {label}")

    party_id: int
    party: str
    role: str
    label: str
    since: date


@dataclass(frozen=True, kw_only=True)
class RoleEnded(Event, about=PARTY, icon="user-circle"):
    """A party is no longer something to us."""

    says: ClassVar[str | Promise] = _("{party} is no longer: {label}")

    party_id: int
    party: str
    role: str
    label: str
    until: date


@dataclass(frozen=True, kw_only=True)
class CustomerTermsAgreed(Event, about=PARTY, icon="file-text", tone="info"):
    """Days to pay or the credit limit of a customer changed."""

    says: ClassVar[str | Promise] = _("Terms agreed: {payment_days} days to pay, credit limit {limit}")

    party_id: int
    payment_days: int
    credit_limit: Decimal | None
    currency: str
    limit: str


@dataclass(frozen=True, kw_only=True)
class SupplierTermsAgreed(Event, about=PARTY, icon="file-text", tone="info"):
    """Lead time or days to pay of a supplier changed."""

    says: ClassVar[str | Promise] = _(
        "Terms agreed: {lead_days} working days to deliver, {payment_days} days to pay"
    )

    party_id: int
    lead_days: int
    payment_days: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class ContactPointAdded(Event, about=PARTY, icon="mail"):
    """A party can be reached in one more way."""

    says: ClassVar[str | Promise] = _("{label} {value} added")

    party_id: int
    contact_point_id: int
    kind: str
    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class ContactPointEnded(Event, about=PARTY, icon="mail"):
    """A party can no longer be reached in this way."""

    says: ClassVar[str | Promise] = _("{label} {value} no longer in use")

    party_id: int
    contact_point_id: int
    kind: str
    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class AddressAdded(Event, about=PARTY, icon="map-pin"):
    """A party has one more address."""

    says: ClassVar[str | Promise] = _("{label} address added: {address}")

    party_id: int
    address_id: int
    label: str
    address: str


@dataclass(frozen=True, kw_only=True)
class AddressEnded(Event, about=PARTY, icon="map-pin"):
    """An address is no longer used."""

    says: ClassVar[str | Promise] = _("{label} address no longer in use: {address}")

    party_id: int
    address_id: int
    label: str
    address: str


@dataclass(frozen=True, kw_only=True)
class IdentifierAdded(Event, about=PARTY, icon="id-badge-2"):
    """A party is known by one more number."""

    says: ClassVar[str | Promise] = _("{label} {value} added")

    party_id: int
    scheme: str
    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class PersonRelated(
    Event, about={"person_id": "parties.party", "organisation_id": "parties.party"}, icon="users", tone="info"
):
    """A person now belongs to an organisation."""

    says: ClassVar[str | Promise] = _("{person} {label} {organisation}")

    person_id: int
    organisation_id: int
    person: str
    organisation: str
    kind: str
    label: str
    title: str


@dataclass(frozen=True, kw_only=True)
class RelationshipEnded(
    Event, about={"person_id": "parties.party", "organisation_id": "parties.party"}, icon="users"
):
    """A person no longer belongs to an organisation."""

    says: ClassVar[str | Promise] = _("{person} no longer {label} {organisation}")

    person_id: int
    organisation_id: int
    person: str
    organisation: str
    kind: str
    label: str
    until: date


@dataclass(frozen=True, kw_only=True)
class JobChanged(
    Event,
    about={"person_id": "parties.party", "organisation_ids": "parties.party"},
    icon="briefcase",
    tone="info",
):
    """A person works somewhere else now."""

    says: ClassVar[str | Promise] = _("{person} went from {former} to {organisation}")

    person_id: int
    organisation_ids: tuple[int, ...]
    person: str
    former: str
    organisation: str
    title: str


@dataclass(frozen=True, kw_only=True)
class BuyingRoleSet(
    Event, about={"person_id": "parties.party", "organisation_id": "parties.party"}, icon="users"
):
    """What somebody decides when the organisation buys became known."""

    says: ClassVar[str | Promise] = _("{person}, role in buying at {organisation}: {label}")

    person_id: int
    organisation_id: int
    person: str
    organisation: str
    label: str


@dataclass(frozen=True, kw_only=True)
class TouchPlanned(Event, about=PARTY, icon="clock"):
    """It was agreed when to be in touch again."""

    says: ClassVar[str | Promise] = _("Next touch due {due_on}")

    party_id: int
    due_on: date | None
    days: int | None


@dataclass(frozen=True, kw_only=True)
class PartyArchived(Event, about=PARTY, icon="archive"):
    """A party left the lists; its history stays."""

    says: ClassVar[str | Promise] = _("{party} was archived")

    party_id: int
    party: str


@dataclass(frozen=True, kw_only=True)
class PartyRestored(Event, about=PARTY, icon="arrow-back-up", tone="info"):
    """A party is back in the lists."""

    says: ClassVar[str | Promise] = _("{party} was restored")

    party_id: int
    party: str


@dataclass(frozen=True, kw_only=True)
class PortalAccessGiven(Event, about=PARTY, icon="key", tone="info"):
    """Somebody outside may see what concerns their company."""

    says: ClassVar[str | Promise] = _("{user} may use the portal for {party}")

    party_id: int
    party: str
    user_id: int
    user: str


@dataclass(frozen=True, kw_only=True)
class PortalAccessWithdrawn(Event, about=PARTY, icon="key"):
    """Somebody outside may no longer see what concerns their company."""

    says: ClassVar[str | Promise] = _("{user} may no longer use the portal for {party}")

    party_id: int
    party: str
    user_id: int
    user: str


@dataclass(frozen=True, kw_only=True)
class PartiesMerged(Event, about={"party_ids": "parties.party"}, icon="users-group", tone="warn"):
    """Two turned out to be one."""

    says: ClassVar[str | Promise] = _("{duplicate} was merged into {survivor}")

    party_ids: tuple[int, ...]
    survivor: str
    duplicate: str


@dataclass(frozen=True, kw_only=True)
class PartiesUnmerged(Event, about={"party_ids": "parties.party"}, icon="arrow-back-up", tone="info"):
    """What was made one by mistake is two again."""

    says: ClassVar[str | Promise] = _("{duplicate} and {survivor} are two again")

    party_ids: tuple[int, ...]
    survivor: str
    duplicate: str
