"""Forms as strangers meet them."""

from __future__ import annotations

from datetime import datetime, timedelta

from loomline.domains.leads.models import LeadForm, Submission

SENDER_SPAN = timedelta(minutes=10)
FORM_SPAN = timedelta(hours=1)


def form_at(*, token: str) -> LeadForm | None:
    """The open form at an address."""
    return LeadForm.objects.filter(token=token, is_active=True).select_related("owner", "team").first()


def sent_lately(*, form: LeadForm, sender: str, now: datetime) -> tuple[int, int]:
    """How often this sender has sent in ten minutes, and everybody with this form in an hour."""
    by_sender = Submission.objects.filter(sender=sender, at__gt=now - SENDER_SPAN).count()
    return by_sender, Submission.objects.filter(form=form, at__gt=now - FORM_SPAN).count()
