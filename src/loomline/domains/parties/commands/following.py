"""Parties that another system has changed since they came in: only what changed there is written here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from loomline.domains.parties.commands.drafts import AddressDraft, ContactDraft
from loomline.domains.parties.commands.opening import related
from loomline.domains.parties.commands.reach import normalised
from loomline.domains.parties.commands.role import give_role
from loomline.domains.parties.models import (
    Address,
    ContactKind,
    ContactPoint,
    Party,
    Relationship,
    Role,
    TieKind,
)
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.custom import checked, fields_of
from loomline.kernel.record import lock_keys

SHORTCUTS = {ContactKind.EMAIL: "email", ContactKind.PHONE: "phone", ContactKind.URL: "website"}
PLACE = ("line1", "line2", "city", "region", "postcode", "country")


@dataclass(frozen=True, kw_only=True)
class PartyChange:
    """What is different about one party: columns of its own, ways to reach it, its job."""

    party_id: int
    values: Mapping[str, Any] = field(default_factory=dict)
    custom: Mapping[str, Any] = field(default_factory=dict)
    reach: Mapping[str, str] = field(default_factory=dict)
    contacts: Sequence[ContactDraft] = ()
    gone: Sequence[ContactDraft] = ()
    addresses: Sequence[AddressDraft] = ()
    roles: Sequence[str] = ()
    title: str | None = None
    organisation: Party | None = None
    has_left: bool = False


@command(hidden=True)
def follow_parties(ctx: Ctx, *, changes: list[PartyChange]) -> list[Party]:
    """Write what another system has changed about parties that came from there, and leave the rest alone."""
    by_key = {change.party_id: change for change in changes}
    parties = {party.pk: party for party in lock_keys(Party, list(by_key))}
    points = _points(parties)
    rules = fields_of("parties.party") if any(change.custom for change in changes) else []

    touched: dict[tuple[str, ...], list[Party]] = defaultdict(list)
    for pk, party in parties.items():
        change = by_key[pk]
        columns = dict(change.values)
        if change.custom:
            columns["custom"] = {**party.custom, **checked(rules, {**party.custom, **change.custom})}
            columns["custom"] = {
                name: v for name, v in columns["custom"].items() if change.custom.get(name) != ""
            }
        for name, value in columns.items():
            setattr(party, name, value)
        columns |= dict.fromkeys(_reach(ctx, party, change, points[pk]))
        if columns:
            touched[tuple(sorted(columns))].append(party)
    for names, rows in touched.items():
        Party.objects.bulk_update(rows, names, batch_size=500)
    _places(parties, changes)
    for change in changes:
        _roles_and_job(ctx, parties[change.party_id], change)

    return list(parties.values())


def _points(parties: Mapping[int, Party]) -> dict[int, list[ContactPoint]]:
    found: dict[int, list[ContactPoint]] = defaultdict(list)
    for point in ContactPoint.objects.filter(party__in=parties).order_by("pk"):
        found[point.party_id].append(point)
    return found


def _reach(ctx: Ctx, party: Party, change: PartyChange, points: list[ContactPoint]) -> list[str]:
    """Bring the ways to reach a party up to date; returns the columns of the party that follow."""
    columns = []
    for kind, value in change.reach.items():
        _put_first(ctx, party, points, ContactKind(kind), value)
        first = next((p for p in points if p.kind == kind and p.is_primary), None)
        column = SHORTCUTS[ContactKind(kind)]
        setattr(party, column, _shortcut(ContactKind(kind), first))
        columns.append(column)
    for draft in change.gone:
        plain = normalised(draft.kind, draft.value, name=party.name, country=ctx.company.country)
        for point in points:
            if (point.kind, point.normalised, point.is_primary) == (draft.kind, plain, False):
                point.until = ctx.today
                point.save(update_fields=["until"])
    for draft in change.contacts:
        plain = normalised(draft.kind, draft.value, name=party.name, country=ctx.company.country)
        if not any((p.kind, p.normalised) == (draft.kind, plain) for p in points):
            made = ContactPoint(party=party, kind=draft.kind, value=draft.value, normalised=plain)
            made.purpose = draft.purpose
            made.save()
            points.append(made)
    return columns


def _put_first(ctx: Ctx, party: Party, points: list[ContactPoint], kind: ContactKind, value: str) -> None:
    first = next((point for point in points if point.kind == kind and point.is_primary), None)
    if not value:
        if first is not None:
            first.is_primary, first.until = False, ctx.today
            first.save(update_fields=["is_primary", "until"])
        return
    plain = normalised(kind, value, name=party.name, country=ctx.company.country)
    other = next((point for point in points if (point.kind, point.normalised) == (kind, plain)), None)
    if other is None and first is not None:
        first.value, first.normalised = value.strip(), plain
        first.save(update_fields=["value", "normalised"])
        return
    if first is not None and other is not first:
        first.is_primary = False
        first.save(update_fields=["is_primary"])
    point = other or ContactPoint(party=party, kind=kind, value=value.strip(), normalised=plain)
    point.is_primary, point.until = True, None
    point.save()
    if other is None:
        points.append(point)


def _shortcut(kind: ContactKind, point: ContactPoint | None) -> str:
    if point is None:
        return ""
    if kind == ContactKind.URL:
        return point.value if "://" in point.value else f"https://{point.value}"
    return point.normalised


def _places(parties: Mapping[int, Party], changes: Sequence[PartyChange]) -> None:
    """The primary address of each purpose as it is now; one that there was none of is added."""
    moved = {change.party_id: change.addresses for change in changes if change.addresses}
    held = Address.objects.filter(party__in=moved, is_primary=True).order_by("pk")
    by_purpose = {(address.party_id, address.purpose): address for address in held}
    fresh, other = [], []
    for pk, drafts in moved.items():
        for draft in drafts:
            values = {name: getattr(draft, name) for name in PLACE}
            address = by_purpose.get((pk, draft.purpose))
            if address is None:
                fresh.append(Address(party=parties[pk], purpose=draft.purpose, is_primary=True, **values))
                by_purpose[(pk, draft.purpose)] = fresh[-1]
            elif any(getattr(address, name) != value for name, value in values.items()):
                for name, value in values.items():
                    setattr(address, name, value)
                other.append(address)
    Address.objects.bulk_create(fresh)
    Address.objects.bulk_update([address for address in other if address.pk], list(PLACE))


def _roles_and_job(ctx: Ctx, party: Party, change: PartyChange) -> None:
    for role in change.roles:
        if not getattr(party, f"is_{role}"):
            give_role(ctx, party=party, role=Role(role))
    open_ties = Relationship.objects.filter(person=party, kind=TieKind.EMPLOYED_BY, until__isnull=True)
    if change.has_left or change.organisation is not None:
        over = open_ties.exclude(organisation=change.organisation) if change.organisation else open_ties
        over.update(until=ctx.today)
    if change.organisation is not None and not open_ties.filter(organisation=change.organisation).exists():
        title = change.title or ""
        Relationship.objects.create(person=party, organisation=change.organisation, title=title)
        ctx.emit(related(party, change.organisation, TieKind.EMPLOYED_BY, title))
    elif change.title is not None:
        open_ties.update(title=change.title)
