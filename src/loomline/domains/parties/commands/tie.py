"""Who belongs to whom, and who may look in from outside."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import User
from loomline.domains.parties import queries
from loomline.domains.parties.commands.contact import add_contact_point, end_contact_point
from loomline.domains.parties.commands.opening import NotAnOrganisation, NotAPerson, open_party, related
from loomline.domains.parties.events import (
    BuyingRoleSet,
    JobChanged,
    PortalAccessGiven,
    PortalAccessWithdrawn,
    RelationshipEnded,
)
from loomline.domains.parties.models import (
    BuyingRole,
    ContactKind,
    Party,
    PartyKind,
    PortalAccess,
    Relationship,
    TieKind,
)
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused


class RelationshipOver(Refused):
    """What has ended cannot end again."""

    says = _("{person} no longer {label} {organisation} since {until}.")


class SameEmployer(Refused):
    """A new job within the same organisation is a new title."""

    says = _("{person} works for {organisation} already. Choose the organisation that {person} went to.")


class BossElsewhere(Refused):
    """People report to others in the same organisation."""

    says = _(
        "{boss} is nobody that people at {organisation} report to. Choose somebody else who works there."
    )


class BossInCircle(Refused):
    """Nobody reports to somebody of their own reports."""

    says = _("{boss} reports to {person}, directly or through others. Choose somebody above.")


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
    buying_role: BuyingRole = BuyingRole.NONE,
    reports_to: Relationship | None = None,
    since: date | None = None,
) -> Relationship:
    """Tie a person to an organisation, so that what either does shows where people look for it."""
    locked = {party.pk: party for party in lock_all([person, organisation])}
    person, organisation = locked[person.pk], locked[organisation.pk]

    if person.kind != PartyKind.PERSON:
        raise NotAPerson(name=person.name, organisation=organisation.name, at_field="person")
    if organisation.kind != PartyKind.ORGANISATION:
        raise NotAnOrganisation(name=organisation.name, person=person.name, at_field="organisation")
    if reports_to is not None:
        _refuse_foreign_boss(reports_to, person, organisation)

    tie: Relationship = Relationship.objects.create(
        person=person,
        organisation=organisation,
        kind=kind,
        title=title,
        buying_role=buying_role,
        reports_to=reports_to,
        since=since,
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


@command(label=_("Changed jobs"), icon="briefcase")
def change_job(
    ctx: Ctx,
    *,
    relationship: Relationship,
    organisation: Party,
    title: str = "",
    on: date | None = None,
    email: str = "",
    phone: str = "",
) -> Relationship:
    """Follow a person to the next employer: the old job becomes history, old deals stay where they are.

    The addresses at the former employer are no longer used; new ones may be given at once.
    """
    tie = lock(relationship)
    former, person = tie.organisation, lock(tie.person)

    if tie.until is not None:
        label = str(TieKind(tie.kind).label)
        raise RelationshipOver(person=person.name, label=label, organisation=former.name, until=tie.until)
    if organisation == former:
        raise SameEmployer(person=person.name, organisation=former.name, at_field="organisation")
    if organisation.is_person:
        raise NotAnOrganisation(name=organisation.name, person=person.name, at_field="organisation")

    day = on or ctx.today
    tie.until = day
    tie.save(update_fields=["until"])
    Relationship.objects.filter(reports_to=tie, until__isnull=True).update(reports_to=tie.reports_to)
    made: Relationship = Relationship.objects.create(
        person=person, organisation=organisation, kind=TieKind.EMPLOYED_BY, title=title.strip(), since=day
    )
    for point in queries.reached_through(person=person, organisation=former):
        end_contact_point(ctx, contact_point=point, until=day)
    for kind, value in ((ContactKind.EMAIL, email), (ContactKind.PHONE, phone)):
        if value.strip():
            add_contact_point(ctx, party=person, kind=kind, value=value, is_primary=True)

    ctx.emit(
        JobChanged(
            person_id=person.pk,
            organisation_ids=(former.pk, organisation.pk),
            person=person.name,
            former=former.name,
            organisation=organisation.name,
            title=made.title,
        )
    )
    return made


@command(label=_("Role in buying"), icon="users", undo=True)
def set_buying_role(ctx: Ctx, *, relationship: Relationship, buying_role: BuyingRole) -> Relationship:
    """Say what somebody decides when the organisation buys."""
    tie = lock(relationship)

    _refuse_over(tie)

    tie.buying_role = buying_role
    tie.save(update_fields=["buying_role"])

    ctx.emit(
        BuyingRoleSet(
            person_id=tie.person_id,
            organisation_id=tie.organisation_id,
            person=tie.person.name,
            organisation=tie.organisation.name,
            label=str(BuyingRole(buying_role).label).lower(),
        )
    )
    return tie


@command(label=_("Reports to"), icon="hierarchy-3", undo=True)
def set_reports_to(
    ctx: Ctx, *, relationship: Relationship, reports_to: Relationship | None = None
) -> Relationship:
    """Say whose report somebody is in the same organisation; nobody: at the top."""
    tie = lock(relationship)

    _refuse_over(tie)
    if reports_to is not None:
        _refuse_foreign_boss(reports_to, tie.person, tie.organisation)
        if tie.pk in queries.bosses(tie=reports_to):
            raise BossInCircle(person=tie.person.name, boss=reports_to.person.name, at_field="reports_to")

    tie.reports_to = reports_to
    tie.save(update_fields=["reports_to"])
    return tie


def _refuse_over(tie: Relationship) -> None:
    if tie.until is not None:
        raise RelationshipOver(
            person=tie.person.name,
            label=str(TieKind(tie.kind).label),
            organisation=tie.organisation.name,
            until=tie.until,
        )


def _refuse_foreign_boss(boss: Relationship, person: Party, organisation: Party) -> None:
    if boss.organisation_id != organisation.pk or boss.person_id == person.pk or boss.until is not None:
        raise BossElsewhere(boss=boss.person.name, organisation=organisation.name, at_field="reports_to")


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
