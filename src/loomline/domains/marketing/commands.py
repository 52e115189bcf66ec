"""Planning campaigns, putting people on them, and noting what came back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import User
from loomline.domains.marketing.events import (
    CampaignMoved,
    CampaignPlanned,
    MembersAdded,
    ResponseNoted,
    SourceNamed,
)
from loomline.domains.marketing.models import (
    ANSWERED,
    Campaign,
    CampaignMember,
    CampaignState,
    DealSource,
    Means,
    Response,
)
from loomline.domains.parties.models import Party
from loomline.domains.pipeline.models import Lead, Opportunity
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.custom import checked, fields_of
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance

BATCH = 2000


class CampaignNameless(Refused):
    """A campaign is known by its name."""

    says = _("Give the campaign a name.")


class DaysTurned(Refused):
    """Time runs forward."""

    says = _("The last day of {name} is before its first. Correct one of the two.")


class NobodyToReach(Refused):
    """Members are leads or people among the customers."""

    says = _("Choose leads, or customers and their people, to reach with {campaign}.")


class MembersKnown(Refused):
    """Nobody is reached twice by the same campaign."""

    says = _("All of them are members of {campaign} already.")


class CampaignOver(Refused):
    """What is over reaches nobody."""

    says = _("{campaign} is over. Reopen it before more people are to be reached.")


@command(label=_("New campaign"), icon="plus", creates=Campaign)
def plan_campaign(
    ctx: Ctx,
    *,
    name: str,
    means: Means = Means.EMAIL,
    starts_on: date | None = None,
    ends_on: date | None = None,
    currency: str = "",
    budget: Decimal = Decimal(0),
    hoped_for: Decimal = Decimal(0),
    owner: User | None = None,
    parent: Campaign | None = None,
    note: str = "",
    custom: Mapping[str, Any] | None = None,
) -> Campaign:
    """Say whom to reach by what, until when, and for how much."""
    if not name.strip():
        raise CampaignNameless(at_field="name")
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise DaysTurned(name=name.strip(), at_field="ends_on")

    campaign: Campaign = Campaign.objects.create(
        name=name.strip(),
        means=means,
        starts_on=starts_on,
        ends_on=ends_on,
        currency=currency or ctx.company.currency,
        budget=budget,
        hoped_for=hoped_for,
        owner=owner or ctx.actor,
        parent=parent,
        note=note.strip(),
        custom=dict(custom or {}),
    )

    ctx.emit(CampaignPlanned(campaign_id=campaign.pk, campaign=campaign.name))
    return campaign


@command(label=_("Start"), icon="player-play", move="start", undo=True)
def start_campaign(ctx: Ctx, *, campaign: Campaign) -> Campaign:
    """Begin to reach the members."""
    return _moved(ctx, campaign, "start")


@command(label=_("Complete"), icon="circle-check", move="complete", undo=True)
def complete_campaign(ctx: Ctx, *, campaign: Campaign) -> Campaign:
    """Everybody was reached; responses are still noted."""
    return _moved(ctx, campaign, "complete")


@command(label=_("Call off"), icon="circle-x", danger=True, move="call_off", undo=True)
def call_off_campaign(ctx: Ctx, *, campaign: Campaign) -> Campaign:
    """Reach nobody any more."""
    return _moved(ctx, campaign, "call_off")


@command(label=_("Reopen"), icon="refresh", move="reopen", undo=True)
def reopen_campaign(ctx: Ctx, *, campaign: Campaign) -> Campaign:
    """Go on with what was over."""
    return _moved(ctx, campaign, "reopen")


@command(label=_("Add members"), icon="user-plus", undo=True)
def add_members(
    ctx: Ctx, *, campaign: Campaign, parties: list[Party] | None = None, leads: list[Lead] | None = None
) -> Campaign:
    """Put customers, people and leads on the list of a campaign; those who are on it stay as they are."""
    campaign = lock(campaign)

    if campaign.state in (CampaignState.COMPLETED, CampaignState.CALLED_OFF):
        raise CampaignOver(campaign=campaign)
    if not parties and not leads:
        raise NobodyToReach(campaign=campaign, at_field="parties")
    held = CampaignMember.objects.filter(campaign=campaign).values_list("party", "lead")
    persons = {party for party, _lead in held}
    asked = {lead for _party, lead in held}
    fresh = [
        *(CampaignMember(campaign=campaign, party=one) for one in parties or () if one.pk not in persons),
        *(
            CampaignMember(campaign=campaign, lead=one, party=one.contact or one.party)
            for one in leads or ()
            if one.pk not in asked
        ),
    ]
    if not fresh:
        raise MembersKnown(campaign=campaign)

    CampaignMember.objects.bulk_create(fresh, batch_size=BATCH)

    ctx.emit(MembersAdded(campaign_id=campaign.pk, campaign=campaign.name, count=len(fresh)))
    return campaign


@command(label=_("Note the response"), icon="message-2", undo=True)
def note_responses(
    ctx: Ctx, *, members: list[CampaignMember], response: Response, told: str = ""
) -> list[CampaignMember]:
    """Keep that somebody was reached, or what they answered; the first moment of each counts."""
    rows = CampaignMember.objects.filter(pk__in=[one.pk for one in members])
    members = lock_all(rows.select_related("campaign", "party", "lead"))

    changed = [one for one in members if one.response != response or (told and one.told != told)]
    for one in changed:
        _set_response(one, Response(response), at=ctx.now)
        one.told = told.strip()[:120] or one.told
    CampaignMember.objects.bulk_update(changed, ["response", "told", "reached_at", "responded_at"], BATCH)

    for one in changed:
        ctx.emit(
            ResponseNoted(
                campaign_id=one.campaign_id,
                party_id=one.party_id,
                lead_id=one.lead_id,
                campaign=one.campaign.name,
                member=str(one),
                response=str(Response(response).label).lower(),
            )
        )
    return members


@command(label=_("Take off the list"), icon="trash", danger=True, undo=True)
def remove_members(ctx: Ctx, *, members: list[CampaignMember]) -> None:
    """Do not reach these people with the campaign after all."""
    for member in lock_all(members):
        member.delete()


@command(label=_("Came from campaign"), icon="speakerphone", undo=True)
def name_source(ctx: Ctx, *, opportunity: Opportunity, campaign: Campaign) -> Opportunity:
    """Say which campaign a deal came from."""
    opportunity = lock(opportunity)

    DealSource.objects.update_or_create(opportunity=opportunity, defaults={"campaign": campaign})

    ctx.emit(_sourced(opportunity, campaign))
    return opportunity


@command(hidden=True)
def follow_conversion(ctx: Ctx, *, lead: Lead, person: Party | None) -> list[CampaignMember]:
    """What a lead became is what the campaigns have reached."""
    members = lock_all(CampaignMember.objects.filter(lead=lead))

    CampaignMember.objects.filter(pk__in=[one.pk for one in members]).update(party=person)
    return members


@dataclass(frozen=True, kw_only=True)
class PastCampaign:
    """A campaign as another system has it."""

    name: str
    state: CampaignState = CampaignState.PLANNED
    means: Means = Means.OTHER
    starts_on: date | None = None
    ends_on: date | None = None
    currency: str = ""
    budget: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    hoped_for: Decimal = Decimal(0)
    owner: User | None = None
    note: str = ""
    custom: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class PastMember:
    """A member as another system has it."""

    campaign: Campaign
    party: Party | None = None
    lead: Lead | None = None
    response: Response = Response.REACHED
    told: str = ""
    at: datetime | None = None
    responded_at: datetime | None = None


@command(hidden=True)
def take_over_campaigns(ctx: Ctx, *, pasts: list[PastCampaign]) -> list[Campaign]:
    """Bring in campaigns of another system, in the state they are in."""
    fields = fields_of(Campaign._meta.label_lower)
    campaigns = [
        Campaign(
            name=past.name[:120],
            state=past.state,
            means=past.means,
            starts_on=past.starts_on,
            ends_on=past.ends_on if _runs_forward(past) else None,
            currency=past.currency or ctx.company.currency,
            budget=max(past.budget, Decimal(0)),
            cost=max(past.cost, Decimal(0)),
            hoped_for=max(past.hoped_for, Decimal(0)),
            owner=past.owner or ctx.actor,
            note=past.note,
            custom=checked(fields, past.custom or {}),
        )
        for past in pasts
    ]
    Campaign.objects.bulk_create(campaigns, batch_size=BATCH)
    for campaign in campaigns:
        ctx.emit(CampaignPlanned(campaign_id=campaign.pk, campaign=campaign.name))
    return campaigns


@command(hidden=True)
def follow_campaigns(ctx: Ctx, *, changes: Mapping[int, Mapping[str, Any]]) -> list[Campaign]:
    """Write what another system has changed about campaigns that came from there."""
    campaigns = lock_all(Campaign.objects.filter(pk__in=changes))

    for campaign in campaigns:
        values = dict(changes[campaign.pk])
        custom = checked(fields_of(Campaign._meta.label_lower), values.pop("custom", {}))
        for name, value in values.items():
            setattr(campaign, name, value)
        campaign.custom = {**campaign.custom, **custom}
        campaign.save()
    return campaigns


@command(hidden=True)
def take_over_members(ctx: Ctx, *, pasts: list[PastMember]) -> list[CampaignMember]:
    """Bring in who was on a campaign and what came back; one who stands there twice is one member."""
    there = {
        _whose(one): one
        for one in CampaignMember.objects.filter(campaign__in={past.campaign.pk for past in pasts})
    }
    found: list[CampaignMember] = []
    fresh: list[CampaignMember] = []
    for past in pasts:
        member = CampaignMember(
            campaign=past.campaign,
            party=past.party or (past.lead.contact or past.lead.party if past.lead is not None else None),
            lead=past.lead,
            told=past.told[:120],
        )
        known = there.get(_whose(member))
        if known is None:
            _set_response(member, past.response, at=past.at or ctx.now, responded_at=past.responded_at)
            fresh.append(member)
            there[_whose(member)] = member
        found.append(known or member)
    CampaignMember.objects.bulk_create(fresh, batch_size=BATCH)
    for one in fresh:
        if one.response in ANSWERED:
            ctx.emit(
                ResponseNoted(
                    campaign_id=one.campaign_id,
                    party_id=one.party_id,
                    lead_id=one.lead_id,
                    campaign=one.campaign.name,
                    member=str(one),
                    response=str(Response(one.response).label).lower(),
                    happened_at=one.responded_at,
                )
            )
    return found


@command(hidden=True)
def follow_members(ctx: Ctx, *, changes: Mapping[int, tuple[Response | None, str | None]]) -> None:
    """Write what another system has changed about members that came from there."""
    members = lock_all(CampaignMember.objects.filter(pk__in=changes))

    for one in members:
        response, told = changes[one.pk]
        if response is not None:
            _set_response(one, response, at=ctx.now)
        one.told = one.told if told is None else told[:120]
    CampaignMember.objects.bulk_update(members, ["response", "told", "reached_at", "responded_at"], BATCH)


@command(hidden=True)
def take_over_sources(ctx: Ctx, *, pairs: Sequence[tuple[Opportunity, Campaign]]) -> list[DealSource]:
    """Bring in which campaign each deal came from, as the other system says it now."""
    held = {
        one.opportunity_id: one
        for one in lock_all(DealSource.objects.filter(opportunity__in=[deal for deal, _campaign in pairs]))
    }

    fresh = [DealSource(opportunity=deal, campaign=to) for deal, to in pairs if deal.pk not in held]
    changed = [held[deal.pk] for deal, to in pairs if deal.pk in held and held[deal.pk].campaign_id != to.pk]
    wanted = {deal.pk: to for deal, to in pairs}
    for one in changed:
        one.campaign = wanted[one.opportunity_id]
    DealSource.objects.bulk_create(fresh, batch_size=BATCH)
    DealSource.objects.bulk_update(changed, ["campaign"], batch_size=BATCH)

    for one in (*fresh, *changed):
        ctx.emit(_sourced(one.opportunity, one.campaign))
    return [*fresh, *changed]


def _moved(ctx: Ctx, campaign: Campaign, move: str) -> Campaign:
    advance(campaign, move)
    state = str(CampaignState(campaign.state).label).lower()
    ctx.emit(CampaignMoved(campaign_id=campaign.pk, campaign=campaign.name, state=state))
    return campaign


def _sourced(deal: Opportunity, campaign: Campaign) -> SourceNamed:
    return SourceNamed(
        campaign_id=campaign.pk, opportunity_id=deal.pk, deal=str(deal.name), campaign=campaign.name
    )


def _whose(member: CampaignMember) -> tuple[int, int | None, int | None]:
    """What there is one of in a campaign."""
    return member.campaign_id, member.lead_id, None if member.lead_id else member.party_id


def _set_response(
    member: CampaignMember, response: Response, *, at: datetime, responded_at: datetime | None = None
) -> None:
    member.response = response
    if response != Response.PLANNED:
        member.reached_at = member.reached_at or at
    member.responded_at = (member.responded_at or responded_at or at) if response in ANSWERED else None


def _runs_forward(past: PastCampaign) -> bool:
    return past.ends_on is None or past.starts_on is None or past.ends_on >= past.starts_on
