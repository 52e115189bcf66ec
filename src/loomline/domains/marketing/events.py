"""What campaigns tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

CAMPAIGN = {"campaign_id": "marketing.campaign"}
MEMBER = {**CAMPAIGN, "party_id": "parties.party", "lead_id": "pipeline.lead"}
DEAL = {**CAMPAIGN, "opportunity_id": "pipeline.opportunity"}


@dataclass(frozen=True, kw_only=True)
class CampaignPlanned(Event, about=CAMPAIGN, icon="speakerphone", tone="info"):
    """Somebody means to reach people."""

    says: ClassVar[str | Promise] = _("Campaign {campaign} planned")

    campaign_id: int
    campaign: str


@dataclass(frozen=True, kw_only=True)
class CampaignMoved(Event, about=CAMPAIGN, icon="arrow-right", tone="info"):
    """A campaign began, ended or was called off."""

    says: ClassVar[str | Promise] = _("Campaign {campaign}: {state}")

    campaign_id: int
    campaign: str
    state: str


@dataclass(frozen=True, kw_only=True)
class MembersAdded(Event, about=CAMPAIGN, icon="user-plus", tone="info"):
    """More people are to be reached."""

    says: ClassVar[str | Promise] = _("{count} members added to {campaign}")

    campaign_id: int
    campaign: str
    count: int


@dataclass(frozen=True, kw_only=True)
class ResponseNoted(Event, about=MEMBER, icon="speakerphone", tone="accent"):
    """A campaign reached somebody, or somebody answered."""

    says: ClassVar[str | Promise] = _("{member}: {response}, campaign {campaign}")

    campaign_id: int
    party_id: int | None
    lead_id: int | None
    campaign: str
    member: str
    response: str
    happened_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class SourceNamed(Event, about=DEAL, icon="speakerphone", tone="info"):
    """A deal says which campaign it came from."""

    says: ClassVar[str | Promise] = _("{deal} came from campaign {campaign}")

    campaign_id: int
    opportunity_id: int
    deal: str
    campaign: str
