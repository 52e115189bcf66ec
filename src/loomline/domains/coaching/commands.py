"""Answering playbooks, and writing down what was talked about."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import User
from loomline.domains.coaching.events import QuestionAnswered, ReviewWritten
from loomline.domains.coaching.models import PlaybookAnswer, PlaybookQuestion, Review
from loomline.domains.pipeline.models import Opportunity, OpportunityState
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused


class AnswerEmpty(Refused):
    """A question is answered by words."""

    says = _("Write down what you found out.")


class OtherPipeline(Refused):
    """A deal is asked what its own pipeline asks."""

    says = _('"{question}" belongs to the pipeline {theirs}, and this deal to {ours}.')


class ReviewEmpty(Refused):
    """A review says something."""

    says = _("Write down what you talked about.")


class ReviewOfOneself(Refused):
    """It takes two to talk."""

    says = _("Somebody else writes the review of your own work.")


@command(
    label=_("Answer the playbook"),
    icon="checklist",
    undo=True,
    states=(OpportunityState.OPEN,),
)
def answer_playbook(
    ctx: Ctx, *, opportunity: Opportunity, question: PlaybookQuestion, text: str
) -> Opportunity:
    """Write down what was found out; an answer that is there already is written anew."""
    opportunity = lock(opportunity)
    stage = question.playbook.stage

    if not text.strip():
        raise AnswerEmpty(at_field="text")
    if stage.pipeline_id != opportunity.pipeline_id:
        raise OtherPipeline(
            question=question, theirs=stage.pipeline, ours=opportunity.pipeline, at_field="question"
        )

    values = {"text": text.strip(), "author": ctx.actor, "at": ctx.now}
    PlaybookAnswer.objects.update_or_create(opportunity=opportunity, question=question, defaults=values)

    ctx.emit(
        QuestionAnswered(
            opportunity_id=opportunity.pk,
            party_id=opportunity.party_id,
            question=question.text,
            answer=text.strip(),
        )
    )
    return opportunity


@command(label=_("New review"), icon="messages", creates=Review)
def write_review(
    ctx: Ctx,
    *,
    seller: User,
    body: str,
    agreed: str = "",
    next_on: date | None = None,
    opportunity: Opportunity | None = None,
) -> Review:
    """Keep what a seller and whoever coaches have talked about and agreed; both read it."""
    if not body.strip():
        raise ReviewEmpty(at_field="body")
    if seller.pk == ctx.actor.pk:
        raise ReviewOfOneself(at_field="seller")

    review: Review = Review.objects.create(
        seller=seller,
        author=ctx.actor,
        at=ctx.now,
        body=body.strip(),
        agreed=agreed.strip(),
        next_on=next_on,
        opportunity=opportunity,
    )

    ctx.emit(ReviewWritten(review_id=review.pk, seller=str(seller)))
    return review
