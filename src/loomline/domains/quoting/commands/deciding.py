"""The customer's answer, with what proves it."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as queue

from loomline.domains.quoting import queries
from loomline.domains.quoting.events import AnswerKept, QuestionAnswered, QuestionAsked
from loomline.domains.quoting.models import Answer, Evidence, OfferLink, Question, SentPaper
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Order, Quote, QuoteLine, QuoteState
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused

LONGEST = 2000


class ConsentMissing(Refused):
    """An order is a contract: the box is ticked by hand."""

    says = _("Tick the box to say that you order.")
    status = 422


class NameMissing(Refused):
    """Somebody answers, and says who."""

    says = _("Type your first and last name.")
    status = 422


class TotalChanged(Refused):
    """Nobody buys at another sum than the one they have read."""

    says = _("The total is {now}, and the page showed {shown}. Look at it again before you order.")


class ChoiceElsewhere(Refused):
    """Options come from the offer itself."""

    says = _("One of the choices is no longer part of this offer. Open the page anew and choose again.")


class NotSentYet(Refused):
    """There is no paper to answer to."""

    says = _("Quote {number} is still being prepared. Try again in a minute.")


class PaperChanged(Refused):
    """The file does not match its fingerprint: nobody signs that."""

    says = _("The document of quote {number} is damaged. Please tell us; nothing was ordered.")


class QuestionEmpty(Refused):
    """A question has words."""

    says = _("Write what you would like to know.")
    status = 422


@command(hidden=True)
def accept_offer(
    ctx: Ctx,
    *,
    quote: Quote,
    name: str,
    consent: bool,
    statement: str,
    total: Decimal,
    options: list[QuoteLine] | None = None,
    customer_reference: str = "",
    link: OfferLink | None = None,
    address: str = "",
    agent: str = "",
) -> Order:
    """Take the customer's yes from their page: the order, and what proves it, in one transaction.

    A second click finds the answer already given and gets the same order.
    """
    quote = lock(quote)
    held = queries.accepted(quote_id=quote.pk)
    if held is not None and held.order is not None:
        return held.order

    typed = _typed(name)
    if not consent or not statement:
        raise ConsentMissing(at_field="consent")
    paper = _checked_paper(quote)
    lines = list(quote.lines.order_by("position", "pk"))
    taken = {option.pk for option in options or ()}
    if not taken <= {line.pk for line in lines if not line.is_firm}:
        raise ChoiceElsewhere(at_field="options")
    now = queries.sum_of(quote=quote, lines=lines, taken=taken).totals.total
    if quote.state == QuoteState.SENT and now != total:
        raise TotalChanged(now=now, shown=total)

    order = sales.accept_quote(
        ctx,
        quote=quote,
        accepted_by=typed,
        customer_reference=customer_reference.strip()[:80],
        options=options,
    )
    _keep(
        ctx,
        quote,
        paper,
        answer=Answer.ACCEPTED,
        order=order,
        link=link,
        name=typed,
        address=address,
        agent=agent,
        statement=statement,
        taken=sorted(taken),
        total=order.total,
    )
    return order


@command(hidden=True)
def decline_offer(
    ctx: Ctx,
    *,
    quote: Quote,
    reason: str,
    name: str,
    link: OfferLink | None = None,
    address: str = "",
    agent: str = "",
) -> Quote:
    """Take the customer's no from their page, and why; the seller sees it at once."""
    typed = _typed(name)
    paper = _checked_paper(quote)

    quote = sales.decline_quote(ctx, quote=quote, reason=reason.strip()[:200])
    _keep(
        ctx,
        quote,
        paper,
        answer=Answer.DECLINED,
        link=link,
        name=typed,
        address=address,
        agent=agent,
        reason=quote.declined_because,
        total=quote.total,
    )
    return quote


@command(hidden=True)
def ask_question(ctx: Ctx, *, quote: Quote, name: str, text: str, email: str = "") -> Question:
    """Ask the seller something about an offer before deciding."""
    typed = _typed(name)
    if not text.strip():
        raise QuestionEmpty(at_field="text")

    question: Question = Question.objects.create(
        quote=quote, name=typed, email=email, text=text.strip()[:LONGEST], asked_at=ctx.now
    )

    ctx.emit(QuestionAsked(**_about(quote), who=typed, text=question.text[:200]))
    return question


@command(label=_("Answer"), icon="message-2")
def answer_question(ctx: Ctx, *, question: Question, answer: str) -> Question:
    """Answer a customer's question, on their page and in their mailbox where we know it."""
    question = lock(question)
    if not answer.strip():
        raise QuestionEmpty(_("Write the answer."), at_field="answer")

    question.answer, question.answered_by, question.answered_at = answer.strip(), ctx.actor, ctx.now
    question.save(update_fields=["answer", "answered_by", "answered_at"])
    if question.email:
        queue.configure_task("quoting.mail_answer", allow_unknown=True).defer(question_id=question.pk)

    ctx.emit(QuestionAnswered(**_about(question.quote), text=question.answer[:200]))
    return question


def _typed(name: str) -> str:
    typed = " ".join(name.split())[:120]
    if len(typed) < 3:
        raise NameMissing(at_field="name")
    return typed


def _checked_paper(quote: Quote) -> SentPaper:
    """The paper that the customer answers to, and that it still is what its fingerprint says."""
    held: SentPaper | None = SentPaper.objects.filter(quote=quote).order_by("-pk").first()
    if held is None:
        raise NotSentYet(number=quote.number)
    if hashlib.sha256(bytes(held.body)).hexdigest() != held.sha256:
        raise PaperChanged(number=quote.number)
    return held


def _keep(ctx: Ctx, quote: Quote, paper: SentPaper, **said: Any) -> None:
    """Write down what proves an answer, and tell that it is kept."""
    said["address"] = said["address"] or None
    said["agent"] = said["agent"][:300]
    evidence = Evidence.objects.create(
        quote=quote,
        paper=paper,
        sha256=paper.sha256,
        terms=paper.terms,
        at=ctx.now,
        currency=quote.currency,
        user=None if ctx.actor.is_system else ctx.actor,
        **said,
    )
    ctx.emit(
        AnswerKept(
            **_about(quote),
            who=evidence.name,
            address=evidence.address or "–",
            tone="ok" if evidence.answer == Answer.ACCEPTED else "bad",
        )
    )


def _about(quote: Quote) -> dict[str, Any]:
    return {
        "quote_id": quote.pk,
        "number": quote.number,
        "customer_id": quote.customer_id,
        "opportunity_id": quote.opportunity_id,
    }
