"""What lead capture, assignment and scoring tell."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

LEAD = {"lead_id": "pipeline.lead"}
SCORED = {
    "lead_id": "pipeline.lead",
    "party_id": "parties.party",
    "opportunity_id": "pipeline.opportunity",
}


@dataclass(frozen=True, kw_only=True)
class FormSubmitted(Event, about={**LEAD, "form_id": "leads.leadform"}, icon="world", tone="info"):
    """Somebody filled in a form of ours, for the first time or again."""

    says = _("Form {form} filled in{campaign}")
    lead_id: int
    form_id: int
    form: str
    source: str = ""
    campaign: str = ""
    consent: str = ""
    email: str = ""
    body: str = ""


@dataclass(frozen=True, kw_only=True)
class ScoreBandEntered(Event, about=SCORED, icon="trending-up", tone="accent"):
    """A score rose into a band."""

    says = _("{model}: now {band}, {total} points")
    lead_id: int | None = None
    party_id: int | None = None
    opportunity_id: int | None = None
    model: str
    band: str
    total: str


@dataclass(frozen=True, kw_only=True)
class ScoreBandLeft(Event, about=SCORED, icon="trending-down"):
    """A score fell out of a band."""

    says = _("{model}: no longer {band}, {total} points")
    lead_id: int | None = None
    party_id: int | None = None
    opportunity_id: int | None = None
    model: str
    band: str
    total: str
