"""What a supplier is asked to offer, and its answer."""

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
from loomline.domains.portal.pages.home import listed, request_row
from loomline.domains.sourcing import commands as sourcing
from loomline.domains.sourcing.commands import BidDraft
from loomline.domains.sourcing.models import Incoterm, Invitation, InvitationState, RfqLine, RfqState
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused
from loomline.surface import answer, draw_text
from loomline.surface.page import ctx_of, staff

BREAKS = (1, 2, 3)


class OfferForm(forms.Form):
    """The terms of an offer, and for each item its prices; what stays without a price is not offered."""

    currency = forms.CharField(label=_l("Currency"), min_length=3, max_length=3)
    incoterm = forms.ChoiceField(label=_l("Incoterm"), choices=Incoterm.choices)
    place = forms.CharField(label=_l("Place"), max_length=60, required=False)
    valid_until = forms.DateField(
        label=_l("Valid until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(
        label=_l("Your note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, lines: Sequence[RfqLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            for name, field in _fields(line).items():
                self.fields[f"{name}_{line.pk}"] = field

    def parts(self) -> list[dict[str, Any]]:
        """The fields of each item under its name."""
        return [
            {
                "title": line.item.name,
                "text": line.specification,
                "quantity": draw_text.quantity(line.quantity, line.item.unit.code),
                "fields": [self[f"{name}_{line.pk}"] for name in _fields(line)],
            }
            for line in self.lines
        ]

    def bids(self) -> list[BidDraft]:
        """What was offered, a row for each price."""
        return [draft for line in self.lines for draft in self._bids_of(line)]

    def _bids_of(self, line: RfqLine) -> list[BidDraft]:
        given = {name: self.cleaned_data.get(f"{name}_{line.pk}") for name in _fields(line)}
        prices = [(at, price) for at in BREAKS if (price := given[f"price{at}"]) is not None]
        return [
            BidDraft(
                line=line,
                price=price,
                from_quantity=given.get(f"from{at}") or Decimal(0),
                min_quantity=given["least"] or Decimal(0),
                max_quantity=given["most"],
                lead_days=given["lead"] or 0,
                co2e=given["co2e"],
            )
            for at, price in prices
        ]


def _fields(line: RfqLine) -> dict[str, forms.Field]:
    unit = line.item.unit.code
    made: dict[str, forms.Field] = {"price1": _number(_("Price for 1 {unit}").format(unit=unit))}
    for at in BREAKS[1:]:
        said = _("Price break {n}: from so many {unit}"), _("Price break {n}: price for 1 {unit}")
        for name, label in zip((f"from{at}", f"price{at}"), said, strict=True):
            made[name] = _number(label.format(n=at - 1, unit=unit))
    made["least"] = _number(_("Least quantity in {unit}").format(unit=unit))
    made["most"] = _number(
        _("Most you can deliver in {unit}").format(unit=unit), _("Empty: all that is asked for.")
    )
    made["lead"] = forms.IntegerField(
        label=_("Lead time in working days"), min_value=0, max_value=2000, required=False
    )
    made["co2e"] = _number(_("CO2e in kg for 1 {unit}").format(unit=unit), decimals=4)
    return made


def _number(label: str, hint: str = "", *, decimals: int = 6) -> forms.DecimalField:
    """A number of 0 or more that may be left out."""
    return forms.DecimalField(
        label=label,
        help_text=hint,
        min_value=0,
        max_digits=12 + decimals,
        decimal_places=decimals,
        required=False,
    )


class NoOfferForm(forms.Form):
    """Why no offer will come."""

    reason = forms.CharField(
        label=_l("Why you make no offer"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


@staff
def requests(request: HttpRequest) -> HttpResponse:
    """All that they were asked."""
    rows = queries.invitations(ctx_of(request))
    return listed(request, rows, request_row, _("Requests"), _("You were not asked for an offer yet."))


@staff
@require_http_methods(["GET", "POST"])
def request_for_quotation(request: HttpRequest, pk: int) -> HttpResponse:
    """Read what is asked, and make an offer."""
    ctx = ctx_of(request)
    found: Invitation = one_of(queries.invitations(ctx), pk)
    lines = list(found.rfq.lines.select_related("item__unit").order_by("position"))
    form = OfferForm(request.POST or None, lines=lines, initial=_initial(found, ctx))
    said = ""
    if request.method == "POST" and form.is_valid():
        head = {name: form.cleaned_data[name] for name in ("currency", "place", "valid_until", "note")}
        try:
            sourcing.answer_invitation(
                ctx,
                invitation=found,
                lines=form.bids(),
                **{**head, "currency": head["currency"].upper()},
                incoterm=Incoterm(form.cleaned_data["incoterm"]),
            )
        except Refused as refusal:
            said = str(refusal)
        else:
            answer.later(request, _("Thank you. Your offer is with us."))
            return HttpResponseRedirect(f"/portal/requests/{found.pk}/")
    return _shown(request, found, form, NoOfferForm(), said)


@staff
@require_http_methods(["POST"])
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that no offer will come."""
    ctx = ctx_of(request)
    found: Invitation = one_of(queries.invitations(ctx), pk)
    form = NoOfferForm(request.POST)
    if not form.is_valid():
        lines = list(found.rfq.lines.select_related("item__unit").order_by("position"))
        return _shown(request, found, OfferForm(lines=lines, initial=_initial(found, ctx)), form, "")
    sourcing.decline_invitation(ctx, invitation=found, reason=form.cleaned_data["reason"])
    answer.later(request, _("Thank you for telling us."))
    return HttpResponseRedirect(f"/portal/requests/{found.pk}/")


def _shown(
    request: HttpRequest, found: Invitation, form: OfferForm, no: NoOfferForm, said: str
) -> HttpResponse:
    ctx = ctx_of(request)
    rfq = found.rfq
    is_open = rfq.state == RfqState.ASKED and (rfq.answer_by is None or rfq.answer_by >= ctx.today)
    title = _("Request {number}").format(number=rfq.number)
    context = {
        "portal": framed(request, title),
        "rfq": {
            "kicker": title,
            "headline": rfq.title,
            "text": _told(found, ctx, is_open=is_open),
            "note": rfq.note,
            "is_open": is_open,
            "said": said,
            "parts": form.parts(),
            "head": [form[name] for name in ("currency", "incoterm", "place", "valid_until", "note")],
            "is_answered": found.state == InvitationState.ANSWERED,
            "won": [_won(award) for award in queries.awarded_to(invitation=found)],
            "reason": no["reason"],
            "url": f"/portal/requests/{found.pk}/",
        },
    }
    status = 422 if form.errors or no.errors or said else 200
    return render(request, "portal/request.html", context, status=status)


def _told(found: Invitation, ctx: Ctx, *, is_open: bool) -> str:
    rfq = found.rfq
    if rfq.state == RfqState.AWARDED:
        won = bool(queries.awarded_to(invitation=found))
        return _("We have decided, and order from you.") if won else _("We have decided for another offer.")
    if rfq.state == RfqState.CANCELLED:
        return _("This request was cancelled.")
    if not is_open:
        return _("The time to answer is over. We compare the offers now.")
    until = _("until {day}").format(day=draw_text.full_day(rfq.answer_by)) if rfq.answer_by else ""
    if found.state == InvitationState.ANSWERED:
        return _("We have your offer. You may change it {until}.").format(until=until)
    if found.state == InvitationState.DECLINED:
        return _("You make no offer. You may change your mind {until}.").format(until=until)
    return _("Please make us an offer {until}.").format(until=until)


def _won(award: Any) -> dict[str, str]:
    return {
        "name": award.line.item.name,
        "quantity": draw_text.quantity(award.quantity, award.line.item.unit.code),
    }


def _initial(found: Invitation, ctx: Ctx) -> dict[str, Any]:
    made: dict[str, Any] = {
        name: getattr(found, name) for name in ("currency", "incoterm", "place", "valid_until", "note")
    }
    for bid in found.bids.prefetch_related("prices"):
        kept = {"least": bid.min_quantity or None, "most": bid.max_quantity, "co2e": bid.co2e}
        for at, row in enumerate(
            sorted(bid.prices.all(), key=lambda one: one.from_quantity)[: len(BREAKS)], 1
        ):
            kept |= {f"price{at}": row.price, f"from{at}": row.from_quantity}
        for name, value in kept.items():
            made[f"{name}_{bid.line_id}"] = f"{value.normalize():f}" if value is not None else None
        made[f"lead_{bid.line_id}"] = bid.lead_days or None
    return made
