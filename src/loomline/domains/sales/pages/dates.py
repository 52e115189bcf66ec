"""While lines are typed: the earliest honest day of each, what decides it, and what else could be done."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET

from loomline.domains.catalog import queries as catalog
from loomline.domains.catalog.models import Item, Unit
from loomline.domains.sales import ports
from loomline.domains.sales.models import Order, OrderLine, Quote, QuoteLine
from loomline.domains.sites.models import Site
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import Quantity
from loomline.kernel.refusal import Refused
from loomline.surface import draw_text, registry
from loomline.surface.page import ctx_of, record_of, staff

LINE = re.compile(r"^lines-(\d{1,4})-item$")
MOST = 200
Line = QuoteLine | OrderLine


@dataclass(frozen=True)
class Typed:
    """A line as it stands in the form: enough of it to be promised."""

    prefix: str
    item: Item
    quantity: Decimal
    wanted_on: date | None
    line: Line | None = None

    @property
    def is_as_before(self) -> bool:
        """True for a line that has its day already and was not touched."""
        line = self.line
        return line is not None and line.promised_on is not None and (
            line.item_id, line.quantity, line.wanted_on
        ) == (self.item.pk, self.quantity, self.wanted_on)  # fmt: skip


@staff
@require_GET
def dates_page(request: HttpRequest, model: type[Quote] | type[Order]) -> HttpResponse:
    """One element for every line of the form; htmx puts each beside its line."""
    ctx, key = ctx_of(request), request.GET.get("record", "")
    record: Any = None
    if key.isdigit():
        resource = registry.of(model)
        assert resource is not None
        record = record_of(resource, ctx, int(key), ("site",))
    prefixes = [name.removesuffix("-item") for name in request.GET if LINE.match(name)][:MOST]
    told = dict.fromkeys(prefixes, None) | _told(ctx, request.GET, prefixes, record)
    return render(request, "sales/dates.html", {"lines": told.items()})


def _told(ctx: Ctx, data: QueryDict, prefixes: list[str], record: Any) -> dict[str, Any]:
    site = _one(ctx, Site, data.get("site")) or (record.site if record is not None else None)
    wanted = _day(data.get("wanted_on")) or (record.wanted_on if record is not None else None)
    typed = _typed(ctx, data, prefixes, record)
    new = [one for one in typed if not one.is_as_before]
    asks = [
        ports.Ask(item=one.item, quantity=one.quantity, wanted_on=one.wanted_on or wanted, site=site)
        for one in new
    ]
    found: dict[str, Any] = {one.prefix: _before(one) for one in typed if one.is_as_before}
    for one, promise in zip(new, ports.promise_choices(ctx, asks=asks) if asks else (), strict=True):
        due = one.wanted_on or wanted
        found[one.prefix] = {
            "day": draw_text.day(promise.on),
            "why": promise.limit or promise.basis,
            "late": due is not None and promise.on > due,
            "others": [(KINDS[other.kind](), other.text) for other in promise.alternatives],
        }
    return found


# Called when drawn: the words follow the language of who reads.
KINDS = {"split": lambda: _t("In parts"), "site": lambda: _t("From another site")}


def _before(one: Typed) -> dict[str, Any]:
    line = one.line
    assert line is not None
    why = line.promise_limit or line.promise_basis
    return {"day": draw_text.day(line.promised_on), "why": why, "late": False, "others": []}


def _typed(ctx: Ctx, data: QueryDict, prefixes: list[str], record: Any) -> list[Typed]:
    """The lines that name an item and a quantity, counted in the item's stock unit."""
    rows = access.visible(ctx, Item).filter(pk__in=_numbers(data, prefixes, "item")).select_related("unit")
    items = {str(item.pk): item for item in rows}
    units = {
        str(unit.pk): unit
        for unit in access.visible(ctx, Unit).filter(pk__in=_numbers(data, prefixes, "unit"))
    }
    lines = {str(line.pk): line for line in record.lines.all()} if record is not None else {}
    converter = catalog.converter(item_ids=[int(key) for key in items]) if units else None
    found = []
    for prefix in prefixes:
        item, quantity = items.get(data.get(f"{prefix}-item", "")), _amount(data.get(f"{prefix}-quantity"))
        if item is None or quantity is None:
            continue
        unit = units.get(data.get(f"{prefix}-unit", ""))
        if unit is not None and converter is not None and unit.pk != item.unit_id:
            try:
                entered = Quantity(quantity, unit.code)
                quantity = converter.convert(entered, to=item.unit.code, item_id=item.pk).amount
            except Refused:
                # What cannot be counted is said when it is saved.
                continue
        wanted = _day(data.get(f"{prefix}-wanted_on"))
        found.append(Typed(prefix, item, quantity, wanted, lines.get(data.get(f"{prefix}-line", ""))))
    return found


def _numbers(data: QueryDict, prefixes: list[str], name: str) -> set[str]:
    return {value for p in prefixes if (value := data.get(f"{p}-{name}", "")).isdigit()}


def _one(ctx: Ctx, model: type[Site], key: str | None) -> Site | None:
    return access.visible(ctx, model).filter(pk=int(key)).first() if key and key.isdigit() else None


def _amount(text: str | None) -> Decimal | None:
    """A quantity above 0 as people write it; None while it is none."""
    try:
        found: Decimal | None = forms.DecimalField(localize=True, max_digits=20).clean(text or "")
    except forms.ValidationError:
        return None
    return found if found is not None and found > 0 else None


def _day(text: str | None) -> date | None:
    try:
        found: date | None = forms.DateField(required=False).clean(text or "")
    except forms.ValidationError:
        return None
    return found


urlpatterns = [
    path("sales/quotes/dates/", dates_page, {"model": Quote}),
    path("sales/orders/dates/", dates_page, {"model": Order}),
]
