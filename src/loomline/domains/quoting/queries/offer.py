"""The customer's page of a quote: its door, its choices, its sums and its words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _t

from loomline.domains.accounts.queries import sealed, site_address
from loomline.domains.quoting.models import (
    Answer,
    Dispatch,
    DispatchState,
    Evidence,
    Letterhead,
    OfferLink,
    Question,
    SentPaper,
    Terms,
)
from loomline.domains.sales import queries as sales
from loomline.domains.sales.models import Quote, QuoteLine, QuoteState, Totals
from loomline.kernel.context import Ctx

ZERO = Decimal(0)
PURPOSE = "offer"


def link_secret(link: OfferLink) -> str:
    """What stands in the address: the row's number and our signature of the row."""
    return f"{link.pk}-{_signatures(link)[0]}"


def link_url(link: OfferLink) -> str:
    """The address of the customer's page."""
    return f"{site_address()}/q/{link_secret(link)}/"


def _signatures(link: OfferLink) -> list[str]:
    return sealed.peppered(f"{link.pk}:{link.quote_id}:{link.nonce}", purpose=PURPOSE)


def link_for(secret: str, *, now: datetime) -> OfferLink | None:
    """The open link with this secret; None when it was withdrawn, is too old or is not ours."""
    number, _dash, signature = secret.partition("-")
    if not (number.isascii() and number.isdigit()) or len(number) > 18 or len(signature) > 100:
        return None
    joins = ("quote__customer", "quote__contact", "quote__owner", "quote__ship_to", "quote__team")
    link = OfferLink.objects.filter(pk=int(number)).select_related(*joins).first()
    # Compared even when there is none, so that the time taken does not tell which links exist.
    signs = _signatures(link) if link is not None else [""]
    fits = any(sealed.same(signature, own) for own in signs) and link is not None
    return link if link is not None and fits and link.is_open(now) else None


def latest_link(*, quote: Quote, now: datetime) -> OfferLink | None:
    """The newest link of a quote that still opens."""
    rows = OfferLink.objects.filter(quote=quote, withdrawn_at=None, expires_at__gt=now)
    return rows.order_by("-pk").first()


def latest_paper(*, quote: Quote) -> SentPaper | None:
    """The paper of a quote, without reading the file."""
    return SentPaper.objects.filter(quote=quote).defer("body").order_by("-pk").first()


def newest_shared(*, quote: Quote, now: datetime) -> OfferLink | None:
    """The link of the version that has taken a quote's place; None while the customer has none newer."""
    if quote.state != QuoteState.SUPERSEDED:
        return None
    newer = [one.pk for one in sales.versions(quote=quote) if one.version > quote.version]
    rows = OfferLink.objects.filter(quote__in=newer, withdrawn_at=None, expires_at__gt=now)
    return rows.exclude(quote__state=QuoteState.DRAFT).order_by("-quote__version", "-pk").first()


def recipient(*, quote: Quote) -> str:
    """Where a quote is mailed: its contact's address, else the customer's; empty when neither has one."""
    people = [quote.contact, quote.customer]
    return next((person.email for person in people if person is not None and person.email), "")


def accepted(*, quote_id: int) -> Evidence | None:
    """What proves that a quote was accepted online."""
    rows = Evidence.objects.filter(quote=quote_id, answer=Answer.ACCEPTED)
    return rows.select_related("order").first()


def terms_in(language: str, *, otherwise: str = "en") -> str:
    """The terms of sale in a language, else in the company's, else in English; empty without any."""
    wanted = [language, language.partition("-")[0], otherwise, otherwise.partition("-")[0], "en"]
    texts = dict(Terms.objects.filter(language__in=wanted).values_list("language", "text"))
    found = next((texts[name] for name in wanted if name in texts), "")
    # Browsers send lines with two characters at their end; paragraphs are told by empty lines.
    return found.replace("\r\n", "\n")


@dataclass(frozen=True)
class Choice:
    """A line of the sum with what may stand in its place."""

    line: QuoteLine
    alternatives: tuple[QuoteLine, ...]


def choices(lines: Iterable[QuoteLine]) -> tuple[list[Choice], list[QuoteLine]]:
    """The lines of the sum, each with its alternatives, and the options offered on top."""
    offered = list(lines)
    firm = [
        Choice(line, tuple(o for o in offered if o.alternative_of == line.position))
        for line in offered
        if line.is_firm
    ]
    return firm, [line for line in offered if line.is_optional]


@dataclass(frozen=True)
class Sum:
    """What an offer comes to with the choices made."""

    lines: tuple[QuoteLine, ...]
    totals: Totals


def sum_of(*, quote: Quote, lines: Sequence[QuoteLine], taken: Collection[int]) -> Sum:
    """The lines chosen and what they come to, counted as the order will be."""
    chosen = sales.chosen_lines(lines=lines, taken=taken)
    amounts = [(line.amount, line.tax_rate) for line in chosen]
    return Sum(tuple(chosen), Totals.of(amounts, currency=quote.currency, freight=quote.freight))


def statement(ctx: Ctx, *, quote: Quote, total: str, has_terms: bool) -> str:
    """What the customer agrees to, word for word."""
    said = _t(
        "I order from {company} as offered in quote {number}, for {total}, and may do so for {customer}."
    )
    text = said.format(
        company=ctx.company.name, number=quote.number, total=total, customer=quote.customer.name
    )
    return f"{text} {_t('I agree to the terms of sale.')}" if has_terms else text


def letterhead() -> Letterhead | None:
    """How our letters look; None while nobody has chosen."""
    return Letterhead.objects.filter(pk=1).first()


def questions(*, quote: Quote) -> list[Question]:
    """All that was asked about a quote, the first question first."""
    return list(Question.objects.filter(quote=quote).select_related("answered_by").order_by("pk"))


def unanswered(*, quote: Quote) -> QuerySet[Question]:
    """What the customer still waits to be told."""
    return Question.objects.filter(quote=quote, answered_at=None).order_by("pk")


def not_mailed(*, quote: Quote) -> Dispatch | None:
    """A mail with the quote that did not go out."""
    return Dispatch.objects.filter(quote=quote, state=DispatchState.FAILED).order_by("-pk").first()


def paper_of(*, pk: int, quotes: QuerySet[Quote]) -> SentPaper | None:
    """One paper of one of these quotes."""
    return SentPaper.objects.filter(pk=pk, quote__in=quotes).first()
