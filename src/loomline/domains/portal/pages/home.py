"""The first page of the portal, and its lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from loomline.domains.finance.models import Invoice, InvoiceState
from loomline.domains.portal import queries
from loomline.domains.portal.pages.frame import framed
from loomline.domains.procurement.models import Purchase
from loomline.domains.sales.models import Order, OrderState, Quote, QuoteState
from loomline.domains.sourcing.models import Invitation, InvitationState, RfqState
from loomline.domains.warehouse.models import Shipment, ShipmentState
from loomline.kernel.context import Ctx
from loomline.surface import draw_text
from loomline.surface.page import ctx_of, staff

Row = dict[str, Any]
FIRST, PAGE = 5, 30


@staff
def home(request: HttpRequest) -> HttpResponse:
    """What waits for them, what is coming, what is to be paid."""
    ctx = ctx_of(request)
    parts: list[tuple[str, str, QuerySet[Any], Callable[..., Row]]] = [
        (_("Quotes for you"), "quotes", queries.waiting_quotes(ctx), quote_row),
        (_("Orders on their way"), "orders", queries.open_orders(ctx), order_row),
        (_("To be paid"), "invoices", queries.open_invoices(ctx), invoice_row),
        (_("Requests that wait for your offer"), "requests", queries.waiting_invitations(ctx), request_row),
        (_("Orders to confirm"), "purchases", queries.unconfirmed_purchases(ctx), purchase_row),
    ]
    sections = [
        {
            "title": title,
            "rows": [row(one, ctx) for one in rows[:FIRST]],
            "url": f"/portal/{slug}/",
        }
        for title, slug, rows, row in parts
    ]
    context = {
        "portal": framed(request, _("Overview")),
        "home": {
            "headline": _("Good to see you, {name}").format(name=ctx.actor.first_name),
            "text": _said(sections),
            "sections": [section for section in sections if section["rows"]],
        },
    }
    return render(request, "portal/home.html", context)


def _said(sections: list[dict[str, Any]]) -> str:
    if not any(section["rows"] for section in sections):
        return _("Nothing waits for you today. Everything from before stands under the headings above.")
    if sections[0]["rows"]:
        return _("There is an offer waiting for your answer.")
    if any(section["rows"] for section in sections[1:3]):
        return _("Here is what we are working on for you.")
    return _("We are waiting for your word.")


def quote_row(one: Quote, ctx: Ctx) -> Row:
    """A quote in a list."""
    is_over = one.state == QuoteState.SENT and one.valid_until < ctx.today
    state = QuoteState.EXPIRED if is_over else one.state
    words = _("Waiting for you") if state == QuoteState.SENT else state.label
    return {
        "title": _("Quote {number}").format(number=one.number),
        "url": f"/portal/quotes/{one.pk}/",
        "text": one.customer_reference or one.customer.name,
        "date": _("until {day}").format(day=draw_text.day(one.valid_until)),
        "value": draw_text.money(one.total, one.currency),
        "badge": {"text": words, "tone": state.tone},
    }


def order_row(one: Order, ctx: Ctx) -> Row:
    """An order in a list, with the day it arrives."""
    promised, now = one.promised_on, one.expected_on
    date = ""
    if one.state == OrderState.DRAFT:
        date = _("being confirmed")
    elif now is not None and promised is not None and now > promised:
        date = _("{now}, promised {day}").format(now=draw_text.day(now), day=draw_text.day(promised))
    elif promised is not None:
        date = draw_text.day(now or promised)
    tone = "bad" if one.days_late and one.state in queries.OPEN_ORDERS else one.state.tone
    return {
        "title": one.customer_reference or one.number,
        "url": f"/portal/orders/{one.pk}/",
        "text": _("Our number {number}").format(number=one.number),
        "date": date,
        "value": draw_text.money(one.total, one.currency),
        "badge": {"text": _state_of(one), "tone": tone},
    }


def _state_of(one: Order) -> str:
    return _("Received") if one.state == OrderState.DRAFT else str(one.state.label)


def shipment_row(one: Shipment, ctx: Ctx) -> Row:
    """A shipment in a list."""
    arrived = one.state == ShipmentState.DELIVERED and one.delivered_at is not None
    day = one.delivered_at.astimezone(ctx.company.zone).date() if one.delivered_at else one.expected_on
    said = _("arrived {day}") if arrived else _("arrives {day}")
    return {
        "title": _("Shipment {number}").format(number=one.number),
        "url": f"/portal/shipments/{one.pk}/",
        "text": _("For order {number}").format(number=one.order.customer_reference or one.order.number),
        "date": said.format(day=draw_text.day(day)) if day else "",
        "value": one.tracking,
        "badge": {"text": one.state.label, "tone": one.state.tone},
    }


def invoice_row(one: Invoice, ctx: Ctx) -> Row:
    """An invoice in a list."""
    is_due = one.state == InvoiceState.POSTED and one.due_on is not None
    is_late = is_due and one.due_on is not None and one.due_on < ctx.today
    return {
        "title": f"{one.get_kind_display()} {one}",
        "url": f"/portal/invoices/{one.pk}/",
        "text": _("For order {number}").format(number=one.order.customer_reference or one.order.number)
        if one.order is not None
        else one.customer_reference,
        "date": _("due {day}").format(day=draw_text.day(one.due_on))
        if is_due
        else draw_text.day(one.issued_on),
        "value": draw_text.money(one.total, one.currency),
        "badge": {"text": _("Overdue"), "tone": "bad"}
        if is_late
        else {"text": one.state.label, "tone": one.state.tone},
    }


def request_row(one: Invitation, ctx: Ctx) -> Row:
    """A request for quotation in a list."""
    rfq = one.rfq
    is_open = rfq.state == RfqState.ASKED and (rfq.answer_by is None or rfq.answer_by >= ctx.today)
    state, tone = one.state.label, one.state.tone
    if not is_open:
        state, tone = _("Closed"), "muted"
    elif one.state == InvitationState.INVITED:
        state = _("Waiting for you")
    return {
        "title": rfq.title,
        "url": f"/portal/requests/{one.pk}/",
        "text": _("Request {number}").format(number=rfq.number),
        "date": _("until {day}").format(day=draw_text.day(rfq.answer_by)) if rfq.answer_by else "",
        "value": "",
        "badge": {"text": state, "tone": tone},
    }


def purchase_row(one: Purchase, ctx: Ctx) -> Row:
    """An order to them in a list."""
    return {
        "title": _("Order {number}").format(number=one.number),
        "url": f"/portal/purchases/{one.pk}/",
        "text": one.supplier_reference,
        "date": draw_text.day(one.expected_on) if one.expected_on else "",
        "value": draw_text.money(one.total, one.currency),
        "badge": {"text": one.state.label, "tone": one.state.tone},
    }


def listed(
    request: HttpRequest, rows: QuerySet[Any], row: Callable[[Any, Ctx], Row], title: str, note: str
) -> HttpResponse:
    """A list of theirs, newest first; older ones by key."""
    ctx = ctx_of(request)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.order_by("-pk")[: PAGE + 1])
    more = f"?before={found[PAGE - 1].pk}" if len(found) > PAGE else ""
    records = {
        "title": title,
        "text": "",
        "note": note,
        "rows": [row(one, ctx) for one in found[:PAGE]],
        "more_url": more,
    }
    return render(request, "loom/portal/list.html", {"portal": framed(request, title), "records": records})


@staff
def quotes(request: HttpRequest) -> HttpResponse:
    """What was offered to them."""
    rows = queries.quotes(ctx_of(request))
    return listed(request, rows, quote_row, _("Your quotes"), _("We have not offered you anything yet."))


@staff
def orders(request: HttpRequest) -> HttpResponse:
    """What they have bought."""
    rows = queries.orders(ctx_of(request))
    return listed(request, rows, order_row, _("Your orders"), _("You have not ordered anything yet."))


@staff
def shipments(request: HttpRequest) -> HttpResponse:
    """What is on its way."""
    rows = queries.shipments(ctx_of(request))
    return listed(request, rows, shipment_row, _("Your shipments"), _("Nothing was shipped to you yet."))


@staff
def invoices(request: HttpRequest) -> HttpResponse:
    """What they were asked to pay."""
    rows = queries.invoices(ctx_of(request))
    return listed(request, rows, invoice_row, _("Your invoices"), _("There are no invoices yet."))
