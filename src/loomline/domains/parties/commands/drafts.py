"""What is known of a party before it is entered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import Team, User
from loomline.domains.parties.models import AddressPurpose, Party, PartyKind, Role
from loomline.domains.parties.models.fields import countries
from loomline.kernel.refusal import Refused

TICKS = tuple((role.value, f"is_{role.value}") for role in Role)


class CountryUnknown(Refused):
    """Mail and customs need a country that exists."""

    says = _("There is no country {country}. Write the two letters of ISO 3166, such as PT or DE.")


def refuse_unknown_country(country: str) -> None:
    """Refuse letters that stand for no country; none at all are fine."""
    if country.strip() and country.strip().upper() not in countries():
        raise CountryUnknown(country=country, at_field="country")


@dataclass(frozen=True, kw_only=True)
class ContactDraft:
    """One e-mail address, phone number or web page of a party to be."""

    kind: str
    value: str
    purpose: str = ""
    is_primary: bool = False


@dataclass(frozen=True, kw_only=True)
class AddressDraft:
    """One address of a party to be; the first of each purpose becomes the primary one."""

    purpose: str = AddressPurpose.SHIPPING
    line1: str = ""
    line2: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class PartyDraft:
    """A party to be, with everything that is known of it."""

    name: str
    kind: str = PartyKind.ORGANISATION
    roles: Sequence[str] = ()
    code: str | None = None
    legal_name: str = ""
    language: str = ""
    vat_number: str = ""
    currency: str = ""
    email: str = ""
    phone: str = ""
    website: str = ""
    parent: Party | None = None
    organisation: Party | None = None
    title: str = ""
    owner: User | None = None
    team: Team | None = None
    notes: str = ""
    contacts: Sequence[ContactDraft] = ()
    addresses: Sequence[AddressDraft] = ()
    identifiers: Mapping[str, str] = field(default_factory=dict)
    payment_days: int | None = None
    credit_limit: Decimal | None = None
    lead_days: int | None = None
    since: date | None = None
    custom: Mapping[str, Any] = field(default_factory=dict)
    is_customer: bool = False
    is_supplier: bool = False
    is_carrier: bool = False
    is_partner: bool = False
    is_prospect: bool = False
    is_subcontractor: bool = False
    is_competitor: bool = False

    @cached_property
    def all_roles(self) -> tuple[str, ...]:
        """The roles that are named and those that are ticked, each once."""
        ticked = [role for role, name in TICKS if getattr(self, name)]
        return tuple(dict.fromkeys([*self.roles, *ticked]))
