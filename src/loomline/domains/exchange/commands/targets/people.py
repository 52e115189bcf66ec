"""Users and parties from another system."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import slugify

from loomline.domains.accounts.models import Team, User
from loomline.domains.exchange.commands.targets.base import by_id, country_code, given, plain_update, target
from loomline.domains.parties import commands as parties
from loomline.domains.parties.commands import AddressDraft, ContactDraft, PartyDraft
from loomline.domains.parties.models import Party, PartyKind
from loomline.domains.parties.models.fields import PhoneUnclear, phone_number
from loomline.engines.rows import Row
from loomline.kernel.context import Ctx

NO_MAIL = "import.invalid"
PARTY_FIELDS = {
    "name": "name",
    "code": "code",
    "notes": "notes",
    "currency": "currency",
    "vat_number": "vat_number",
}


@target("accounts.user", update=plain_update(User, {"name": "name", "title": "title"}))
def take_users(ctx: Ctx, rows: Sequence[Row]) -> list[User]:
    """People of the other system own records here and cannot log in until an administrator invites them."""
    teams = {name: _team(name) for name in sorted({row.values.get("team") or "" for row in rows} - {""})}
    addresses = [_address(row) for row in rows]
    known = {user.email: user for user in User.objects.filter(email__in=addresses)}
    fresh = []
    for row, email in zip(rows, addresses, strict=True):
        if email not in known:
            known[email] = User(
                email=email,
                name=row.values["name"][:120],
                title=(row.values.get("title") or "")[:80],
                is_active=False,
            )
            known[email].set_unusable_password()
            fresh.append(known[email])
    User.objects.bulk_create(fresh)
    for row, email in zip(rows, addresses, strict=True):
        if row.values.get("team"):
            known[email].teams.add(teams[row.values["team"]])
    return [known[email] for email in addresses]


@target("parties.party", update=plain_update(Party, PARTY_FIELDS))
def take_parties(ctx: Ctx, rows: Sequence[Row]) -> list[Party]:
    """Organisations and people, with their addresses, numbers and the people who work there."""
    owners = by_id(User, rows, "owner")
    drafts = [_party(row, owners) for row in rows]
    made = parties.open_parties(ctx, drafts=drafts)
    people = [
        PartyDraft(
            name=person["name"],
            kind=PartyKind.PERSON,
            organisation=party,
            title=(person.get("title") or "")[:80],
            **given(person, "email"),
        )
        for row, party in zip(rows, made, strict=True)
        for person in row.nested.get("people", ())
        if person.get("name")
    ]
    if people:
        parties.open_parties(ctx, drafts=people)
    return made


def _party(row: Row, owners: Mapping[int, User]) -> PartyDraft:
    values = row.values
    addresses = [_address_draft(found) for found in row.nested.get("addresses", ())]
    country = next((found.country for found in addresses if found.country), "")
    phone, phone_note = _phone(values.get("phone"), country)
    contacts, notes = [], [values.get("notes") or "", phone_note]
    for found in row.nested.get("contacts", ()):
        if found["kind"] == "phone":
            number, note = _phone(found["value"], country)
            notes.append(note)
            if number:
                contacts.append(ContactDraft(kind="phone", value=number, purpose=found.get("purpose") or ""))
        else:
            contacts.append(ContactDraft(kind=found["kind"], value=found["value"]))
    return PartyDraft(
        roles=tuple(values.get("roles") or ()),
        phone=phone,
        contacts=contacts,
        addresses=addresses,
        notes="\n".join(note for note in notes if note),
        owner=owners.get(values.get("owner") or 0),
        **given(values, "name", "kind", "code", "currency", "vat_number", "email", "website", "language"),
    )


def _address_draft(found: Mapping[str, Any]) -> AddressDraft:
    texts = given(found, "purpose", "line1", "line2", "city", "region", "postcode")
    return AddressDraft(country=country_code(found.get("country") or ""), **texts)


def _phone(text: str | None, country: str) -> tuple[str, str]:
    """The number as it can be dialled; a number that cannot be is kept as a note, as it was written."""
    if not text:
        return "", ""
    try:
        return phone_number(text, country=country), ""
    except PhoneUnclear:
        return "", f"Tel. {text}"


def _address(row: Row) -> str:
    given_address = row.values.get("email")
    if given_address:
        return str(given_address).lower()
    plain = unicodedata.normalize("NFKD", row.values.get("email_name") or row.values["name"])
    return (
        f"{slugify(plain.replace('.', ' ').encode('ascii', 'ignore').decode()).replace('-', '.')}@{NO_MAIL}"
    )


def _team(name: str) -> Team:
    team: Team = Team.objects.get_or_create(name=name[:80])[0]
    return team
