"""Entering people and organisations, one or many at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import Team, User
from loomline.domains.parties import queries
from loomline.domains.parties.commands.drafts import (
    AddressDraft,
    ContactDraft,
    PartyDraft,
    refuse_unknown_country,
)
from loomline.domains.parties.commands.reach import normalised
from loomline.domains.parties.events import PartyOpened, PersonRelated
from loomline.domains.parties.models import (
    Address,
    ContactKind,
    ContactPoint,
    CustomerTerms,
    Identifier,
    Party,
    PartyKind,
    PartyRole,
    Relationship,
    Role,
    SupplierTerms,
    TieKind,
)
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.custom import checked, fields_of
from loomline.kernel.refusal import Refused, Warned
from loomline.kernel.rows import insert_rows

BATCH = 2000
SUPPLYING = frozenset({Role.SUPPLIER, Role.SUBCONTRACTOR, Role.CARRIER})


class NameMissing(Refused):
    """A party without a name cannot be found again."""

    says = _("Row {row} has no name. Fill it in; nothing was added.")


class RoleUnknown(Refused):
    """A word that is none of the roles."""

    says = _("{name}: there is no role {role}. Use one of {roles}.")


class KindUnknown(Refused):
    """A party is a person or an organisation."""

    says = _("{name}: a party is a person or an organisation, not {kind}.")


class TermsNeedRole(Refused):
    """Terms belong to a role."""

    says = _(
        "{name}: a credit limit belongs to a customer. Give the role customer too, or leave the limit out."
    )


class NotAPerson(Refused):
    """Only people work for, own or advise others."""

    says = _("{name} is an organisation. Choose the person who belongs to {organisation}.")


class NotAnOrganisation(Refused):
    """People belong to organisations."""

    says = _("{name} is a person. Choose the organisation that {person} belongs to.")


class PossibleDuplicate(Warned):
    """Somebody with the same number or address is in the books already."""

    says = _(
        "{found} has the same e-mail address or VAT number as {name}. "
        "Open that one, or confirm to add another."
    )


@command(label=_("New party"), icon="plus", creates=Party)
def open_party(
    ctx: Ctx,
    *,
    name: str,
    kind: str = PartyKind.ORGANISATION,
    roles: Sequence[str] = (),
    code: str | None = None,
    legal_name: str = "",
    language: str = "",
    vat_number: str = "",
    currency: str = "",
    email: str = "",
    phone: str = "",
    website: str = "",
    parent: Party | None = None,
    organisation: Party | None = None,
    title: str = "",
    owner: User | None = None,
    team: Team | None = None,
    notes: str = "",
    contacts: Sequence[ContactDraft] = (),
    addresses: Sequence[AddressDraft] = (),
    identifiers: Mapping[str, str] | None = None,
    payment_days: int | None = None,
    credit_limit: Decimal | None = None,
    lead_days: int | None = None,
    since: date | None = None,
    custom: Mapping[str, Any] | None = None,
    is_customer: bool = False,
    is_supplier: bool = False,
    is_carrier: bool = False,
    is_partner: bool = False,
    is_prospect: bool = False,
    is_subcontractor: bool = False,
    is_competitor: bool = False,
) -> Party:
    """Enter a person or an organisation once, with all the roles it has for us."""
    twin = queries.possible_duplicates(kind=kind, email=email, vat_number=vat_number).first()
    if twin is not None:
        ctx.warn(PossibleDuplicate(found=twin, name=name))

    draft = PartyDraft(
        name=name, kind=kind, roles=roles, code=code, legal_name=legal_name,
        language=language, vat_number=vat_number, currency=currency, email=email, phone=phone,
        website=website, parent=parent, organisation=organisation, title=title, owner=owner, team=team,
        notes=notes, contacts=contacts, addresses=addresses, identifiers=identifiers or {},
        payment_days=payment_days, credit_limit=credit_limit, lead_days=lead_days, since=since,
        custom=custom or {}, is_customer=is_customer, is_supplier=is_supplier, is_carrier=is_carrier,
        is_partner=is_partner, is_prospect=is_prospect, is_subcontractor=is_subcontractor,
        is_competitor=is_competitor,
    )  # fmt: skip
    return open_parties(ctx, drafts=[draft])[0]


@command(hidden=True)
def list_parties(ctx: Ctx, *, drafts: list[PartyDraft]) -> list[Party]:
    """Enter the parties of somebody's list at once, each only if nobody like it is in the books."""
    for draft, twin in queries.twins_among(drafts=drafts):
        ctx.warn(PossibleDuplicate(found=twin, name=draft.name))

    return open_parties(ctx, drafts=drafts)


@command(hidden=True)
def open_parties(ctx: Ctx, *, drafts: list[PartyDraft]) -> list[Party]:
    """Enter many people and organisations at once, as an import does."""
    _refuse_unclear(drafts)
    points = [_points(draft, country=_country(ctx, draft)) for draft in drafts]
    rules = fields_of("parties.party") if drafts else []

    parties = [
        _party(ctx, draft, found, custom=checked(rules, draft.custom))
        for draft, found in zip(drafts, points, strict=True)
    ]
    Party.objects.bulk_create(parties, batch_size=BATCH)
    pairs = list(zip(parties, drafts, strict=True))
    _write_roles(ctx, pairs)
    _write_whereabouts(pairs, points)

    for party, draft in pairs:
        ctx.emit(PartyOpened(party_id=party.pk, party=party.name, kind=party.kind, roles=draft.all_roles))
        if draft.organisation is not None:
            ctx.emit(related(party, draft.organisation, TieKind.EMPLOYED_BY, draft.title))
    return parties


def related(person: Party, organisation: Party, kind: TieKind, title: str) -> PersonRelated:
    """The news that a person belongs to an organisation, for the timelines of both."""
    return PersonRelated(
        person_id=person.pk,
        organisation_id=organisation.pk,
        person=person.name,
        organisation=organisation.name,
        kind=kind.value,
        label=str(kind.label),
        title=title,
    )


def _refuse_unclear(drafts: Sequence[PartyDraft]) -> None:
    kinds, roles = set(PartyKind.values), set(Role.values)
    for row, draft in enumerate(drafts, start=1):
        if not draft.name.strip():
            raise NameMissing(row=row, at_field="name")
        if draft.kind not in kinds:
            raise KindUnknown(name=draft.name, kind=draft.kind, at_field="kind")
        for role in draft.all_roles:
            if role not in roles:
                raise RoleUnknown(name=draft.name, role=role, roles=", ".join(Role.values), at_field="roles")
        for address in draft.addresses:
            refuse_unknown_country(address.country)
        if draft.organisation is not None:
            _refuse_tie(draft, draft.organisation)
        if draft.credit_limit is not None and Role.CUSTOMER not in draft.all_roles:
            raise TermsNeedRole(name=draft.name, at_field="credit_limit")


def _refuse_tie(draft: PartyDraft, organisation: Party) -> None:
    if draft.kind != PartyKind.PERSON:
        raise NotAPerson(name=draft.name, organisation=organisation.name, at_field="organisation")
    if organisation.is_person:
        raise NotAnOrganisation(name=organisation.name, person=draft.name, at_field="organisation")


def _country(ctx: Ctx, draft: PartyDraft) -> str:
    return next((a.country.upper() for a in draft.addresses if a.country), ctx.company.country)


@dataclass(slots=True)
class _Point:
    """One way to reach a party to be."""

    kind: str
    value: str
    normalised: str
    purpose: str
    is_primary: bool


Points = dict[tuple[str, str], _Point]


def _points(draft: PartyDraft, *, country: str) -> Points:
    """The contact points by kind and normalised value; the shortcuts of the draft are the primary ones."""
    shortcuts = (
        (ContactKind.EMAIL, draft.email),
        (ContactKind.PHONE, draft.phone),
        (ContactKind.URL, draft.website),
    )
    named = [(kind.value, value, "") for kind, value in shortcuts if value.strip()]
    rest = sorted(draft.contacts, key=lambda contact: not contact.is_primary)
    found: Points = {}
    for kind, value, purpose in (*named, *((c.kind, c.value, c.purpose) for c in rest)):
        key = (kind, normalised(kind, value, name=draft.name, country=country))
        known = found.get(key)
        if known is not None:
            known.purpose = known.purpose or purpose
            continue
        is_primary = kind != ContactKind.SOCIAL and not any(other == kind for other, _value in found)
        found[key] = _Point(kind, value.strip(), key[1], purpose, is_primary)
    return found


def _party(ctx: Ctx, draft: PartyDraft, points: Points, *, custom: dict[str, Any]) -> Party:
    primary = {point.kind: point for point in points.values() if point.is_primary}
    website = primary[ContactKind.URL].value if ContactKind.URL in primary else ""
    owner = draft.owner or (None if ctx.actor.is_system else ctx.actor)
    beside = {"parent": draft.parent, "owner": owner, "team": draft.team}
    return Party(
        kind=draft.kind,
        name=draft.name.strip(),
        code=draft.code or "",
        legal_name=draft.legal_name.strip(),
        language=draft.language,
        vat_number=draft.vat_number,
        currency=draft.currency,
        email=primary[ContactKind.EMAIL].normalised if ContactKind.EMAIL in primary else "",
        phone=primary[ContactKind.PHONE].normalised if ContactKind.PHONE in primary else "",
        website=website if "://" in website or not website else f"https://{website}",
        notes=draft.notes,
        opened_at=ctx.now,
        custom=custom,
        **{name: record for name, record in beside.items() if record is not None},
        **{f"is_{role}": True for role in draft.all_roles},
    )


def _write_roles(ctx: Ctx, pairs: Sequence[tuple[Party, PartyDraft]]) -> None:
    insert_rows(
        PartyRole,
        ("party", "role", "since"),
        [(p.pk, role, draft.since or ctx.today) for p, draft in pairs for role in draft.all_roles],
    )
    insert_rows(
        CustomerTerms,
        ("party", "payment_days", "credit_limit", "currency"),
        [
            (p.pk, _days(d.payment_days, 30), d.credit_limit, d.currency or ctx.company.currency)
            for p, d in pairs
            if Role.CUSTOMER in d.all_roles
        ],
    )
    insert_rows(
        SupplierTerms,
        ("party", "lead_days", "payment_days", "currency"),
        [
            (p.pk, _days(d.lead_days, 10), _days(d.payment_days, 30), d.currency or ctx.company.currency)
            for p, d in pairs
            if SUPPLYING & set(d.all_roles)
        ],
    )


def _days(given: int | None, usual: int) -> int:
    return usual if given is None else given


def _write_whereabouts(pairs: Sequence[tuple[Party, PartyDraft]], points: Sequence[Points]) -> None:
    insert_rows(
        ContactPoint,
        ("party", "kind", "value", "normalised", "purpose", "is_primary"),
        [
            (party.pk, point.kind, point.value, point.normalised, point.purpose, point.is_primary)
            for (party, _draft), found in zip(pairs, points, strict=True)
            for point in found.values()
        ],
    )
    insert_rows(
        Address, ADDRESS, [row for party, draft in pairs for row in _addresses(party, draft.addresses)]
    )
    insert_rows(
        Identifier,
        ("party", "scheme", "value"),
        [(p.pk, scheme, value.strip()) for p, draft in pairs for scheme, value in draft.identifiers.items()],
    )
    insert_rows(
        Relationship,
        ("person", "organisation", "title"),
        [(p.pk, d.organisation.pk, d.title) for p, d in pairs if d.organisation is not None],
    )


ADDRESS = (
    "party", "purpose", "line1", "line2", "city", "region", "postcode", "country", "latitude", "longitude",
    "is_primary",
)  # fmt: skip


def _addresses(party: Party, drafts: Sequence[AddressDraft]) -> Iterator[tuple[Any, ...]]:
    seen: set[str] = set()
    for one in drafts:
        place = (one.line1, one.line2, one.city, one.region, one.postcode, one.country)
        yield party.pk, one.purpose, *place, one.latitude, one.longitude, one.purpose not in seen
        seen.add(one.purpose)
