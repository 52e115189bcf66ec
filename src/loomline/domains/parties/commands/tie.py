"""Who belongs to whom, and who may look in from outside."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import User
from loomline.domains.parties.commands.opening import NotAnOrganisation, NotAPerson, open_party, related
from loomline.domains.parties.events import (
    PortalAccessGiven,
    PortalAccessWithdrawn,
    RelationshipEnded,
)
from loomline.domains.parties.models import Party, PartyKind, PortalAccess, Relationship, TieKind
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused


class RelationshipOver(Refused):
    """What has ended cannot end again."""

    says = _("{person} no longer {label} {organisation} since {until}.")


class StillPortalUser(Refused):
    """One access is enough."""

    says = _("{user} already sees the records of {name}.")


@command(label=_("Add to an organisation"), icon="users", undo=True)
def relate(
    ctx: Ctx,
    *,
    person: Party,
    organisation: Party,
    kind: TieKind = TieKind.EMPLOYED_BY,
    title: str = "",
    since: date | None = None,
) -> Relationship:
    """Tie a person to an organisation, so that what either does shows where people look for it."""
    locked = {party.pk: party for party in lock_all([person, organisation])}
    person, organisation = locked[person.pk], locked[organisation.pk]

    if person.kind != PartyKind.PERSON:
        raise NotAPerson(name=person.name, organisation=organisation.name, at_field="person")
    if organisation.kind != PartyKind.ORGANISATION:
        raise NotAnOrganisation(name=organisation.name, person=person.name, at_field="organisation")

    tie: Relationship = Relationship.objects.create(
        person=person, organisation=organisation, kind=kind, title=title, since=since
    )

    ctx.emit(related(person, organisation, TieKind(kind), title))
    return tie


@command(label=_("Add a person"), icon="user-plus")
def add_person(
    ctx: Ctx, *, organisation: Party, name: str, title: str = "", email: str = "", phone: str = ""
) -> Party:
    """Enter somebody together with the organisation that he or she works for."""
    return open_party(
        ctx,
        name=name,
        kind=PartyKind.PERSON,
        organisation=organisation,
        title=title,
        email=email,
        phone=phone,
        owner=organisation.owner,
        team=organisation.team,
    )


@command(label=_("Has left"), icon="x", undo=True)
def end_relationship(ctx: Ctx, *, relationship: Relationship, until: date | None = None) -> Relationship:
    """Say that a person no longer belongs to an organisation; the past stays visible."""
    tie = lock(relationship)
    label = str(TieKind(tie.kind).label)

    if tie.until is not None:
        raise RelationshipOver(
            person=tie.person.name, label=label, organisation=tie.organisation.name, until=tie.until
        )

    tie.until = until or ctx.today
    tie.save(update_fields=["until"])

    ctx.emit(
        RelationshipEnded(
            person_id=tie.person_id,
            organisation_id=tie.organisation_id,
            person=tie.person.name,
            organisation=tie.organisation.name,
            kind=tie.kind,
            label=label,
            until=tie.until,
        )
    )
    return tie


@command(label=_("Give portal access"), icon="key")
def give_portal_access(ctx: Ctx, *, party: Party, user: User) -> PortalAccess:
    """Let a user from outside see what concerns this party, and nothing else."""
    party = lock(party)

    if PortalAccess.objects.filter(party=party, user=user).exists():
        raise StillPortalUser(user=user, name=party.name, at_field="user")

    access: PortalAccess = PortalAccess.objects.create(party=party, user=user)

    ctx.emit(PortalAccessGiven(party_id=party.pk, party=party.name, user_id=user.pk, user=str(user)))
    return access


@command(label=_("Withdraw"), icon="lock", danger=True)
def withdraw_portal_access(ctx: Ctx, *, access: PortalAccess) -> None:
    """Close the portal of a party for a user, at once."""
    access = lock(access)
    party, user = access.party, access.user

    access.delete()

    ctx.emit(PortalAccessWithdrawn(party_id=party.pk, party=party.name, user_id=user.pk, user=str(user)))
