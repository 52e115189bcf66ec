"""A lead that becomes a customer stays on its campaigns; what a campaign was answered scores the lead."""

from __future__ import annotations

from loomline.domains.marketing import commands as marketing
from loomline.domains.parties.models import Party
from loomline.domains.pipeline.events import ConversionTakenBack, LeadConverted
from loomline.domains.pipeline.models import Lead
from loomline.kernel.context import Ctx
from loomline.kernel.event import on


@on(LeadConverted)
def lead_converted(ctx: Ctx, event: LeadConverted) -> None:
    """The campaigns have reached the person that the lead became."""
    person = Party.objects.get(pk=event.contact_id or event.party_id)
    marketing.follow_conversion(ctx, lead=Lead.objects.get(pk=event.lead_id), person=person)


@on(ConversionTakenBack)
def conversion_taken_back(ctx: Ctx, event: ConversionTakenBack) -> None:
    """The campaigns have reached a lead again, and nobody among the customers."""
    marketing.follow_conversion(ctx, lead=Lead.objects.get(pk=event.lead_id), person=None)
