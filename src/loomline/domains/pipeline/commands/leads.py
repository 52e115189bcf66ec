"""From the first sign of interest to a customer, or to a polite no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, Value, When
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import Team, User
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party, PartyKind, Role
from loomline.domains.parties.models.fields import PhoneUnclear, mail_address, phone_number
from loomline.domains.pipeline import queries
from loomline.domains.pipeline.commands.opportunities import (
    OpportunityDraft,
    OpportunitySettled,
    open_opportunities,
)
from loomline.domains.pipeline.events import (
    ConversionTakenBack,
    LeadAssigned,
    LeadCaptured,
    LeadConverted,
    LeadDisqualified,
    LeadNurtured,
    LeadReopened,
    LeadWorked,
)
from loomline.domains.pipeline.models import Lead, LeadState, Opportunity, OpportunityState, Stage
from loomline.kernel.audit import Activity, Change
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.custom import checked, fields_of
from loomline.kernel.edit import own_activity, reverse
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance

BATCH = 2000


class LeadUnknown(Refused):
    """A lead that nobody could get back to."""

    says = _(
        "Row {row} has neither a name nor a company nor an e-mail address. Fill in one; nothing was added."
    )


class NobodyToAssign(Refused):
    """Leads are given to a person, or shared out in a team."""

    says = _("Choose a person, or a team with at least one active member.")


class LeadClosed(Refused):
    """A closed lead needs no owner."""

    says = _("Lead {number} is {state}; reopen it first.")


class OtherParty(Refused):
    """A lead cannot join an opportunity of somebody else."""

    says = _(
        "Opportunity {number} belongs to {theirs}, not to {ours}. Choose one of {ours}, or open a new one."
    )


class ReasonMissing(Refused):
    """What is given up is given up for a reason."""

    says = _("Say why, in a few words.")


class NotConverted(Refused):
    """Only what was qualified here can be taken back here."""

    says = _("Lead {number} was not qualified by a command that can be taken back.")


@dataclass(frozen=True, kw_only=True)
class LeadDraft:
    """A lead to be, with everything that is known."""

    name: str = ""
    company: str = ""
    job_title: str = ""
    email: str = ""
    phone: str = ""
    country: str = ""
    interest: str = ""
    source: str = ""
    source_detail: str = ""
    owner: User | None = None
    team: Team | None = None
    custom: Mapping[str, Any] = field(default_factory=dict)


@command(label=_("New lead"), icon="plus", creates=Lead)
def capture_lead(
    ctx: Ctx,
    *,
    name: str = "",
    company: str = "",
    job_title: str = "",
    email: str = "",
    phone: str = "",
    country: str = "",
    interest: str = "",
    source: str = "",
    source_detail: str = "",
    owner: User | None = None,
    team: Team | None = None,
    custom: Mapping[str, Any] | None = None,
) -> Lead:
    """Write down who showed interest, and where that came from."""
    draft = LeadDraft(
        name=name,
        company=company,
        job_title=job_title,
        email=email,
        phone=phone,
        country=country,
        interest=interest,
        source=source,
        source_detail=source_detail,
        owner=owner,
        team=team,
        custom=custom or {},
    )
    return capture_leads(ctx, drafts=[draft])[0]


@command(hidden=True)
def capture_leads(ctx: Ctx, *, drafts: list[LeadDraft]) -> list[Lead]:
    """Write down many leads at once, as a fair or an import brings them."""
    for row, draft in enumerate(drafts, start=1):
        if not (draft.name.strip() or draft.company.strip() or draft.email.strip()):
            raise LeadUnknown(row=row, at_field="name")
    rules = fields_of("pipeline.lead") if any(draft.custom for draft in drafts) else []

    leads = [
        Lead(
            name=draft.name.strip(),
            company=draft.company.strip(),
            job_title=draft.job_title,
            email=mail_address(draft.email),
            phone=_phone(draft.phone, country=draft.country or ctx.company.country),
            country=draft.country.upper(),
            interest=draft.interest,
            source=draft.source,
            source_detail=draft.source_detail,
            owner=draft.owner,
            team=draft.team,
            captured_at=ctx.now,
            custom=checked(rules, draft.custom) if draft.custom else {},
        )
        for draft in drafts
    ]
    Lead.objects.bulk_create(leads, batch_size=BATCH)

    for lead in leads:
        ctx.emit(
            LeadCaptured(
                lead_id=lead.pk,
                number=lead.number,
                title=lead.title,
                source=lead.source or str(_("an unnamed source")),
                owner_id=lead.owner_id,
            )
        )
    return leads


@command(label=_("Assign"), icon="user-circle", undo=True)
def assign_leads(
    ctx: Ctx, *, leads: list[Lead], owner: User | None = None, team: Team | None = None
) -> list[Lead]:
    """Give leads to one person, or share them out in a team so that everybody has about as many."""
    return _assigned(ctx, leads, owner, team)


@command(hidden=True)
def assign_leads_by_rule(ctx: Ctx, *, leads: list[Lead], owner: User, rule: str) -> list[Lead]:
    """Give leads to whom a rule chose, and keep which one it was: people ask why they got a lead."""
    return _assigned(ctx, leads, owner, None, rule=rule)


def _assigned(
    ctx: Ctx, leads: list[Lead], owner: User | None, team: Team | None, *, rule: str = ""
) -> list[Lead]:
    leads = lock_all(leads)

    for lead in leads:
        if lead.state in (LeadState.QUALIFIED, LeadState.DISQUALIFIED):
            raise LeadClosed(number=lead.number, state=lead.state.label.lower())
    people = [owner] if owner else list(team.members.filter(is_active=True).order_by("pk")) if team else []
    if not people:
        raise NobodyToAssign(at_field="owner")

    given = _shared_out(leads, people)
    chosen = Case(*(When(pk=lead.pk, then=Value(user.pk)) for lead, user in given))
    changes = {"owner": chosen} if team is None else {"owner": chosen, "team": team}
    Lead.objects.filter(pk__in=[lead.pk for lead in leads]).update(**changes)

    for lead, user in given:
        lead.owner, lead.team = user, team or lead.team
        by = _t(" by the rule “{rule}”").format(rule=rule) if rule else ""
        ctx.emit(
            LeadAssigned(
                lead_id=lead.pk, number=lead.number, owner_id=user.pk, owner=str(user), rule=rule, by=by
            )
        )
    return leads


def _shared_out(leads: Sequence[Lead], people: Sequence[User]) -> list[tuple[Lead, User]]:
    """Each lead goes to whoever has the fewest open ones, the eldest account first among equals."""
    if len(people) == 1:
        return [(lead, people[0]) for lead in leads]
    load = queries.open_lead_load(user_ids=[user.pk for user in people])
    given = []
    for lead in leads:
        user = min(people, key=lambda person: (load[person.pk], person.pk))
        load[user.pk] += 1
        given.append((lead, user))
    return given


@command(move="work", label=_("Start working"), icon="phone")
def work_lead(ctx: Ctx, *, lead: Lead) -> Lead:
    """Note the first step with a lead, so that nobody waits for an answer unseen."""
    lead = lock(lead)

    owner = lead.owner or (None if ctx.actor.is_system else ctx.actor)
    advance(lead, "work", worked_at=ctx.now, owner=owner)

    minutes = int((ctx.now - lead.captured_at).total_seconds() // 60)
    ctx.emit(LeadWorked(lead_id=lead.pk, number=lead.number, minutes=minutes))
    return lead


@command(move="convert", label=_("Qualify"), icon="circle-check", undo=True)
def convert_lead(
    ctx: Ctx,
    *,
    lead: Lead,
    party: Party | None = None,
    contact: Party | None = None,
    opportunity: Opportunity | None = None,
    with_opportunity: bool = True,
    opportunity_name: str = "",
    amount: Decimal | None = None,
    currency: str = "",
    stage: Stage | None = None,
    closes_on: date | None = None,
) -> Lead:
    """Turn a lead into a customer to be; left empty, customer and contact are made anew from the lead.

    Undo takes everything back that it made, until somebody has changed any of it.
    """
    lead = lock(lead)

    if opportunity is not None:
        party = party or opportunity.party
        if opportunity.party_id != party.pk:
            raise OtherParty(
                number=opportunity.number, theirs=opportunity.party, ours=party, at_field="opportunity"
            )
        opportunity = lock(opportunity)
        if opportunity.state != OpportunityState.OPEN:
            state = opportunity.state.label.lower()
            raise OpportunitySettled(number=opportunity.number, state=state, at_field="opportunity")

    party = party or _party_of(ctx, lead)
    contact = contact or _contact_of(ctx, lead, party)
    if opportunity is None and with_opportunity:
        opportunity = open_opportunities(
            ctx,
            drafts=[
                OpportunityDraft(
                    name=opportunity_name or _subject(lead, party),
                    party=party,
                    contact=contact,
                    amount=amount,
                    currency=currency,
                    stage=stage,
                    closes_on=closes_on,
                    source=lead.source,
                    owner=lead.owner,
                    team=lead.team,
                )
            ],
        )[0]
    advance(lead, "convert", party=party, contact=contact, opportunity=opportunity, closed_at=ctx.now)

    ctx.emit(
        LeadConverted(
            lead_id=lead.pk,
            number=lead.number,
            party_id=party.pk,
            party=str(party),
            contact_id=contact.pk if contact else None,
            opportunity_id=opportunity.pk if opportunity else None,
            opportunity=opportunity.number if opportunity else "",
        )
    )
    return lead


@command(label=_("Undo the qualification"), icon="arrow-back-up", states=(LeadState.QUALIFIED,))
def take_back_conversion(ctx: Ctx, *, lead: Lead) -> Lead:
    """Make a qualified lead a lead again; what the qualification made goes, if still untouched."""
    lead = lock(lead)
    done = queries.conversion_of(lead=lead)

    if lead.state != LeadState.QUALIFIED or done is None:
        raise NotConverted(number=lead.number)

    party_id = lead.party_id
    reverse(Change.objects.filter(activity=done))
    Activity.objects.filter(pk=done.pk).update(undone_by=own_activity())
    lead = lock(lead)

    # A party that the conversion made is gone, and the timeline does not speak of what is not there.
    kept = party_id if Party.objects.filter(pk=party_id).exists() else None
    ctx.emit(ConversionTakenBack(lead_id=lead.pk, number=lead.number, party_id=kept))
    return lead


@command(move="nurture", label=_("Keep warm"), icon="clock", undo=True)
def nurture_lead(ctx: Ctx, *, lead: Lead, reason: str) -> Lead:
    """Keep a good lead for later, and say what it waits for."""
    if not reason.strip():
        raise ReasonMissing(at_field="reason")

    advance(lead, "nurture", reason=reason.strip())

    ctx.emit(LeadNurtured(lead_id=lead.pk, number=lead.number, reason=lead.reason))
    return lead


@command(move="disqualify", label=_("Disqualify"), icon="circle-x", undo=True)
def disqualify_lead(ctx: Ctx, *, lead: Lead, reason: str) -> Lead:
    """Give a lead up and say why, so that we learn where good ones come from."""
    if not reason.strip():
        raise ReasonMissing(at_field="reason")

    advance(lead, "disqualify", reason=reason.strip(), closed_at=ctx.now)

    ctx.emit(LeadDisqualified(lead_id=lead.pk, number=lead.number, reason=lead.reason))
    return lead


@command(move="reopen", label=_("Take up again"), icon="refresh")
def reopen_lead(ctx: Ctx, *, lead: Lead) -> Lead:
    """Work on a lead again that was given up too soon."""
    advance(lead, "reopen", reason="", closed_at=None)

    ctx.emit(LeadReopened(lead_id=lead.pk, number=lead.number))
    return lead


def _party_of(ctx: Ctx, lead: Lead) -> Party:
    """A new party for the lead: the company behind it, else the person."""
    of_company = bool(lead.company)
    return parties.open_party(
        ctx,
        name=lead.company or lead.name or lead.email,
        kind=PartyKind.ORGANISATION if of_company else PartyKind.PERSON,
        roles=(Role.PROSPECT.value,),
        email="" if of_company and lead.name else lead.email,
        phone="" if of_company and lead.name else lead.phone,
        owner=lead.owner,
        team=lead.team,
        notes=lead.interest,
    )


def _contact_of(ctx: Ctx, lead: Lead, party: Party) -> Party | None:
    """The person to talk to when the party is an organisation and the lead names one."""
    if party.is_person or not lead.name:
        return None
    return parties.open_party(
        ctx,
        name=lead.name,
        kind=PartyKind.PERSON,
        email=lead.email,
        phone=lead.phone,
        organisation=party,
        title=lead.job_title,
        owner=lead.owner,
        team=lead.team,
    )


def _subject(lead: Lead, party: Party) -> str:
    first = lead.interest.strip().splitlines()[0] if lead.interest.strip() else ""
    return (first or str(_("First order of {party}")).format(party=party))[:200]


def _phone(text: str, *, country: str) -> str:
    """The number in international writing; as typed when nobody could dial it, for no lead is lost."""
    try:
        return phone_number(text, country=country)
    except PhoneUnclear:
        return text.strip()[:32]
