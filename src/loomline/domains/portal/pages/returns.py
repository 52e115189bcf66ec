"""What a customer sends back: asking for it, and how it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods

from loomline.domains.portal import queries
from loomline.domains.portal.pages.documents import document, one_of, pdf
from loomline.domains.portal.pages.frame import framed
from loomline.domains.portal.pages.home import Row, listed
from loomline.domains.returns import commands, pages
from loomline.domains.returns import queries as back
from loomline.domains.returns.models import GoodsReturn, ReturnReason, ReturnState
from loomline.domains.returns.queries import Returnable
from loomline.domains.sales.models import Order
from loomline.domains.warehouse.models import Shipment
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused
from loomline.surface import answer, draw_text, paper
from loomline.surface.page import ctx_of, staff

S = ReturnState
STEPS = (S.REQUESTED, S.APPROVED, S.RECEIVED, S.SETTLED)


class ReturnForm(forms.Form):
    """How much of what comes back, why, and what they say about it."""

    reason: forms.ModelChoiceField[ReturnReason] = forms.ModelChoiceField(
        label=_l("Why you send it back"), queryset=None
    )
    words = forms.CharField(
        label=_l("What we should know"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, goods: Sequence[Returnable], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.goods = goods
        reason = self.fields["reason"]
        assert isinstance(reason, forms.ModelChoiceField)
        reason.queryset = back.reasons_for_customers()
        for one in goods:
            self.fields[_name(one)] = forms.DecimalField(
                label=_("How much comes back, in {unit}").format(unit=one.line.item.unit.code),
                help_text=_("You have {quantity}.").format(
                    quantity=draw_text.quantity(one.left, one.line.item.unit.code)
                ),
                min_value=0,
                max_digits=20,
                decimal_places=6,
                required=False,
            )

    def parts(self) -> list[dict[str, Any]]:
        """The field of each item under its name."""
        return [
            {
                "title": one.line.description or one.line.item.name,
                "text": _("Lot {lot}").format(lot=one.lot) if one.lot else one.line.item.variant,
                "field": self[_name(one)],
            }
            for one in self.goods
        ]

    def drafts(self) -> list[commands.ReturnLineDraft]:
        """What is asked for; what was left empty stays with them."""
        return [
            commands.ReturnLineDraft(order_line=one.line, quantity=quantity, lot=one.lot)
            for one in self.goods
            if (quantity := self.cleaned_data[_name(one)])
        ]


def _name(one: Returnable) -> str:
    return f"n_{one.line.pk}_{one.lot.pk if one.lot else 0}"


@staff
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a return of what was delivered of their order."""
    ctx = ctx_of(request)
    order: Order = one_of(queries.orders(ctx), pk)
    shipment = _shipment(ctx, request, order)
    goods = []
    if queries.may_send_back(ctx, order):
        goods = back.returnable(order_id=order.pk, shipment_id=shipment.pk if shipment else None)
    if request.method != "POST":
        return _form(request, order, shipment, ReturnForm(goods=goods), "")
    form = ReturnForm(request.POST, goods=goods)
    if not form.is_valid():
        return _form(request, order, shipment, form, "")
    try:
        made = commands.ask_for_return(
            ctx,
            order=order,
            reason=form.cleaned_data["reason"],
            lines=form.drafts(),
            words=form.cleaned_data["words"],
            shipment=shipment,
        )
    except Refused as refusal:
        return _form(request, order, shipment, form, str(refusal))
    answer.later(request, _("Thank you. We have your request and answer it shortly."))
    return HttpResponseRedirect(f"/portal/returns/{made.pk}/")


def _shipment(ctx: Ctx, request: HttpRequest, order: Order) -> Shipment | None:
    """The shipment that they came from, if it is one of this order."""
    given = request.GET.get("shipment", "")
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        return None
    return queries.shipments(ctx).filter(order=order, pk=int(given)).first()


def _form(
    request: HttpRequest, order: Order, shipment: Shipment | None, form: ReturnForm, said: str
) -> HttpResponse:
    number = order.customer_reference or order.number
    title = _("Send back goods of order {number}").format(number=number)
    context = {
        "portal": framed(request, title),
        "back": {
            "headline": title,
            "said": said,
            "parts": form.parts(),
            "head": [form["reason"], form["words"]],
            "url": f"/portal/orders/{order.pk}/return/" + (f"?shipment={shipment.pk}" if shipment else ""),
            "order_url": f"/portal/orders/{order.pk}/",
        },
    }
    return render(request, "portal/return.html", context, status=422 if form.errors or said else 200)


@staff
def returns(request: HttpRequest) -> HttpResponse:
    """All that they have sent back or want to."""
    rows = queries.returns(ctx_of(request))
    note = _("You have not sent anything back. Open an order to ask for it.")
    return listed(request, rows, return_row, _("Your returns"), note)


def return_row(one: GoodsReturn, ctx: Ctx) -> Row:
    """A return in a list."""
    return {
        "title": _("Return {number}").format(number=one.number),
        "url": f"/portal/returns/{one.pk}/",
        "text": _("For order {number}").format(number=one.order.customer_reference or one.order.number),
        "date": draw_text.day(one.requested_on),
        "value": one.reason.name,
        "badge": {"text": one.state.label, "tone": one.state.tone},
    }


@staff
def goods_return(request: HttpRequest, pk: int) -> HttpResponse:
    """How their return stands."""
    ctx = ctx_of(request)
    found: GoodsReturn = one_of(queries.returns(ctx), pk)
    lines = found.lines.select_related("item__unit", "lot").order_by("position", "pk")
    headline, text = _said(found)
    title = _("Return {number}").format(number=found.number)
    shown = {
        "kicker": _("{title}, asked for on {day}").format(
            title=title, day=draw_text.full_day(found.requested_on)
        ),
        "headline": headline,
        "text": text,
        "tracker": _steps(ctx, found),
        "lines": [
            {
                "name": line.item.name,
                "options": _("Lot {lot}").format(lot=line.lot) if line.lot else line.item.variant,
                "quantity": draw_text.quantity(line.quantity, line.item.unit.code),
                "colour": "",
                "date": "",
                "late": False,
                "note": _("{quantity} here").format(
                    quantity=draw_text.quantity(line.received, line.item.unit.code)
                )
                if line.received
                else "",
            }
            for line in lines
        ],
        "documents": _documents(ctx, found),
    }
    return document(request, title, shown)


def _said(found: GoodsReturn) -> tuple[str, str]:
    """The answer first, then why or what to do."""
    words = {
        S.REQUESTED: (_("We have your request"), _("We look at it and answer you shortly.")),
        S.APPROVED: (
            _("Please send us the goods"),
            _("Print the return note below and lay it into the parcel."),
        ),
        S.REFUSED: (_("We cannot take these goods back"), found.answer),
        S.RECEIVED: (_("Your goods are here"), _("We look at them and let you know.")),
        S.INSPECTED: (_("We have looked at your goods"), _("You hear from us about it shortly.")),
        S.CALLED_OFF: (_("This return was called off"), found.answer),
    }
    settled = _("This return is settled"), _("What you get for it stands below.")
    return words.get(S(found.state), settled)


def _steps(ctx: Ctx, found: GoodsReturn) -> list[dict[str, Any]]:
    if found.state in (S.REFUSED, S.CALLED_OFF):
        return []
    reached = {S.INSPECTED: S.RECEIVED, S.CLOSED: S.SETTLED}.get(S(found.state), S(found.state))
    at = STEPS.index(reached)
    words = (_("Asked for"), _("Approved"), _("Arrived"), _("Settled"))
    icons = ("inbox", "circle-check", "package", "coin")
    zone = ctx.company.zone
    moments = (found.approved_at, found.received_at, found.settled_at)
    days = (found.requested_on, *(moment.astimezone(zone).date() if moment else None for moment in moments))
    return [
        {
            "title": title,
            "icon": icon,
            "date": draw_text.day(day) if day else "",
            "state": "done" if n < at or reached == S.SETTLED else "now" if n == at else "",
        }
        for n, (title, icon, day) in enumerate(zip(words, icons, days, strict=True))
    ]


def _documents(ctx: Ctx, found: GoodsReturn) -> list[dict[str, str]]:
    made = []
    if found.state not in pages.NO_NOTE:
        made.append(pdf(_("Return note"), f"/portal/returns/{found.pk}/return-note.pdf"))
    notes = queries.invoices(ctx).filter(lines__returned__goods_return=found).distinct().order_by("pk")
    made += [
        pdf(f"{one.get_kind_display()} {one}", f"/portal/invoices/{one.pk}/invoice.pdf") for one in notes
    ]
    new = queries.orders(ctx).filter(lines__replaces__goods_return=found).distinct().order_by("pk")
    for order in (found.order, *new):
        title = _("Order {number}").format(number=order.number)
        made.append({"name": title, "url": f"/portal/orders/{order.pk}/", "size": "", "date": ""})
    return made


@staff
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """The return note as PDF."""
    ctx = ctx_of(request)
    found: GoodsReturn = one_of(queries.returns(ctx), pk, "customer", "order", "shipment", "reason", "site")
    return paper.answer(pages.return_note(ctx, goods_return=found), f"{found.number}-return-note")
