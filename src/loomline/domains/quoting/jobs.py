"""What the worker does for quoting: it mails offers and answers."""

from __future__ import annotations

from datetime import date

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app as queue

from loomline.domains.quoting import commands, ports, queries
from loomline.domains.quoting.models import Dispatch, DispatchState, Question
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx

ACTOR = "Quotes"
# A mail server that is away for an hour must not cost the customer their offer.
AGAIN = RetryStrategy(max_attempts=6, exponential_wait=5, retry_exceptions=[OSError])


@queue.task(name="quoting.mail_offer", retry=AGAIN)
def mail_offer(dispatch_id: int) -> None:
    """Mail one offer, unless it went out already."""
    joins = ("quote__customer", "quote__contact", "quote__owner", "link", "paper")
    found = Dispatch.objects.filter(pk=dispatch_id).select_related(*joins).first()
    if found is None or found.state == DispatchState.SENT:
        return
    ctx = Ctx.new(actor=system_actor(ACTOR), via="job")
    try:
        ports.deliver(ctx, quote=found.quote, mail=_offer(ctx, found))
    except OSError as fault:
        commands.note_failed(ctx, dispatch=found, error=str(fault) or type(fault).__name__)
        raise
    commands.note_sent(ctx, dispatch=found)


def _day(value: date) -> str:
    """A day in full; English is written here as it is in Europe."""
    is_english = (translation.get_language() or "en").startswith("en")
    return date_format(value, "j F Y" if is_english else "DATE_FORMAT")


def _offer(ctx: Ctx, dispatch: Dispatch) -> ports.Mail:
    quote = dispatch.quote
    with translation.override(dispatch.paper.language):
        name = quote.contact.name if quote.contact is not None else quote.customer.name
        text = _t(
            "Dear {name},\n\n"
            "thank you for your enquiry. Our quote {number} is attached.\n\n"
            "On your page you can choose among the options, ask us something, and order:\n{url}\n\n"
            "The quote is valid until {day}. The page is for you: whoever has the link can order.\n\n"
            "Kind regards\n{seller}\n{company}"
        ).format(
            name=name,
            number=quote.number,
            url=queries.link_url(dispatch.link),
            day=_day(quote.valid_until),
            seller=quote.owner or "",
            company=ctx.company.name,
        )
        subject = _t("Quote {number} from {company}").format(number=quote.number, company=ctx.company.name)
    return ports.Mail(to=dispatch.to, subject=subject, text=text, paper=dispatch.paper)


@queue.task(name="quoting.mail_answer", retry=AGAIN)
def mail_answer(question_id: int) -> None:
    """Mail our answer to whoever asked."""
    joins = ("quote__customer", "quote__owner", "answered_by")
    question = Question.objects.filter(pk=question_id).select_related(*joins).first()
    if question is None or not question.answer or not question.email:
        return
    ctx = Ctx.new(actor=system_actor(ACTOR), via="job")
    quote = question.quote
    with translation.override(quote.customer.language or ctx.company.language):
        subject = _t("Your question about quote {number}").format(number=quote.number)
        text = _t(
            "Dear {name},\n\nyou asked:\n{question}\n\n{answer}\n\nKind regards\n{seller}\n{company}"
        ).format(
            name=question.name,
            question=question.text,
            answer=question.answer,
            seller=question.answered_by or "",
            company=ctx.company.name,
        )
    ports.deliver(ctx, quote=quote, mail=ports.Mail(to=question.email, subject=subject, text=text))
