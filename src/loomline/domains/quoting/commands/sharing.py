"""Putting the offer into the customer's hands: the paper, the page, the mail."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import F
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as queue

from loomline.domains.quoting import ports, queries
from loomline.domains.quoting.events import LinkWithdrawn, OfferMailed, OfferNotMailed, OfferRead, OfferShared
from loomline.domains.quoting.models import Dispatch, DispatchState, OfferLink, SentPaper
from loomline.domains.sales.models import Quote, QuoteState
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance

# The page stays readable for a while after the offer has ended: it then says so, and whom to ask.
READABLE = timedelta(days=60)
READ_AGAIN = timedelta(minutes=30)


class NotShareable(Refused):
    """A customer sees what was sent, not what is being written."""

    says = _("Quote {number} is {state}. Only a quote that was sent has a page for the customer.")


class NobodyToMail(Refused):
    """A mail needs an address."""

    says = _("{to} is no e-mail address. Name one, or leave it empty to get a link only.")


@command(hidden=True)
def hand_over(ctx: Ctx, *, quote: Quote) -> OfferLink:
    """Keep the paper as it was sent, open the customer's page and mail both to the customer's address."""
    quote = lock(quote)
    known = queries.latest_link(quote=quote, now=ctx.now)
    if known is not None:
        # Told twice by the queue: once is enough for the customer.
        return known
    return _shared(ctx, quote, to=queries.recipient(quote=quote))


@command(hidden=True)
def keep_paper(ctx: Ctx, *, quote: Quote) -> SentPaper:
    """Keep the paper of a quote that was sent before papers were kept."""
    quote = lock(quote)
    if quote.state == QuoteState.DRAFT:
        raise NotShareable(number=quote.number, state=quote.state.label.lower())

    return _paper(ctx, quote)


@command(label=_("Share with the customer"), icon="share", states=(QuoteState.SENT, QuoteState.ACCEPTED))
def share_quote(ctx: Ctx, *, quote: Quote, to: str = "") -> OfferLink:
    """Make a new link to the customer's page, and mail it with the paper when an address is given."""
    quote = lock(quote)

    if quote.state == QuoteState.DRAFT:
        raise NotShareable(number=quote.number, state=quote.state.label.lower())
    if to.strip():
        try:
            validate_email(to.strip())
        except ValidationError as fault:
            raise NobodyToMail(to=to, at_field="to") from fault

    return _shared(ctx, quote, to=to.strip())


def _shared(ctx: Ctx, quote: Quote, *, to: str) -> OfferLink:
    paper = _paper(ctx, quote)
    last_moment = datetime.combine(quote.valid_until, time.max, ctx.company.zone)
    link: OfferLink = OfferLink.objects.create(
        quote=quote,
        email=to,
        nonce=secrets.token_hex(16),
        created_at=ctx.now,
        expires_at=max(last_moment, ctx.now) + READABLE,
    )
    if to:
        dispatch = Dispatch.objects.create(quote=quote, link=link, paper=paper, to=to, at=ctx.now)
        queue.configure_task("quoting.mail_offer", allow_unknown=True).defer(dispatch_id=dispatch.pk)
    ctx.emit(
        OfferShared(
            **_about(quote),
            until=link.expires_at.date(),
            to=_t(", for {to}").format(to=to) if to else "",
        )
    )
    return link


def _paper(ctx: Ctx, quote: Quote) -> SentPaper:
    """The paper of this version: set once, the same for everybody ever after."""
    held = queries.latest_paper(quote=quote)
    if held is not None:
        return held
    letter = ports.letter_of(ctx, quote=quote)
    made: SentPaper = SentPaper.objects.create(
        quote=quote,
        name=quote.number,
        body=letter.body,
        sha256=hashlib.sha256(letter.body).hexdigest(),
        size=len(letter.body),
        language=letter.language,
        terms=queries.terms_in(letter.language, otherwise=ctx.company.language),
        made_at=ctx.now,
    )
    return made


@command(label=_("Mail again"), icon="mail", move="retry")
def mail_again(ctx: Ctx, *, dispatch: Dispatch) -> Dispatch:
    """Try once more to mail an offer that the mail server did not take."""
    advance(dispatch, "retry", at=ctx.now, error="")

    queue.configure_task("quoting.mail_offer", allow_unknown=True).defer(dispatch_id=dispatch.pk)
    ctx.emit(OfferShared(**_about(dispatch.quote), until=dispatch.link.expires_at.date()))
    return dispatch


@command(hidden=True, move="send")
def note_sent(ctx: Ctx, *, dispatch: Dispatch) -> Dispatch:
    """Write down that the mail server took the offer."""
    advance(dispatch, "send", at=ctx.now, error="")

    ctx.emit(OfferMailed(**_about(dispatch.quote), to=dispatch.to))
    return dispatch


@command(hidden=True, move="fail")
def note_failed(ctx: Ctx, *, dispatch: Dispatch, error: str) -> Dispatch:
    """Write down that the mail server did not take the offer, so that somebody sees it."""
    dispatch = lock(dispatch)
    if dispatch.state != DispatchState.WAITING:
        return dispatch
    advance(dispatch, "fail", at=ctx.now, error=error[:300])

    ctx.emit(OfferNotMailed(**_about(dispatch.quote), to=dispatch.to, error=dispatch.error))
    return dispatch


@command(hidden=True)
def note_reading(ctx: Ctx, *, link: OfferLink) -> OfferLink:
    """Write down that the customer's page was opened; the first time is told to everybody."""
    link = lock(link)
    if link.last_opened_at is not None and ctx.now - link.last_opened_at < READ_AGAIN:
        return link
    is_first = link.first_opened_at is None
    OfferLink.objects.filter(pk=link.pk).update(
        first_opened_at=link.first_opened_at or ctx.now,
        last_opened_at=ctx.now,
        opened_count=F("opened_count") + 1,
    )
    if is_first:
        ctx.emit(OfferRead(**_about(link.quote)))
    return link


@command(label=_("Withdraw"), icon="lock")
def withdraw_link(ctx: Ctx, *, link: OfferLink) -> OfferLink:
    """Let a link open nothing any more, as when it was mailed to the wrong person."""
    link = lock(link)
    if link.withdrawn_at is None:
        OfferLink.objects.filter(pk=link.pk).update(withdrawn_at=ctx.now)
        link.withdrawn_at = ctx.now

    ctx.emit(LinkWithdrawn(**_about(link.quote)))
    return link


def _about(quote: Quote) -> dict[str, Any]:
    return {
        "quote_id": quote.pk,
        "number": quote.number,
        "customer_id": quote.customer_id,
        "opportunity_id": quote.opportunity_id,
    }
