"""What the pipeline tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

LEAD = {"lead_id": "pipeline.lead"}
OPPORTUNITY = {
    "opportunity_id": "pipeline.opportunity",
    "party_id": "parties.party",
    "contact_id": "parties.party",
}


@dataclass(frozen=True, kw_only=True)
class LeadCaptured(Event, about=LEAD, icon="user-plus", tone="info"):
    """Somebody showed interest."""

    says = _("{title} came in as a lead through {source}")
    lead_id: int
    number: str
    title: str
    source: str
    owner_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class LeadAssigned(Event, about=LEAD, icon="user-circle"):
    """A lead has an owner who is to work on it."""

    says = _("Lead {number} given to {owner}{by}")
    lead_id: int
    number: str
    owner_id: int
    owner: str
    # The name of the rule that chose, and the same as the end of the sentence; empty when a person chose.
    rule: str = ""
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class LeadWorked(Event, about=LEAD, icon="phone", tone="accent"):
    """Somebody took the first step with a lead."""

    says = _("First contact with lead {number} after {minutes} minutes")
    lead_id: int
    number: str
    minutes: int


@dataclass(frozen=True, kw_only=True)
class LeadConverted(Event, about={**LEAD, **OPPORTUNITY}, icon="arrow-narrow-right", tone="ok"):
    """A lead proved good: from now on it is a party and, mostly, an opportunity."""

    says = _("Lead {number} became {party} {opportunity}")
    lead_id: int
    number: str
    party_id: int
    party: str
    contact_id: int | None = None
    opportunity_id: int | None = None
    opportunity: str = ""


@dataclass(frozen=True, kw_only=True)
class LeadDisqualified(Event, about=LEAD, icon="circle-x"):
    """A lead is not for us."""

    says = _("Lead {number} disqualified: {reason}")
    lead_id: int
    number: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class LeadNurtured(Event, about=LEAD, icon="clock"):
    """A lead is good but not now."""

    says = _("Lead {number} kept warm: {reason}")
    lead_id: int
    number: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ConversionTakenBack(
    Event, about={**LEAD, "party_id": "parties.party"}, icon="arrow-back-up", tone="warn"
):
    """A lead was qualified too soon or into the wrong customer."""

    says = _("Lead {number} is a lead again")
    lead_id: int
    number: str
    party_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class LeadReopened(Event, about=LEAD, icon="refresh", tone="info"):
    """A lead that was given up is worked on again."""

    says = _("Lead {number} taken up again")
    lead_id: int
    number: str


@dataclass(frozen=True, kw_only=True)
class OpportunityOpened(Event, about=OPPORTUNITY, icon="target-arrow", tone="info"):
    """A sale may happen."""

    says = _("Opportunity {number} opened: {title}, {amount} {currency}")
    opportunity_id: int
    number: str
    title: str
    party_id: int
    contact_id: int | None = None
    amount: Decimal
    currency: str
    closes_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class StageMoved(Event, about=OPPORTUNITY, icon="arrow-right", tone="info"):
    """An opportunity took a step, forwards or back."""

    says = _("Opportunity {number} moved from {from_stage} to {to_stage}")
    opportunity_id: int
    number: str
    party_id: int
    contact_id: int | None = None
    from_stage: str
    to_stage: str
    to_stage_id: int


@dataclass(frozen=True, kw_only=True)
class OpportunityLinesChanged(Event, about=OPPORTUNITY, icon="list-details"):
    """What the customer would buy is known better."""

    says = _("Opportunity {number} now counts {lines} lines worth {amount} {currency}")
    opportunity_id: int
    number: str
    party_id: int
    contact_id: int | None = None
    lines: int
    amount: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class OpportunityWon(Event, about=OPPORTUNITY, icon="thumb-up", tone="ok"):
    """The customer said yes; evidence is empty when somebody had to say so without any."""

    says = _("Opportunity {number} won: {title}, {amount} {currency}")
    opportunity_id: int
    number: str
    title: str
    party_id: int
    contact_id: int | None = None
    amount: Decimal
    currency: str
    evidence: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class OpportunityLost(Event, about=OPPORTUNITY, icon="trending-down", tone="bad"):
    """The customer said no, or somebody else was faster."""

    says = _("Opportunity {number} lost: {reason}")
    opportunity_id: int
    number: str
    party_id: int
    contact_id: int | None = None
    amount: Decimal
    currency: str
    reason: str
    competitor: str = ""


@dataclass(frozen=True, kw_only=True)
class OpportunityAbandoned(Event, about=OPPORTUNITY, icon="archive"):
    """Nobody said no; it was given up."""

    says = _("Opportunity {number} given up: {reason}")
    opportunity_id: int
    number: str
    party_id: int
    contact_id: int | None = None
    amount: Decimal
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class OpportunityFollowed(Event, about=OPPORTUNITY, icon="arrows-exchange", tone="info"):
    """What was really ordered changed, and the amount of the deal with it."""

    says = _("Opportunity {number} is now worth {amount} {currency}: {cause}")
    opportunity_id: int
    number: str
    party_id: int
    contact_id: int | None = None
    before: Decimal
    amount: Decimal
    currency: str
    cause: str
    tone: str = "info"


@dataclass(frozen=True, kw_only=True)
class NextStepPlanned(Event, about=OPPORTUNITY, icon="calendar-event"):
    """Somebody said what is to be done next."""

    says = _("Next step for {number}: {step}, {on}")
    opportunity_id: int
    number: str
    party_id: int
    contact_id: int | None = None
    step: str
    on: date


@dataclass(frozen=True, kw_only=True)
class NextStepSnoozed(Event, about=OPPORTUNITY, icon="clock", tone="warn"):
    """A next step was put off."""

    says = _("Next step for {number} put off from {was} to {on}")
    opportunity_id: int
    number: str
    party_id: int
    contact_id: int | None = None
    was: date
    on: date


@dataclass(frozen=True, kw_only=True)
class OpportunityReopened(Event, about=OPPORTUNITY, icon="refresh", tone="info"):
    """What was settled is open again."""

    says = _("Opportunity {number} reopened: {reason}")
    opportunity_id: int
    number: str
    party_id: int
    contact_id: int | None = None
    reason: str


@dataclass(frozen=True, kw_only=True)
class ForecastAdjusted(Event, about={"owner_id": "accounts.user"}, icon="adjustments-horizontal"):
    """A manager put an own figure beside the computed one."""

    says = _("Forecast {category} set to {amount} {currency}: {note}")
    adjustment_id: int
    owner_id: int | None = None
    category: str
    amount: Decimal
    currency: str
    note: str


@dataclass(frozen=True, kw_only=True)
class OpportunitiesTakenOver(Event, about={"party_ids": "parties.party"}, icon="file-import", tone="info"):
    """Opportunities of another system have come in."""

    says = _("{opportunities} opportunities taken over from another system")
    party_ids: tuple[int, ...]
    opportunities: int
