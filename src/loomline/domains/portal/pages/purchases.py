"""What was ordered from a supplier, and when it says the goods will come."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods

from loomline.domains.portal import queries
from loomline.domains.portal.pages.documents import one_of
from loomline.domains.portal.pages.frame import framed
from loomline.domains.portal.pages.home import listed, purchase_row
from loomline.domains.portal.pages.notices import announced_of
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement import pages as procurement_pages
from loomline.domains.procurement.commands import LineAnswerDraft
from loomline.domains.procurement.models import LineAnswer, Purchase, PurchaseLine, PurchaseState
from loomline.kernel.refusal import Refused
from loomline.surface import answer, draw_text, paper
from loomline.surface.page import ctx_of, staff

OPEN = (PurchaseState.SENT, PurchaseState.CONFIRMED)


class AnswerForm(forms.Form):
    """For each line when, how much and at which price, or no; and their own number of the order."""

    supplier_reference = forms.CharField(label=_l("Your order number"), max_length=80, required=False)

    def __init__(self, *args: Any, lines: Sequence[PurchaseLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            for name, field in _fields(line).items():
                self.fields[f"{name}_{line.pk}"] = field

    def parts(self) -> list[dict[str, Any]]:
        """The fields of each line under its name."""
        return [
            {
                "title": line.description or line.item.name,
                "fields": [self[f"{name}_{line.pk}"] for name in _fields(line)],
            }
            for line in self.lines
        ]

    def answers(self) -> list[LineAnswerDraft]:
        """What was said of each line."""
        return [self._answer(line) for line in self.lines]

    def _answer(self, line: PurchaseLine) -> LineAnswerDraft:
        given = {name: self.cleaned_data.get(f"{name}_{line.pk}") for name in _fields(line)}
        return LineAnswerDraft(
            line=line,
            confirmed_on=given["day"],
            quantity=given["quantity"],
            price=given["price"],
            is_rejected=bool(given["no"]),
            note=given["note"] or "",
        )


def _fields(line: PurchaseLine) -> dict[str, forms.Field]:
    unit = line.item.unit.code
    quantity = line.confirmed_quantity or line.quantity
    price = line.confirmed_price if line.confirmed_price is not None else line.net_price
    return {
        "day": forms.DateField(
            label=_("When it will come"),
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            initial=line.confirmed_on or line.expected_on or line.requested_on,
        ),
        "quantity": forms.DecimalField(
            label=_("How much, in {unit}").format(unit=unit),
            min_value=Decimal(0),
            max_digits=20,
            decimal_places=6,
            initial=f"{quantity.normalize():f}",
        ),
        "price": forms.DecimalField(
            label=_("Price for 1 {unit}").format(unit=unit),
            min_value=Decimal(0),
            max_digits=19,
            decimal_places=6,
            initial=f"{price.normalize():f}",
        ),
        "no": forms.BooleanField(
            label=_("We cannot deliver this"), required=False, initial=line.answer == LineAnswer.REJECTED
        ),
        "note": forms.CharField(
            label=_("What we should know"), max_length=200, required=False, initial=line.answer_note
        ),
    }


@staff
def purchases(request: HttpRequest) -> HttpResponse:
    """All that was ordered from them."""
    rows = queries.purchases(ctx_of(request))
    return listed(request, rows, purchase_row, _("Our orders to you"), _("We have not ordered from you yet."))


@staff
def purchase(request: HttpRequest, pk: int) -> HttpResponse:
    """What was ordered, and what is to be said about it."""
    found: Purchase = one_of(queries.purchases(ctx_of(request)), pk, "supplier")
    return _shown(request, found, AnswerForm(lines=_lines(found), initial=_initial(found)), "")


@staff
@require_http_methods(["POST"])
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Say line by line when the goods will come, how much and at which price, or that they will not."""
    ctx = ctx_of(request)
    found: Purchase = one_of(queries.purchases(ctx), pk, "supplier")
    form = AnswerForm(request.POST, lines=_lines(found))
    if not form.is_valid():
        return _shown(request, found, form, "")
    try:
        procurement.answer_purchase(
            ctx,
            purchase=found,
            lines=form.answers(),
            supplier_reference=form.cleaned_data["supplier_reference"],
        )
    except Refused as refusal:
        return _shown(request, found, form, str(refusal))
    answer.later(request, _("Thank you. Your answer is with us."))
    return HttpResponseRedirect(f"/portal/purchases/{found.pk}/")


@staff
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The order as PDF."""
    ctx = ctx_of(request)
    found: Purchase = one_of(queries.purchases(ctx), pk, "supplier", "contact", "buyer", "site")
    return paper.answer(procurement_pages.purchase_letter(ctx, purchase=found), found.number)


def _lines(found: Purchase) -> list[PurchaseLine]:
    return list(found.lines.select_related("item__unit").order_by("position", "pk"))


def _initial(found: Purchase) -> dict[str, Any]:
    return {"supplier_reference": found.supplier_reference}


def _shown(request: HttpRequest, found: Purchase, form: AnswerForm, said: str) -> HttpResponse:
    title = _("Order {number}").format(number=found.number)
    context = {
        "portal": framed(request, title),
        "order": {
            "kicker": _("{title} of {day}").format(title=title, day=draw_text.full_day(found.ordered_on)),
            "headline": _headline(found),
            "said": said,
            "lines": [_line(line, found) for line in form.lines],
            "total": draw_text.money(found.total, found.currency),
            "is_open": found.state in OPEN,
            "parts": form.parts(),
            "reference": form["supplier_reference"],
            "url": f"/portal/purchases/{found.pk}/confirm/",
            "pdf": f"/portal/purchases/{found.pk}/order.pdf",
            "announced": announced_of(ctx_of(request), found),
        },
    }
    return render(request, "portal/purchase.html", context, status=422 if form.errors or said else 200)


def _headline(found: Purchase) -> str:
    if found.state == PurchaseState.SENT:
        return _("Please tell us when the goods will come")
    if found.state == PurchaseState.CANCELLED:
        return _("This order was cancelled")
    if found.state in (PurchaseState.RECEIVED, PurchaseState.CLOSED):
        return _("Everything has arrived")
    if found.expected_on is None:
        return _("Thank you for your word")
    return _("We expect the goods on {day}").format(day=draw_text.full_day(found.expected_on))


def _line(line: PurchaseLine, found: Purchase) -> dict[str, Any]:
    wanted = _("wanted {day}").format(day=draw_text.day(line.requested_on)) if line.requested_on else ""
    day = line.confirmed_on
    said = _("confirmed {day}").format(day=draw_text.day(day)) if day else wanted
    return {
        "name": line.description or line.item.name,
        "text": f"{line.supplier_sku} {draw_text.quantity(line.quantity, line.item.unit.code)}".strip(),
        "price": paper.price(line.net_price, found.currency),
        "date": _("not delivered") if line.answer == LineAnswer.REJECTED else said,
    }
