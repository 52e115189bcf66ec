"""What a supplier's people see: what they were asked, and nothing of anybody else's."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from loomline.domains.sourcing.models import Invitation, RfqState


def asked_of(actor: Any) -> Q:
    """Invitations of a supplier's own, once they were sent."""
    return Q(supplier__in=actor.party_ids()) & ~Q(rfq__state=RfqState.DRAFT) & Q(rfq__asked_on__isnull=False)


def asked_lines(actor: Any) -> Q:
    """Lines of the requests that a supplier was asked."""
    return Q(rfq__in=Invitation.objects.filter(asked_of(actor)).values("rfq"))
