"""Users and parties from another system."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.text import slugify

from loomline.domains.accounts.models import Team, User
from loomline.domains.exchange.commands.targets.allowed import PART, note_refusals
from loomline.domains.exchange.commands.targets.base import (
    by_id,
    country_code,
    cut,
    given,
    plain_update,
    target,
)
from loomline.domains.parties import commands as parties
from loomline.domains.parties.commands import AddressDraft, ContactDraft, PartyChange, PartyDraft
from loomline.domains.parties.models import Party, PartyKind
from loomline.domains.parties.models.fields import PhoneUnclear, phone_number
from loomline.engines.rows import Row
from loomline.kernel.context import Ctx

NO_MAIL = "import.invalid"
# The columns of a party that follow the other system, with how long they may be.
NAMES = {"first_name", "last_name"}
LENGTHS = {"name": 200, "code": 40, "currency": 3, "vat_number": 32, "language": 16}


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
                name=cut(row.called or row.values.get("email") or row.key, 120),
                title=cut(row.values.get("title"), 80),
                is_active=False,
            )
            known[email].set_unusable_password()
            fresh.append(known[email])
    User.objects.bulk_create(fresh)
    for row, email in zip(rows, addresses, strict=True):
        if row.values.get("team"):
            known[email].teams.add(teams[row.values["team"]])
    return [known[email] for email in addresses]


@target("parties.party", update=lambda ctx, rows: _follow(ctx, rows))
def take_parties(ctx: Ctx, rows: Sequence[Row]) -> list[Party]:
    """Organisations and people, with their addresses, numbers and the people who work there."""
    owners, organisations = by_id(User, rows, "owner"), by_id(Party, rows, "organisation")
    drafts = [_party(ctx, row, owners, organisations) for row in rows]
    made = parties.open_parties(ctx, drafts=drafts)
    note_refusals(ctx, rows, dict(enumerate(made)))
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


@target("parties.person", update=lambda ctx, rows: _follow(ctx, rows), kind="parties.party")
def take_people(ctx: Ctx, rows: Sequence[Row]) -> list[Party]:
    """People, each tied to the organisation that he or she works for and to the others it names."""
    for row in rows:
        row.values.setdefault("kind", PartyKind.PERSON)
    made = [party for party in take_parties(ctx, rows) if isinstance(party, Party)]
    others = Party.objects.in_bulk({pk for row in rows for pk in row.values.get("others") or ()})
    for row, person in zip(rows, made, strict=True):
        for pk in dict.fromkeys(row.values.get("others") or ()):
            if pk != row.values.get("organisation") and pk in others and not others[pk].is_person:
                parties.relate(ctx, person=person, organisation=others[pk])
    return made


def phone_or_note(text: str | None, country: str) -> tuple[str, str]:
    """The number as it can be dialled; a number that cannot be is kept as a note, as it was written."""
    if not text:
        return "", ""
    try:
        return phone_number(text, country=country)[:32], ""
    except PhoneUnclear:
        return "", f"Tel. {text}"


def mail_or_note(text: str | None) -> tuple[str, str]:
    """The address as it can be written to; one that cannot be is kept as a note."""
    if not text:
        return "", ""
    plain = text.strip().lower()
    local, _at, domain = plain.partition("@")
    if local and "." in domain and "@" not in domain and " " not in plain and len(plain) <= 254:
        return plain, ""
    return "", f"E-mail {text}"


def _party(ctx: Ctx, row: Row, owners: Mapping[int, User], organisations: Mapping[int, Party]) -> PartyDraft:
    values = row.values
    addresses = [_address_draft(found) for found in row.nested.get("addresses", ())]
    country = next((found.country for found in addresses if found.country), "") or ctx.company.country
    phone, phone_note = phone_or_note(values.get("phone"), country)
    email, mail_note = mail_or_note(values.get("email"))
    website, web_note = _web(values.get("website"))
    contacts, notes = _contacts(row, country)
    employer = organisations.get(values.get("organisation") or 0)
    is_person = values.get("kind") == PartyKind.PERSON
    return PartyDraft(
        name=cut(row.called or email or phone or row.key, 200),
        roles=tuple(values.get("roles") or ()),
        phone=phone,
        email=email,
        website=website,
        contacts=contacts,
        addresses=addresses,
        notes="\n".join(n for n in (values.get("notes") or "", phone_note, mail_note, web_note, *notes) if n),
        owner=owners.get(values.get("owner") or 0),
        organisation=employer if is_person and employer is not None and not employer.is_person else None,
        title=cut(values.get("title"), 120) if is_person else "",
        custom=values.get("custom") or {},
        **given(values, "kind", "code", "currency", "vat_number", "language"),
    )


def _contacts(row: Row, country: str) -> tuple[list[ContactDraft], list[str]]:
    """Further numbers and addresses, and what of them nobody could reach."""
    contacts, notes = [], []
    for found in row.nested.get("contacts", ()):
        reach = {"phone": lambda text: phone_or_note(text, country), "email": mail_or_note}.get(
            found["kind"], _web
        )
        value, note = reach(found["value"])
        notes.append(f"{note} ({found['purpose']})" if note and found.get("purpose") else note)
        if value:
            kept = found["value"].strip()[:254] if found["kind"] == "phone" else value
            contacts.append(
                ContactDraft(kind=found["kind"], value=kept, purpose=cut(found.get("purpose"), 40))
            )
    return contacts, notes


def _web(text: str | None) -> tuple[str, str]:
    if not text:
        return "", ""
    plain = text.strip()
    fits = len(plain) <= 190 and " " not in plain and "." in plain
    return (plain, "") if fits else ("", f"Web {text}")


def _address_draft(found: Mapping[str, Any]) -> AddressDraft:
    lines = [line.strip() for line in str(found.get("line1") or "").splitlines() if line.strip()]
    rest = ", ".join([*lines[1:], *filter(None, [found.get("line2")])])
    country = country_code(found.get("country") or "")
    return AddressDraft(
        line1=cut(lines[0] if lines else "", 200),
        line2=cut(rest, 200),
        city=cut(found.get("city"), 120),
        region=cut(found.get("region"), 120),
        postcode=cut(found.get("postcode"), 20),
        country=country,
        **given(found, "purpose"),
    )


def _follow(ctx: Ctx, rows: Sequence[Row]) -> None:
    """What the other system has changed about parties."""
    owners, organisations = by_id(User, rows, "owner"), by_id(Party, rows, "organisation")
    parties.follow_parties(ctx, changes=[_change(ctx, row, owners, organisations) for row in rows])
    if any(PART in row.nested for row in rows):
        found = Party.objects.in_bulk([row.object_id for row in rows if row.object_id])
        note_refusals(ctx, rows, {at: found[row.object_id or 0] for at, row in enumerate(rows)})


def _change(
    ctx: Ctx, row: Row, owners: Mapping[int, User], organisations: Mapping[int, Party]
) -> PartyChange:
    values = row.values
    columns: dict[str, Any] = {name: cut(values[name], LENGTHS[name]) for name in LENGTHS if name in values}
    columns = {name: value for name, value in columns.items() if value or name not in ("name", "code")}
    if not columns.get("name") and NAMES & values.keys():
        old = row.before.values if row.before is not None else {}
        columns["name"] = cut(replace(row, values={**old, **values}).called, 200) or row.key
    if "notes" in values:
        columns["notes"] = values["notes"] or ""
    if values.get("owner") in owners:
        columns["owner"] = owners[values["owner"]]
    country = ctx.company.country
    reach = {}
    for name, kind, read in REACH:
        if name in values:
            value, note = read(values[name], country)
            if value or not note:
                reach[kind] = value
    contacts = _contacts(row, country)[0]
    gone = _contacts(row.before, country)[0] if row.before is not None and "contacts" in row.nested else []
    kept = {(one.kind, one.value) for one in contacts}
    return PartyChange(
        party_id=row.object_id or 0,
        values=columns,
        custom=values.get("custom") or {},
        reach=reach,
        contacts=contacts,
        gone=[one for one in gone if (one.kind, one.value) not in kept],
        addresses=[_address_draft(found) for found in row.nested.get("addresses", ())],
        roles=tuple(values.get("roles") or ()),
        title=cut(values["title"], 120) if "title" in values else None,
        organisation=organisations.get(values.get("organisation") or 0),
        has_left="organisation" in values and not values["organisation"],
    )


REACH: tuple[tuple[str, str, Callable[[Any, str], tuple[str, str]]], ...] = (
    ("email", "email", lambda text, country: mail_or_note(text)),
    ("phone", "phone", phone_or_note),
    ("website", "url", lambda text, country: _web(text)),
)


def _address(row: Row) -> str:
    given_address = mail_or_note(row.values.get("email"))[0]
    if given_address:
        return given_address
    plain = unicodedata.normalize("NFKD", row.values.get("email_name") or row.called or row.key)
    return (
        f"{slugify(plain.replace('.', ' ').encode('ascii', 'ignore').decode()).replace('-', '.')}@{NO_MAIL}"
    )


def _team(name: str) -> Team:
    team: Team = Team.objects.get_or_create(name=name[:80])[0]
    return team
