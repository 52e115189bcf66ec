"""The customer's yes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.models import CustomerTerms
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import OpportunityState
from loomline.domains.sales import queries
from loomline.domains.sales.commands.opening import add_up, envelope
from loomline.domains.sales.events import QuoteAccepted
from loomline.domains.sales.models import Order, OrderLine, Quote, QuoteLine, QuoteState
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class QuoteSuperseded(Refused):
    """Only the newest version can be bought."""

    says = _("Quote {number} was replaced by {newer}. Accept that one.")


class QuoteOver(Refused):
    """An offer that has ended binds nobody."""

    says = _(
        "Quote {number} was valid until {valid_until}."
        " Revise it and send it again; prices and dates may have changed."
    )


class QuoteDecided(Refused):
    """An answer is given once."""

    says = _("Quote {number} is {state}. Revise it to offer anew.")


class QuoteNotSent(Refused):
    """A customer accepts what they have seen."""

    says = _("Quote {number} has not been sent yet. Send it, then accept it.")


class AlternativesClash(Refused):
    """One line has one successor."""

    says = _("Two alternatives to line {position} were chosen. Choose one of them, or keep the line.")


@command(move="accept", label=_("Accept"), icon="signature")
def accept_quote(
    ctx: Ctx,
    *,
    quote: Quote,
    accepted_by: str = "",
    customer_reference: str = "",
    options: list[QuoteLine] | None = None,
) -> Order:
    """Take the customer's yes: the offer becomes an order, and the opportunity behind it is won."""
    lines = queries.lines_to_accept(quote_id=quote.pk)
    quote = lines[0].quote if lines else lock(quote)

    _refuse_unacceptable(ctx, quote)
    lines = _chosen(lines, {option.pk for option in options or ()})

    order = _order_of(ctx, quote, customer_reference)
    copies = [
        OrderLine(order=order, quote_line=line, **{n: getattr(line, n) for n in COPIED}) for line in lines
    ]
    add_up(order, copies)
    Order.objects.bulk_create([order])
    OrderLine.objects.bulk_create(copies)
    advance(quote, "accept", decided_at=ctx.now, accepted_by=accepted_by.strip()[:120])
    won = quote.opportunity
    if won is not None and won.state == OpportunityState.OPEN:
        pipeline.win_opportunity(
            ctx, opportunity=won, evidence=_t("Quote {number}").format(number=quote.number), amount=order.net
        )

    ctx.emit(
        QuoteAccepted(
            **_about_quote(quote),
            is_held=quote.held_until is not None,
            order_id=order.pk,
            order=order.number,
            by=_t(" by {name}").format(name=quote.accepted_by) if quote.accepted_by else "",
            total=order.total,
            currency=order.currency,
        )
    )
    return order


def _chosen(lines: list[QuoteLine], taken: set[int]) -> list[QuoteLine]:
    chosen = queries.chosen_lines(lines=lines, taken=taken)
    replaced = [line.alternative_of for line in chosen if line.alternative_of is not None]
    for position in replaced:
        if replaced.count(position) > 1:
            raise AlternativesClash(position=position, at_field="options")
    return chosen


def _refuse_unacceptable(ctx: Ctx, quote: Quote) -> None:
    if quote.state == QuoteState.SUPERSEDED:
        raise QuoteSuperseded(number=quote.number, newer=queries.versions(quote=quote)[-1].number)
    if quote.state == QuoteState.EXPIRED or (
        quote.state == QuoteState.SENT and quote.valid_until < ctx.today
    ):
        raise QuoteOver(number=quote.number, valid_until=quote.valid_until)
    if quote.state in (QuoteState.ACCEPTED, QuoteState.DECLINED):
        raise QuoteDecided(number=quote.number, state=quote.state.label.lower())
    if quote.state == QuoteState.DRAFT:
        raise QuoteNotSent(number=quote.number)


def _order_of(ctx: Ctx, quote: Quote, customer_reference: str) -> Order:
    terms: CustomerTerms | None = getattr(quote.customer, "customer_terms", None)
    return Order(
        quote=quote,
        customer=quote.customer,
        contact_id=quote.contact_id,
        customer_reference=customer_reference or quote.customer_reference,
        opportunity_id=quote.opportunity_id,
        currency=quote.currency,
        freight=quote.freight,
        payment_days=terms.payment_days if terms is not None else 30,
        ordered_on=ctx.today,
        wanted_on=quote.wanted_on,
        site_id=quote.site_id,
        ship_to=quote.ship_to,
        ship_name=quote.customer.name,
        ship_address=envelope(quote.ship_to),
        owner_id=quote.owner_id,
        team_id=quote.team_id,
        note=quote.note,
    )


COPIED = (
    *("position", "item_id", "description", "quantity", "entered_quantity", "unit_id", "price", "discount"),
    *("tax_rate", "amount", "unit_cost", "wanted_on"),
)


def _about_quote(quote: Quote) -> dict[str, Any]:
    return {
        "quote_id": quote.pk,
        "number": quote.number,
        "customer_id": quote.customer_id,
        "contact_id": quote.contact_id,
        "opportunity_id": quote.opportunity_id,
    }
