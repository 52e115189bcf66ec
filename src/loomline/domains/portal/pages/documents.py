"""One order, shipment or invoice as its customer sees it: the answer first."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loomline.domains.finance import pages as finance
from loomline.domains.finance.models import Invoice, InvoiceKind, InvoiceState
from loomline.domains.portal import queries
from loomline.domains.portal.pages.frame import framed
from loomline.domains.sales import pages as sales
from loomline.domains.sales.models import Order, OrderLine, OrderState
from loomline.domains.warehouse.models import Shipment, ShipmentState
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotThere
from loomline.surface import draw_text, paper
from loomline.surface.page import ctx_of, staff

Shown = dict[str, Any]


def one_of(rows: QuerySet[Any], pk: int, *joins: str) -> Any:
    found = rows.select_related(*joins).filter(pk=pk).first() if joins else rows.filter(pk=pk).first()
    if found is None:
        raise NotThere(reference=str(pk))
    return found


def document(request: HttpRequest, title: str, shown: Shown) -> HttpResponse:
    usual: Shown = {
        "kicker": "",
        "headline": title,
        "text": "",
        "actions": [],
        "tracker": [],
        "lines": [],
        "lines_title": _("What is in it"),
        "documents": [],
        "ask": None,
        "asked": [],
    }
    context = {"portal": framed(request, title), "order": {**usual, **shown}}
    return render(request, "loom/portal/order.html", context)


@staff
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """When their goods arrive, promised and as things stand, and why the two differ."""
    ctx = ctx_of(request)
    found: Order = one_of(queries.orders(ctx), pk, "customer")
    lines = list(found.lines.select_related("item__unit").order_by("position", "pk"))
    shipments = queries.shipments(ctx).filter(order=found).order_by("-pk")
    documents = [
        {
            "name": _("Shipment {number}").format(number=one.number),
            "url": f"/portal/shipments/{one.pk}/",
            "size": "",
            "date": str(one.state.label),
        }
        for one in shipments
    ]
    if found.confirmed_at is not None:
        documents.insert(0, pdf(_("Order confirmation"), f"/portal/orders/{found.pk}/confirmation.pdf"))
    documents += [
        pdf(f"{one.get_kind_display()} {one}", f"/portal/invoices/{one.pk}/invoice.pdf")
        for one in queries.invoices(ctx).filter(order=found).order_by("pk")
    ]
    documents += [
        {
            "name": _("Return {number}").format(number=one.number),
            "url": f"/portal/returns/{one.pk}/",
            "size": "",
            "date": str(one.state.label),
        }
        for one in queries.returns(ctx).filter(order=found).order_by("pk")
    ]
    name = found.customer_reference or found.number
    shown = {
        "kicker": _("Your order {number}, placed {day}").format(
            number=name, day=draw_text.full_day(found.ordered_on)
        ),
        **_headline(found, lines),
        "actions": _send_back(ctx, found),
        "tracker": _steps(found),
        "lines": [_order_line(line) for line in lines],
        "documents": documents,
    }
    return document(request, _("Your order {number}").format(number=name), shown)


def _send_back(ctx: Ctx, found: Order, shipment: int | None = None) -> list[Shown]:
    """The way to a return, once they have goods that could come back."""
    if not queries.may_send_back(ctx, found):
        return []
    url = f"/portal/orders/{found.pk}/return/" + (f"?shipment={shipment}" if shipment else "")
    return [{"label": _("Send something back"), "url": url, "kind": "", "method": "get", "fields": []}]


def _headline(found: Order, lines: list[OrderLine]) -> Shown:
    if found.state == OrderState.CANCELLED:
        return {"headline": _("This order was cancelled"), "text": found.cancelled_because}
    if found.state == OrderState.DRAFT:
        text = _("We check every date before we promise it, and confirm your order shortly.")
        return {"headline": _("We have your order"), "text": text}
    if found.state in (OrderState.SHIPPED, OrderState.CLOSED):
        return {"headline": _("Everything has left for you"), "text": ""}
    causes = " ".join(dict.fromkeys(f"{line.cause}." for line in lines if line.cause))
    if found.expected_on is None:
        return {"headline": _("We cannot name a day for your goods yet"), "text": causes}
    day = draw_text.full_day(found.expected_on)
    if not found.days_late:
        return {"headline": _("Your goods arrive on {day}, as promised").format(day=day), "text": ""}
    late = ngettext("{n} day late", "{n} days late", found.days_late).format(n=found.days_late)
    said = _("Your goods arrive on {day}, {late}").format(day=day, late=late)
    sorry = _("We promised {day}, and are sorry.").format(day=draw_text.full_day(found.promised_on))
    return {"headline": said, "text": f"{sorry} {causes}".strip()}


def _steps(found: Order) -> list[Shown]:
    order = [OrderState.DRAFT, OrderState.CONFIRMED, OrderState.PART_SHIPPED, OrderState.SHIPPED]
    if found.state == OrderState.CANCELLED:
        return []
    at = order.index(found.state) if found.state in order else len(order)
    words = (_("Received"), _("Confirmed"), _("Partly on its way"), _("On its way"))
    icons = ("inbox", "circle-check", "package", "truck")
    last = found.expected_on or found.promised_on
    dates = (draw_text.day(found.ordered_on), "", "", draw_text.day(last) if last else "")
    return [
        {
            "title": title,
            "icon": icon,
            "date": date,
            "state": "done" if n < at else "now" if n == at else "",
        }
        for n, (title, icon, date) in enumerate(zip(words, icons, dates, strict=True))
    ]


def _order_line(line: OrderLine) -> Shown:
    promised, now = line.promised_on, line.expected_on
    is_late = bool(promised and now and now > promised)
    day = now or promised
    note = _("promised {day}").format(day=draw_text.day(promised)) if is_late else ""
    if line.shipped >= line.quantity:
        note = _("sent")
    return {
        "name": line.description or line.item.name,
        "options": line.item.variant,
        "quantity": draw_text.quantity(line.quantity, line.item.unit.code),
        "colour": "",
        "date": draw_text.day(day) if day else "",
        "late": is_late,
        "note": note or line.stage,
    }


@staff
def confirmation(request: HttpRequest, pk: int) -> HttpResponse:
    """The confirmation of their order as PDF."""
    ctx = ctx_of(request)
    found: Order = one_of(
        queries.orders(ctx).exclude(confirmed_at=None), pk, "customer", "contact", "owner", "carrier"
    )
    return paper.answer(sales.confirmation_letter(ctx, order=found), found.number)


@staff
def shipment(request: HttpRequest, pk: int) -> HttpResponse:
    """Where their goods are, and when they arrive."""
    ctx = ctx_of(request)
    found: Shipment = one_of(queries.shipments(ctx), pk)
    lines = found.lines.select_related("item__unit", "lot").order_by("position", "pk")
    shown = {
        "kicker": _("Shipment {number} for order {order}").format(
            number=found.number, order=found.order.customer_reference or found.order.number
        ),
        "headline": _where(found, ctx),
        "text": _how(found),
        "actions": _send_back(ctx, found.order, found.pk) if found.shipped_at else [],
        "lines": [
            {
                "name": line.item.name,
                "options": _("Lot {lot}").format(lot=line.lot) if line.lot else line.item.variant,
                "quantity": draw_text.quantity(line.quantity, line.item.unit.code),
                "colour": "",
                "date": "",
                "late": False,
                "note": "",
            }
            for line in lines
        ],
    }
    return document(request, _("Shipment {number}").format(number=found.number), shown)


def _where(found: Shipment, ctx: Ctx) -> str:
    if found.state == ShipmentState.DELIVERED and found.delivered_at is not None:
        day = found.delivered_at.astimezone(ctx.company.zone).date()
        return _("Arrived on {day}").format(day=draw_text.full_day(day))
    if found.state == ShipmentState.SHIPPED:
        said = _("On the way, arrives on {day}") if found.expected_on else _("On the way")
        return said.format(day=draw_text.full_day(found.expected_on))
    return _("We are packing your goods")


def _how(found: Shipment) -> str:
    parts = [
        _("With {carrier}.").format(carrier=found.carrier) if found.carrier is not None else "",
        _("Tracking number {number}.").format(number=found.tracking) if found.tracking else "",
        f"{found.delay_reason}." if found.delay_reason else "",
    ]
    return " ".join(part for part in parts if part)


@staff
def invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """What is to be paid, until when."""
    ctx = ctx_of(request)
    found: Invoice = one_of(queries.invoices(ctx), pk)
    lines = found.lines.select_related("item__unit").order_by("position", "pk")
    title = f"{found.get_kind_display()} {found}"
    kicker = _("{title} of {day}").format(title=title, day=draw_text.full_day(found.issued_on))
    shown = {
        "kicker": kicker,
        "headline": _due(found, ctx),
        "lines_title": _("What it is for"),
        "lines": [
            {
                "name": line.description,
                "options": "",
                "quantity": draw_text.number(line.quantity),
                "colour": "",
                "date": draw_text.money(line.amount, found.currency),
                "late": False,
                "note": "",
            }
            for line in lines
        ],
        "documents": [pdf(title, f"/portal/invoices/{found.pk}/invoice.pdf")],
    }
    return document(request, title, shown)


def _due(found: Invoice, ctx: Ctx) -> str:
    total = draw_text.money(found.total, found.currency)
    if found.kind == InvoiceKind.CREDIT_NOTE:
        return _("{total} in your favour").format(total=total)
    if found.state != InvoiceState.POSTED:
        return _("{total}: {state}").format(total=total, state=str(found.state.label).lower())
    left = draw_text.money(found.open_amount, found.currency)
    said = _("{total} to pay, due since {day}") if found.due_on and found.due_on < ctx.today else ""
    said = said or _("{total} to pay until {day}")
    return said.format(total=left, day=draw_text.full_day(found.due_on))


@staff
def invoice_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The invoice as PDF."""
    ctx = ctx_of(request)
    found: Invoice = one_of(queries.invoices(ctx), pk, "customer", "order", "credits")
    return paper.answer(finance.invoice_letter(ctx, invoice=found), str(found))


def pdf(name: str, url: str) -> dict[str, str]:
    return {"name": name, "url": url, "size": "PDF", "date": ""}
