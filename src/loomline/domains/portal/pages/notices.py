"""What a supplier has sent of an order: announced before it arrives, and taken back when it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_POST

from loomline.domains.catalog.models import Tracking
from loomline.domains.inbound import commands as inbound
from loomline.domains.inbound import queries as announcing
from loomline.domains.inbound.models import NoticeState, ShippingNotice
from loomline.domains.portal import queries
from loomline.domains.portal.pages.documents import one_of
from loomline.domains.portal.pages.frame import framed
from loomline.domains.procurement.models import Purchase, PurchaseLine
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused
from loomline.surface import answer, draw_text
from loomline.surface.page import ctx_of, staff


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more
    )


class NoticeForm(forms.Form):
    """When the goods leave and arrive, who brings them, and how much of each line."""

    shipped_on = _day(_l("Shipped on"))
    expected_on = _day(_l("Arrives on"))
    carrier = forms.CharField(label=_l("Carrier"), max_length=80, required=False)
    tracking = forms.CharField(label=_l("Tracking number"), max_length=80, required=False)
    delivery_note = forms.CharField(label=_l("Your delivery note"), max_length=80, required=False)
    note = forms.CharField(label=_l("What we should know"), max_length=300, required=False)

    def __init__(
        self, *args: Any, lines: Sequence[PurchaseLine], left: Mapping[int, Decimal], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.heads = [self[name] for name in self.fields]
        self.lines, self.left = lines, left
        for line in lines:
            for name, field in _fields(line, left[line.pk]).items():
                self.fields[f"{name}_{line.pk}"] = field

    def parts(self) -> list[dict[str, Any]]:
        """The fields of each line under its name, with what is open."""
        return [
            {
                "title": line.description or line.item.name,
                "text": line.supplier_sku,
                "quantity": _("{quantity} open").format(
                    quantity=draw_text.quantity(self.left[line.pk], line.item.unit.code)
                ),
                "fields": [self[f"{name}_{line.pk}"] for name in _fields(line, self.left[line.pk])],
            }
            for line in self.lines
        ]

    def announced(self) -> list[inbound.AnnouncedLine]:
        """What is on its way of each line; lines left empty stay behind."""
        given = self.cleaned_data
        return [
            inbound.AnnouncedLine(
                line=line,
                quantity=given[f"quantity_{line.pk}"],
                lot=given.get(f"lot_{line.pk}") or "",
                expires_on=given.get(f"expires_{line.pk}"),
            )
            for line in self.lines
            if given[f"quantity_{line.pk}"]
        ]


def _fields(line: PurchaseLine, left: Decimal) -> dict[str, forms.Field]:
    made: dict[str, forms.Field] = {
        "quantity": forms.DecimalField(
            label=_("How much, in {unit}").format(unit=line.item.unit.code),
            min_value=Decimal(0),
            max_digits=20,
            decimal_places=6,
            required=False,
            initial=f"{left.normalize():f}",
            help_text=_("Empty: nothing of it this time."),
        )
    }
    if line.item.tracking != Tracking.NONE:
        name = _("Serial number") if line.item.tracking == Tracking.SERIAL else _("Lot number")
        hint = _("One lot at a time; announce a second one after this.")
        made["lot"] = forms.CharField(label=name, max_length=60, required=False, help_text=hint)
        made["expires"] = _day(_("Best before"), required=False)
    return made


class WithdrawForm(forms.Form):
    """Why the goods do not come as announced."""

    reason = forms.CharField(label=_l("Why it does not come"), max_length=200)


@staff
def announce(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what of an order is on its way."""
    ctx = ctx_of(request)
    found: Purchase = one_of(queries.purchases(ctx), pk, "supplier")
    lines = list(found.lines.select_related("item__unit").order_by("position", "pk"))
    left = announcing.to_announce(lines=lines)
    parts: dict[str, Any] = {"lines": [line for line in lines if line.pk in left], "left": left}
    if request.method != "POST":
        initial = {"shipped_on": ctx.today, "expected_on": max(found.expected_on or ctx.today, ctx.today)}
        return _asked(request, found, NoticeForm(**parts, initial=initial), "")
    form = NoticeForm(request.POST, **parts)
    if not form.is_valid():
        return _asked(request, found, form, "")
    heads = {head.name: form.cleaned_data[head.name] for head in form.heads}
    try:
        notice = inbound.announce_goods(ctx, purchase=found, lines=form.announced(), **heads)
    except Refused as refusal:
        return _asked(request, found, form, str(refusal))
    answer.later(request, _("Thank you. We expect {number}.").format(number=notice.number))
    return HttpResponseRedirect(f"/portal/notices/{notice.pk}/")


@staff
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """What was announced, and whether it has arrived."""
    found: ShippingNotice = one_of(queries.notices(ctx_of(request)), pk, "purchase")
    return _shown(request, found, WithdrawForm(), "")


@staff
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the goods do not come as announced."""
    ctx = ctx_of(request)
    found: ShippingNotice = one_of(queries.notices(ctx), pk, "purchase")
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _shown(request, found, form, "")
    try:
        inbound.withdraw_notice(ctx, notice=found, reason=form.cleaned_data["reason"])
    except Refused as refusal:
        return _shown(request, found, form, str(refusal))
    answer.later(request, _("{number} is withdrawn.").format(number=found.number))
    return HttpResponseRedirect(f"/portal/purchases/{found.purchase_id}/")


def announced_of(ctx: Ctx, purchase: Purchase) -> dict[str, Any]:
    """What was announced of an order, and where more of it is announced."""
    lines = list(purchase.lines.all())
    may_more = purchase.is_awaited and bool(announcing.to_announce(lines=lines))
    rows = queries.notices(ctx).filter(purchase=purchase).order_by("-pk")
    return {
        "url": f"/portal/purchases/{purchase.pk}/announce/" if may_more else "",
        "rows": [
            {
                "title": one.number,
                "url": f"/portal/notices/{one.pk}/",
                "text": ", ".join(part for part in (one.carrier, one.tracking) if part),
                "date": _("arrives {day}").format(day=draw_text.day(one.expected_on)),
                "badge": {"text": one.state.label, "tone": one.state.tone},
            }
            for one in rows
        ],
    }


def _asked(request: HttpRequest, found: Purchase, form: NoticeForm, said: str) -> HttpResponse:
    title = _("Announce a delivery")
    context = {
        "portal": framed(request, title),
        "notice": {
            "kicker": _("Order {number}").format(number=found.number),
            "headline": _("What is on its way to us?"),
            "text": _("Tell us what you ship and when it arrives, and we are ready for it."),
            "said": said,
            "heads": form.heads,
            "parts": form.parts(),
            "nothing": _("Nothing of this order is open and not announced yet."),
            "url": f"/portal/purchases/{found.pk}/announce/",
            "back": f"/portal/purchases/{found.pk}/",
        },
    }
    return render(request, "portal/announce.html", context, status=422 if form.errors or said else 200)


def _shown(request: HttpRequest, found: ShippingNotice, form: WithdrawForm, said: str) -> HttpResponse:
    title = _("Notice {number}").format(number=found.number)
    rows = found.lines.select_related("item__unit").order_by("pk")
    facts = (
        (_("Shipped"), draw_text.day(found.shipped_on)),
        (_("Carrier"), found.carrier),
        (_("Tracking number"), found.tracking),
        (_("Delivery note"), found.delivery_note),
        (_("Note"), found.note),
        (_("Why withdrawn"), found.reason),
    )
    context = {
        "portal": framed(request, title),
        "notice": {
            "kicker": _("{title}, order {number}").format(title=title, number=found.purchase.number),
            "headline": _headline(found),
            "said": said,
            "lines": [
                {
                    "name": row.item.name,
                    "text": _("Lot {lot}").format(lot=row.lot) if row.lot else "",
                    "quantity": draw_text.quantity(row.quantity, row.item.unit.code),
                }
                for row in rows
            ],
            "facts": [(name, value) for name, value in facts if value],
            "reason": form["reason"] if found.state == NoticeState.ANNOUNCED else None,
            "url": f"/portal/notices/{found.pk}/withdraw/",
            "back": f"/portal/purchases/{found.purchase_id}/",
        },
    }
    return render(request, "portal/notice.html", context, status=422 if form.errors or said else 200)


def _headline(found: ShippingNotice) -> str:
    if found.state == NoticeState.ARRIVED:
        return _("It has arrived")
    if found.state == NoticeState.WITHDRAWN:
        return _("This notice was withdrawn")
    return _("We expect it on {day}").format(day=draw_text.full_day(found.expected_on))
