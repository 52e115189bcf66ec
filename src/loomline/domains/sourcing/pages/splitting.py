"""Trying rules on a split award before it is decided."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods

from loomline.domains.sourcing import commands, queries
from loomline.domains.sourcing.models import Rfq, RfqState
from loomline.domains.sourcing.queries import AwardRules, NoSplit
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused
from loomline.surface import draw_text, registry
from loomline.surface.page import ctx_of, page, record_of, staff

HUNDRED = Decimal(100)


class RulesForm(forms.Form):
    """What a split must keep to; empty fields keep to nothing."""

    most_share = forms.DecimalField(
        label=_l("Largest share of a supplier in %"), min_value=1, max_value=100, required=False
    )
    least_suppliers = forms.IntegerField(label=_l("Suppliers at least"), min_value=1, required=False)
    most_suppliers = forms.IntegerField(label=_l("Suppliers at most"), min_value=1, required=False)
    incumbent_share = forms.DecimalField(
        label=_l("Share of present suppliers in %"), min_value=0, max_value=100, required=False
    )
    switching_cost = forms.DecimalField(
        label=_l("Cost of a new supplier"), min_value=0, required=False, help_text=_l("Once an item.")
    )
    most_co2e = forms.DecimalField(label=_l("CO2e at most, kg in all"), min_value=0, required=False)
    most_risk = forms.DecimalField(label=_l("Mean risk at most, points"), min_value=0, required=False)
    reason = forms.CharField(
        label=_l("Why it is decided so"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def rules(self) -> AwardRules:
        """The rules as the award takes them: shares are fractions there."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "reason"}
        for name in ("most_share", "incumbent_share"):
            if given[name] is not None:
                given[name] = given[name] / HUNDRED
        return AwardRules(**given)


@staff
@require_http_methods(["GET", "POST"])
def split(request: HttpRequest, pk: int) -> HttpResponse:
    """The best split within the rules, what it costs and why; deciding it drafts the orders."""
    ctx = ctx_of(request)
    resource = registry.of(Rfq)
    assert resource is not None
    rfq: Rfq = record_of(resource, ctx, pk)
    form = RulesForm(request.POST if request.method == "POST" else request.GET)
    said, shown = "", None
    if form.is_valid():
        rules = form.rules()
        if request.method == "POST":
            try:
                made = commands.award_rfq(ctx, rfq=rfq, reason=form.cleaned_data["reason"], **vars(rules))
            except Refused as refusal:
                said = str(refusal)
            else:
                return HttpResponseRedirect(registry.url(made))
        shown, why = _proposed(ctx, rfq, rules)
        said = said or why
    context = {
        "page": page(
            _("Compare and award"),
            crumbs=[
                {"title": resource.plural(), "url": resource.path()},
                {"title": rfq.number, "url": resource.url(rfq.pk)},
            ],
        ),
        "split": {
            "title": _("{number}: who gets how much").format(number=rfq.number),
            "rules": [form[name] for name in form.fields if name != "reason"],
            "reason": form["reason"],
            "url": request.path,
            "said": said,
            "found": shown,
            "may_award": rfq.state == RfqState.ASKED and access.may(ctx, commands.award_rfq.name),
        },
    }
    return render(request, "sourcing/split.html", context, status=422 if form.errors else 200)


def _proposed(ctx: Ctx, rfq: Rfq, rules: AwardRules) -> tuple[dict[str, Any] | None, str]:
    found = queries.offers(rfq=rfq, on=ctx.today)
    if not found:
        return None, _("Nobody has made an offer yet.")
    try:
        made = queries.propose(rfq=rfq, found=found, rules=rules)
        free = queries.propose(rfq=rfq, found=found, rules=AwardRules())
    except NoSplit as fault:
        return None, str(fault)
    rows = [
        {
            "item": share.offer.line.item.name,
            "supplier": share.offer.bid.invitation.supplier.name,
            "quantity": draw_text.quantity(share.quantity, share.offer.line.item.unit.code),
            "share": draw_text.percent(share.quantity / share.offer.line.quantity),
            "landed": draw_text.number(share.offer.landed(share.quantity), decimals=4),
            "cost": draw_text.money(share.cost, rfq.currency),
            "why": share.why,
        }
        for share in made.shares
    ]
    shown = {"rows": rows, "cost": draw_text.money(made.cost, rfq.currency), "more": ""}
    if made.cost > free.cost:
        more = draw_text.money(made.cost - free.cost, rfq.currency)
        shown["more"] = _("The rules cost {more} more than the cheapest split.").format(more=more)
    return shown, ""
