"""A quote as its customer reads, chooses, accepts or declines it: behind a link and in the portal alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from loomline.domains.quoting import commands, queries
from loomline.domains.quoting.models import OfferLink, Question
from loomline.domains.sales.models import Order, Quote, QuoteLine, QuoteState
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused
from loomline.surface import draw_text
from loomline.surface.paper import price

TAKE = "take"


@dataclass(frozen=True)
class Door:
    """Who reads which quote, by which way in."""

    ctx: Ctx
    quote: Quote
    url: str
    frame: dict[str, Any]
    name: str = ""
    email: str = ""
    link: OfferLink | None = None
    address: str = ""
    agent: str = ""
    order_url: str = ""
    newer_url: str = ""
    lines: list[QuoteLine] = field(default_factory=list)


class AcceptForm(forms.Form):
    """The customer's yes."""

    name = forms.CharField(label=_l("Your first and last name"), max_length=120)
    customer_reference = forms.CharField(
        label=_l("Your order number"), max_length=80, required=False, help_text=_l("If you have one.")
    )
    consent = forms.BooleanField(required=False)


class DeclineForm(forms.Form):
    """The customer's no."""

    reason = forms.CharField(
        label=_l("What made you decide so?"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_l("Price, date, something missing: it helps us to do better."),
    )
    name = forms.CharField(label=_l("Your first and last name"), max_length=120)


class QuestionForm(forms.Form):
    """What the customer wants to know."""

    text = forms.CharField(
        label=_l("Your question"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    name = forms.CharField(label=_l("Your name"), max_length=120)


def show(request: HttpRequest, door: Door, *, asking: QuestionForm | None = None) -> HttpResponse:
    """The offer, with what can be done about it."""
    quote, ctx = door.quote, door.ctx
    state = _state(quote, ctx)
    firm, options = queries.choices(door.lines)
    kicker = _("Quote {number} for {customer}").format(number=quote.number, customer=quote.customer.name)
    asking = asking or QuestionForm(initial={"name": door.name})
    context = {
        "portal": door.frame,
        "offer": {
            "kicker": f"{kicker}, {draw_text.full_day(quote.quoted_on)}",
            **_said(door, state),
            "is_open": state == QuoteState.SENT,
            "note": quote.note if state == QuoteState.SENT else "",
            "choices": [_choice(one, quote) for one in firm],
            "options": [_line(line, quote) for line in options],
            "has_choices": bool(options) or any(one.alternatives for one in firm),
            "sums": _sums(queries.sum_of(quote=quote, lines=door.lines, taken=_kept(quote, door)), quote),
            "url": door.url,
            "pdf": f"{door.url}quote.pdf",
            "asking": asking,
            "asked": [_asked(one, ctx) for one in queries.questions(quote=quote)],
            "seller": str(quote.owner or ctx.company.name),
        },
    }
    return render(request, "quoting/offer.html", context, status=422 if asking.errors else 200)


def _state(quote: Quote, ctx: Ctx) -> str:
    """What the quote is to its reader today; the night may not have ended it yet."""
    if quote.state == QuoteState.SENT and quote.valid_until < ctx.today:
        return QuoteState.EXPIRED
    return str(quote.state)


def _kept(quote: Quote, door: Door) -> set[int]:
    """What was taken of the choices, once it has been decided."""
    held = queries.accepted(quote_id=quote.pk) if quote.state == QuoteState.ACCEPTED else None
    return set(held.taken) if held is not None else set()


def _said(door: Door, state: str) -> dict[str, Any]:
    """The headline, which answers what the reader wants to know first, and a sentence or two."""
    quote, ctx = door.quote, door.ctx
    until = draw_text.full_day(quote.valid_until)
    seller = quote.owner or ctx.company.name
    if state == QuoteState.ACCEPTED:
        return _accepted(door)
    if state == QuoteState.DECLINED:
        text = _("We have noted: {reason}. If something changes, ask us below; we gladly offer anew.")
        return {
            "headline": _("You declined this offer"),
            "text": text.format(reason=quote.declined_because.rstrip(".")),
            "tone": "",
        }
    if state == QuoteState.EXPIRED:
        text = _("Prices and dates may have changed since. Ask {seller} below for a new offer.")
        headline = _("This offer ended on {day}").format(day=until)
        return {"headline": headline, "text": text.format(seller=seller), "tone": ""}
    if state == QuoteState.SUPERSEDED:
        text = _("We have sent you a newer version; this one can no longer be ordered.")
        return {"headline": _("There is a newer version"), "text": text, "newer_url": door.newer_url}
    total = draw_text.money(quote.total, quote.currency)
    headline = _("Your offer: {total}").format(total=total)
    if quote.promised_on is not None:
        headline = _("Your offer: {total}, deliverable on {day}").format(
            total=total, day=draw_text.full_day(quote.promised_on)
        )
    days = (quote.valid_until - ctx.today).days
    left = ngettext("{n} day left", "{n} days left", days).format(n=days) if days else _("the last day")
    text = _("Prices and dates hold until {day}, {left}. Order here with one click, or ask {seller}.")
    return {"headline": headline, "text": text.format(day=until, left=left, seller=seller), "tone": ""}


def _accepted(door: Door) -> dict[str, Any]:
    order: Order | None = getattr(door.quote, "order", None)
    if order is None:
        return {"headline": _("You accepted this offer"), "text": "", "tone": "ok"}
    if order.promised_on is not None:
        text = _("Your order {number} will reach you on {day}.").format(
            number=order.number, day=draw_text.full_day(order.expected_on or order.promised_on)
        )
    else:
        text = _("Your order has the number {number}. We confirm it with its delivery dates shortly.").format(
            number=order.number
        )
    return {
        "headline": _("Thank you for your order"),
        "text": text,
        "order_url": door.order_url.format(pk=order.pk) if door.order_url else "",
    }


def _asked(one: Question, ctx: Ctx) -> dict[str, str]:
    return {
        "who": one.name,
        "when": draw_text.moment(one.asked_at),
        "text": one.text,
        "by": str(one.answered_by or ctx.company.name) if one.answer else "",
        "answer": one.answer,
    }


def _choice(one: queries.Choice, quote: Quote) -> dict[str, Any]:
    return {**_line(one.line, quote), "alternatives": [_line(line, quote) for line in one.alternatives]}


def _line(line: QuoteLine, quote: Quote) -> dict[str, Any]:
    unit = line.item.unit.code
    each = _("{quantity} {unit} at {price}").format(
        quantity=draw_text.number(line.quantity, decimals=None),
        unit=unit,
        price=price(line.price, quote.currency),
    )
    if line.discount:
        each = _("{each}, {discount} off").format(each=each, discount=draw_text.percent(line.discount))
    return {
        "id": line.pk,
        "position": line.position,
        "name": line.description or line.item.name,
        "options": line.item.variant,
        "each": each,
        "amount": draw_text.money(line.amount, quote.currency),
        "date": draw_text.day(line.promised_on) if line.promised_on else "",
    }


def _sums(made: queries.Sum, quote: Quote) -> list[dict[str, Any]]:
    totals, currency = made.totals, quote.currency
    rows = [(_("Goods"), totals.net - quote.freight)]
    rows += [(_("Freight"), quote.freight)] if quote.freight else []
    rows += [
        (_("VAT {rate}").format(rate=draw_text.percent(group.rate)), group.tax)
        for group in totals.groups
        if group.rate
    ]
    found: list[dict[str, Any]] = [
        {"label": label, "text": draw_text.money(amount, currency), "strong": False} for label, amount in rows
    ]
    return [*found, {"label": _("Total"), "text": draw_text.money(totals.total, currency), "strong": True}]


def accept(request: HttpRequest, door: Door) -> HttpResponse:
    """Read once more what is ordered, and order it."""
    quote, ctx = door.quote, door.ctx
    if quote.state == QuoteState.ACCEPTED:
        return HttpResponseRedirect(door.url)
    taken = _taken(request, door)
    summed = queries.sum_of(quote=quote, lines=door.lines, taken=taken)
    held = queries.latest_paper(quote=quote)
    # Those that stand on the paper they have, whatever we write into new ones.
    terms = held.terms if held is not None else ""
    statement = queries.statement(
        ctx,
        quote=quote,
        total=draw_text.money(summed.totals.total, quote.currency),
        has_terms=bool(terms),
    )
    form = AcceptForm(request.POST or None, initial={"name": door.name})
    form.fields["consent"].label = statement
    refusal = _accept(request, door, form, taken, statement) if request.method == "POST" else None
    if request.method == "POST" and refusal is None and not form.errors:
        return HttpResponseRedirect(door.url)
    context = {
        "portal": door.frame,
        "accept": {
            "kicker": _("Quote {number}").format(number=quote.number),
            "lines": [_line(line, quote) for line in summed.lines],
            "sums": _sums(summed, quote),
            "total": str(summed.totals.total),
            "taken": sorted(taken),
            "terms": terms,
            "form": form,
            "error": str(refusal or ""),
            "url": f"{door.url}accept/",
            "back": f"{door.url}?{urlencode([(TAKE, pk) for pk in sorted(taken)])}",
            "pdf": f"{door.url}quote.pdf",
            "submit": _("Order now for {total}").format(
                total=draw_text.money(summed.totals.total, quote.currency)
            ),
        },
    }
    status = refusal.status if refusal is not None else 422 if form.errors else 200
    return render(request, "quoting/accept.html", context, status=status)


def _accept(
    request: HttpRequest, door: Door, form: AcceptForm, taken: set[int], statement: str
) -> Refused | None:
    """Give the command; what it says no to is shown at its field, or on top."""
    if not form.is_valid():
        return None
    try:
        commands.accept_offer(
            door.ctx,
            quote=door.quote,
            name=form.cleaned_data["name"],
            consent=form.cleaned_data["consent"],
            statement=statement,
            total=_amount(request.POST.get("total", "")),
            options=[line for line in door.lines if line.pk in taken],
            customer_reference=form.cleaned_data["customer_reference"],
            link=door.link,
            address=door.address,
            agent=door.agent,
        )
    except Refused as refusal:
        if refusal.at_field in form.fields:
            form.add_error(refusal.at_field, str(refusal))
            return None
        return refusal
    return None


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal(-1)


def _taken(request: HttpRequest, door: Door) -> set[int]:
    """The choices of the reader; what is no line of the offer is left out, the sum then shows it."""
    given = request.POST if request.method == "POST" else request.GET
    wanted = {value for name in given if name.startswith(TAKE) for value in given.getlist(name)}
    return {line.pk for line in door.lines if not line.is_firm and str(line.pk) in wanted}


def decline(request: HttpRequest, door: Door) -> HttpResponse:
    """Say no, and why."""
    if door.quote.state != QuoteState.SENT:
        return HttpResponseRedirect(door.url)
    form = DeclineForm(request.POST or None, initial={"name": door.name})
    error = ""
    if request.method == "POST" and form.is_valid():
        try:
            commands.decline_offer(
                door.ctx,
                quote=door.quote,
                **form.cleaned_data,
                link=door.link,
                address=door.address,
                agent=door.agent,
            )
            return HttpResponseRedirect(door.url)
        except Refused as refusal:
            error = str(refusal)
    context = {
        "portal": door.frame,
        "decline": {
            "kicker": _("Quote {number}").format(number=door.quote.number),
            "form": form,
            "error": error,
            "url": f"{door.url}decline/",
            "back": door.url,
        },
    }
    return render(
        request, "quoting/decline.html", context, status=409 if error else 422 if form.errors else 200
    )


def ask(request: HttpRequest, door: Door) -> HttpResponse:
    """Take a question."""
    form = QuestionForm(request.POST)
    if form.is_valid():
        try:
            commands.ask_question(door.ctx, quote=door.quote, email=door.email, **form.cleaned_data)
            return HttpResponseRedirect(f"{door.url}#asked")
        except Refused as refusal:
            form.add_error(refusal.at_field if refusal.at_field in form.fields else None, str(refusal))
    return show(request, door, asking=form)


def paper(door: Door) -> HttpResponse:
    """The document exactly as it was sent."""
    held = queries.latest_paper(quote=door.quote)
    if held is None:
        raise commands.NotSentYet(number=door.quote.number)
    made = HttpResponse(bytes(held.body), content_type="application/pdf")
    made["Content-Disposition"] = f'inline; filename="{held.name}.pdf"'
    return made


def lines_of(quote: Quote) -> list[QuoteLine]:
    """The lines of an offer with what its page says of them."""
    return list(quote.lines.select_related("item__unit").order_by("position", "pk"))
