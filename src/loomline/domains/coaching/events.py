"""What coaching tells."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event


@dataclass(frozen=True, kw_only=True)
class QuestionAnswered(
    Event,
    about={"opportunity_id": "pipeline.opportunity", "party_id": "parties.party"},
    icon="checklist",
    tone="info",
):
    """Somebody knows more about a deal."""

    says = _("{question} {answer}")
    opportunity_id: int
    party_id: int
    question: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class ReviewWritten(Event, about={"review_id": "coaching.review"}, icon="messages"):
    """A seller and whoever coaches have talked."""

    says = _("Review with {seller}")
    review_id: int
    seller: str
