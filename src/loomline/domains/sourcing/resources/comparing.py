"""Bids side by side, and what was known when it was decided."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t

from loomline.domains.sourcing import models, queries
from loomline.domains.sourcing.models import Measure
from loomline.domains.sourcing.queries import Offer, Ranked
from loomline.engines.heavy import NotInstalled
from loomline.kernel.context import Ctx
from loomline.surface import draw_text
from loomline.surface.paper import price

Shown = dict[str, Any]


def comparison(ctx: Ctx, rfq: models.Rfq) -> Shown | None:
    """A row for each item, a column for each supplier, all at our door; the lowest of a row is marked."""
    found = queries.offers(rfq=rfq, on=ctx.today)
    if not found:
        return None
    suppliers = list(dict.fromkeys(offer.bid.invitation for offer in found))
    lines = list(rfq.lines.select_related("item__unit").order_by("position"))
    return {
        "sub": _t("Landed cost a unit in {currency}: price, duty and freight").format(currency=rfq.currency),
        "label": _t("Bids side by side"),
        "heads": [_head(one) for one in suppliers],
        "rows": [_row(line, suppliers, found) for line in lines],
        "sums": _sums(rfq, suppliers, found, len(lines)),
        "ranking": _ranking(rfq, found),
    }


def _head(invitation: models.Invitation) -> Shown:
    terms = f"{invitation.incoterm} {invitation.place}".strip()
    until = draw_text.day(invitation.valid_until) if invitation.valid_until else ""
    return {
        "name": invitation.supplier.name,
        "text": _t("{terms}, until {day}").format(terms=terms, day=until),
    }


def _row(line: models.RfqLine, suppliers: Sequence[models.Invitation], found: Sequence[Offer]) -> Shown:
    mine = {offer.bid.invitation_id: offer for offer in found if offer.line.pk == line.pk}
    known = [offer.usual for offer in mine.values() if offer.rate is not None]
    least = min(known, default=None)
    unit = line.item.unit.code
    return {
        "name": line.item.name,
        "sub": draw_text.quantity(line.quantity, unit),
        "cells": [_cell(mine.get(one.pk), least, unit) for one in suppliers],
    }


def _cell(offer: Offer | None, least: Decimal | None, unit: str) -> Shown | None:
    if offer is None:
        return None
    notes = [_t("{n} working days").format(n=offer.bid.lead_days)]
    if offer.least:
        notes.append(_t("from {least}").format(least=draw_text.quantity(offer.least, unit)))
    if offer.most < offer.line.quantity:
        notes.append(_t("at most {most}").format(most=draw_text.quantity(offer.most, unit)))
    tiers = " · ".join(
        f"{draw_text.number(start)}: {price(one, offer.bid.invitation.currency)}"
        for start, one in offer.prices
    )
    if offer.rate is None:
        why = _t("no exchange rate for {currency}").format(currency=offer.bid.invitation.currency)
        return {"text": "–", "is_least": False, "notes": [why], "tiers": tiers}
    usual = offer.usual
    return {
        "text": draw_text.number(usual, decimals=4),
        "is_least": usual == least,
        "notes": notes,
        "tiers": tiers,
    }


def _sums(
    rfq: models.Rfq, suppliers: Sequence[models.Invitation], found: Sequence[Offer], lines: int
) -> list[Shown]:
    made = []
    for one in suppliers:
        mine = [offer for offer in found if offer.bid.invitation_id == one.pk and offer.rate is not None]
        total = sum((offer.usual * offer.line.quantity for offer in mine), Decimal(0))
        whole = len(mine) == lines
        shown = draw_text.money(total, rfq.currency)
        made.append({"text": shown if mine else "–", "note": "" if whole else _t("not for all items")})
    return made


def _ranking(rfq: models.Rfq, found: Sequence[Offer]) -> Shown | None:
    try:
        ranked = queries.ranking(rfq=rfq, found=found)
    except NotInstalled as fault:
        return {"note": str(fault), "rows": [], "heads": [], "stays": []}
    if not ranked.places:
        return None
    return {
        "heads": [
            {"name": str(Measure(name).label), "text": draw_text.percent(weight)}
            for name, weight in ranked.weights.items()
        ],
        "rows": [
            {
                "place": at,
                "name": place.invitation.supplier.name,
                "cells": [_score(rfq, Measure(name), place.scores[name]) for name in ranked.weights],
                "closeness": draw_text.number(place.closeness, decimals=3),
                "wins": draw_text.percent(place.wins),
            }
            for at, place in enumerate(ranked.places, 1)
        ],
        "note": _said(rfq, ranked),
    }


def _score(rfq: models.Rfq, measure: Measure, score: Decimal) -> str:
    if measure == Measure.COST:
        return draw_text.money(score, rfq.currency)
    if measure.is_benefit:
        return draw_text.percent(score, decimals=1)
    if measure == Measure.CO2E:
        return draw_text.quantity(score, "kg")
    return draw_text.number(score)


def _said(rfq: models.Rfq, ranked: Ranked) -> str:
    if not rfq.criteria.exists():
        return _t("By landed cost alone, until criteria are weighed.")
    first = ranked.places[0].invitation.supplier.name
    ranges = ", ".join(
        _t("{what} from {low} to {high}").format(
            what=Measure(name).label, low=draw_text.percent(low), high=draw_text.percent(high)
        )
        for name, (low, high) in ranked.stays.items()
    )
    said = _t("{name} stays first while the weights stay within: {ranges}.").format(name=first, ranges=ranges)
    if rfq.consistency is not None:
        ratio = draw_text.number(rfq.consistency, decimals=2)
        said = f"{said} {_t('Consistency ratio {ratio}.').format(ratio=ratio)}"
    return said


def known_then(ctx: Ctx, decision: models.Decision) -> Shown | None:
    """The bids, rules and ranking as they were on the day of the decision."""
    kept = decision.inputs if isinstance(decision.inputs, dict) else {}
    if not kept:
        return None
    return {
        "label": _t("Bids as they were"),
        "rows": [
            {
                "supplier": row["supplier"],
                "item": row["item"],
                "prices": " · ".join(f"{_plain(start)}: {_plain(one)}" for start, one in row["prices"]),
                "currency": row["currency"],
                "rate": _plain(row["rate"]) if row["rate"] else "–",
                "landing": _plain(row["freight"]),
                "duty": draw_text.percent(Decimal(row["duty_rate"]), decimals=1),
                "lead": row["lead_days"],
            }
            for row in kept.get("bids", [])
        ],
        "places": [
            _t("{place}. {name}: closeness {closeness}").format(
                place=at, name=row["supplier"], closeness=row["closeness"]
            )
            for at, row in enumerate(kept.get("ranking", []), 1)
        ],
    }


def _plain(text: str) -> str:
    return draw_text.number(Decimal(text).normalize())
