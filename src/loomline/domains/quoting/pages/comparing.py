"""Any two quotes of a customer side by side."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from loomline.domains.quoting import queries
from loomline.domains.quoting.queries.comparison import SHOWN
from loomline.domains.sales import queries as sales
from loomline.domains.sales.models import Quote, QuoteLine
from loomline.kernel import access
from loomline.kernel.refusal import NotThere
from loomline.surface import draw_text, registry
from loomline.surface.page import ctx_of, page, record_of, staff
from loomline.surface.paper import price

JOINS = ("customer", "owner")
MOST = 30


@staff
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """This quote beside another one: the version before, any version, any other offer to the customer."""
    ctx = ctx_of(request)
    resource = registry.of(Quote)
    assert resource is not None
    after: Quote = record_of(resource, ctx, pk, JOINS)
    own = [one for one in sales.versions(quote=after) if one.pk != after.pk]
    seen = access.visible(ctx, Quote).filter(customer=after.customer_id).exclude(pk=after.pk)
    others = list(seen.exclude(pk__in=[one.pk for one in own]).order_by("-pk")[:MOST])
    known = {one.pk: one for one in [*seen.filter(pk__in=[one.pk for one in own]), *others]}
    before = _other(request.GET.get("with", ""), known, after)
    context = {
        "page": page(
            _("Compare"),
            crumbs=[
                {"title": resource.plural(), "url": resource.path()},
                {"title": after.number, "url": resource.url(after.pk)},
            ],
        ),
        "compare": {
            "number": after.number,
            "choices": [
                {
                    "value": one.pk,
                    "label": _choice(one),
                    "current": before is not None and one.pk == before.pk,
                }
                for one in sorted(known.values(), key=lambda one: (one.base_number, one.version))
            ],
            **(_drawn(queries.compare(before=before, after=after)) if before is not None else {"rows": []}),
        },
    }
    return render(request, "quoting/compare.html", context)


def _other(wanted: str, known: dict[int, Quote], after: Quote) -> Quote | None:
    if wanted:
        found = known.get(int(wanted)) if wanted.isascii() and wanted.isdigit() else None
        if found is None:
            raise NotThere(reference=_("quote {key}").format(key=wanted[:20]))
        return found
    if after.supersedes_id in known:
        return known[after.supersedes_id]
    versions = [one for one in known.values() if one.base_number == after.base_number]
    return max(versions, key=lambda one: one.version, default=next(iter(known.values()), None))


def _choice(one: Quote) -> str:
    return f"{one.number} · {one.state.label} · {draw_text.money(one.total, one.currency)}"


TONES = {"new": "ok", "gone": "bad", "changed": "warn", "same": ""}


def _drawn(found: queries.Comparison) -> dict[str, Any]:
    words = {"new": _("new"), "gone": _("gone"), "changed": _("changed"), "same": ""}
    return {
        "before": {"number": found.before.number, "url": registry.url(found.before)},
        "after": {"number": found.after.number, "url": registry.url(found.after)},
        "rows": [
            {
                "name": pair.any.description or pair.any.item.name,
                "sku": pair.any.item.sku,
                "kind": words[pair.kind],
                "role": _role(pair),
                "tone": TONES[pair.kind],
                "before": _cells(pair.before.line, found.before, pair) if pair.before else None,
                "after": _cells(pair.after.line, found.after, pair) if pair.after else None,
                "change": _change(pair.change, found),
            }
            for pair in found.pairs
        ],
        "sums": [_sum(found, name) for name in ("freight", "net", "tax", "total")],
        "heads": [
            _head(found, name) for name in ("valid_until", "promised_on", "customer_reference", "note")
        ],
    }


def _cells(line: QuoteLine, quote: Quote, pair: queries.Pair) -> list[dict[str, Any]]:
    shown = {
        "quantity": draw_text.quantity(line.quantity, line.item.unit.code),
        "price": price(line.price, quote.currency),
        "discount": draw_text.percent(line.discount) if line.discount else "",
        "amount": price(line.amount, quote.currency),
        "promised_on": draw_text.day(line.promised_on) if line.promised_on else "",
    }
    return [{"text": shown[name], "differs": name in pair.differs} for name in SHOWN]


def _role(pair: queries.Pair) -> dict[str, Any] | None:
    """What the line is in the newer of the two, and what it was."""
    differs = bool(pair.differs & {"is_optional", "alternative_of"})
    was = pair.before.line.role if pair.before is not None and differs else ""
    now = pair.any.role or (_("part of the sum") if differs else "")
    return (
        {"now": now, "was": was or _("part of the sum"), "differs": True}
        if differs
        else ({"now": now, "was": "", "differs": False} if now else None)
    )


def _change(amount: Decimal, found: queries.Comparison) -> str:
    if not amount or found.before.currency != found.after.currency:
        return ""
    sign = "+" if amount > 0 else "−"
    return sign + price(abs(amount), found.after.currency)


def _label(name: str) -> str:
    field: Any = Quote._meta.get_field(name)
    return str(field.verbose_name).capitalize()


def _sum(found: queries.Comparison, name: str) -> dict[str, Any]:
    was, now = getattr(found.before, name), getattr(found.after, name)
    return {
        "label": _label(name),
        "before": draw_text.money(was, found.before.currency),
        "after": draw_text.money(now, found.after.currency),
        "change": _change(now - was, found),
        "differs": name in found.differs,
        "strong": name == "total",
    }


def _head(found: queries.Comparison, name: str) -> dict[str, Any]:
    was, now = getattr(found.before, name), getattr(found.after, name)
    is_day = name.endswith(("_on", "_until"))
    return {
        "label": _label(name),
        "before": draw_text.day(was) if is_day and was else was or "",
        "after": draw_text.day(now) if is_day and now else now or "",
        "change": "",
        "differs": name in found.differs,
        "strong": False,
    }
