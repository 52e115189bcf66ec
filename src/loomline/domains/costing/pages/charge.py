"""A new landed cost: what it is, and the receipts that it brought here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _t

from loomline.domains.catalog.models import Item
from loomline.domains.costing import commands, queries
from loomline.domains.costing.models import LandedCost
from loomline.domains.inventory.models import StockMove
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.refusal import Invalid, Refused
from loomline.surface import answer, draw_text
from loomline.surface.fields import Pool, of_model_field
from loomline.surface.page import ctx_of, page

HERE = "/costing/landed-costs/"
FIELDS = "name", "amount", "currency", "basis", "charged_on", "supplier", "reference"
SHOWN = 60


def form_page(request: HttpRequest, resource: Any, record: Any) -> HttpResponseBase:
    """Choose what came, say what it took to bring it here; the rest follows."""
    ctx = ctx_of(request)
    text = request.GET.get("q", "").strip()
    chosen = [int(key) for key in (request.POST or request.GET).getlist("moves") if key.isdigit()]
    moves = queries.receipts(items=access.visible(ctx, Item), text=text, also=chosen, most=SHOWN)
    form = _form(ctx, moves, request)
    if request.method == "POST" and form.is_valid():
        landed = _save(ctx, form, moves)
        if landed is not None:
            return answer.done(
                request, _t("{charge} was split.").format(charge=landed), to=f"{HERE}{landed.pk}/"
            )
    return _drawn(request, form, text)


def _form(ctx: Ctx, moves: Iterable[StockMove], request: HttpRequest) -> forms.Form:
    pool = Pool(ctx)
    fields: dict[str, forms.Field] = {
        name: of_model_field(LandedCost._meta.get_field(name), pool) for name in FIELDS
    }
    fields["name"].help_text = _t("Freight, duty, insurance.")
    fields["moves"] = forms.MultipleChoiceField(
        label=_t("Receipts it brought here"),
        choices=[(str(move.pk), _label(ctx, move)) for move in moves],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": str(commands.NoGoods())},
    )
    asked = request.GET.getlist("moves")
    first = {"currency": ctx.company.currency, "charged_on": ctx.today, "moves": asked}
    made: forms.Form = type("ChargeForm", (forms.Form,), fields)(
        request.POST if request.method == "POST" else None, initial=first
    )
    return made


def _label(ctx: Ctx, move: StockMove) -> str:
    """What came, how much of it, when and from whom."""
    day = move.effective_at.astimezone(ctx.company.zone).date()
    amount = f"{plain(move.quantity)} {move.item.unit.code}"
    lot = [str(move.lot), str(move.lot.supplier or "")] if move.lot else []
    return " · ".join(part for part in (move.item.name, amount, *lot, draw_text.full_day(day)) if part)


def _save(ctx: Ctx, form: forms.Form, moves: Iterable[StockMove]) -> LandedCost | None:
    by_key = {str(move.pk): move for move in moves}
    given = {name: form.cleaned_data[name] for name in FIELDS}
    shares = [commands.ShareDraft(move=by_key[key]) for key in form.cleaned_data["moves"]]
    try:
        return commands.add_landed_cost(ctx, shares=shares, **given)
    except Invalid as refusal:
        for name, said in refusal.errors.items():
            form.add_error(name if name in form.fields else None, said)
    except Refused as refusal:
        form.add_error(refusal.at_field if refusal.at_field in form.fields else None, str(refusal))
    return None


def _drawn(request: HttpRequest, form: forms.Form, text: str) -> HttpResponse:
    fields = [form[name] for name in FIELDS]
    errors = [
        {"text": said, "target": form[name].id_for_label if name in form.fields else ""}
        for name, several in form.errors.items()
        for said in several
    ]
    context = {
        "page": page(_t("New landed cost"), crumbs=[{"title": _t("Landed costs"), "url": HERE}]),
        "charge": {
            "url": request.get_full_path(),
            "search": text,
            "fields": fields,
            "goods": form["moves"],
            "any": bool(form.fields["moves"].choices),  # type: ignore[attr-defined]
            "errors": errors,
            "cancel_url": HERE,
        },
    }
    return render(request, "costing/charge.html", context, status=422 if request.method == "POST" else 200)
