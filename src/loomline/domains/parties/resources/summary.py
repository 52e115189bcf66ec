"""How the figures over a party's page are drawn."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from loomline.domains.parties import models, ports
from loomline.domains.parties.ports import Summary
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, registry

GOOD, POOR = 60, 40


def figures(ctx: Ctx, record: models.Party) -> dict[str, Any] | None:
    """Up to six figures; None where nothing is known or may be seen."""
    told = ports.summary(ctx, party=record) if record.is_active else None
    if told is None:
        return None
    own = ctx.company.currency
    base = f"/parties/parties/{record.pk}/"
    kpis = [*_trade(told, own, base), *_money(told, own, base), *_next(told, own), *_health(told)]
    if not kpis:
        return None
    note = ""
    if told.left_out:
        note = _t("Without amounts in {codes}: there is no exchange rate.").format(
            codes=", ".join(told.left_out)
        )
    return {"kpis": kpis, "note": note}


def _kpi(title: str, value: str, note: str = "", **options: Any) -> dict[str, Any]:
    usual = {"unit": "", "url": "", "delta": "", "up": False, "tone": "", "values": [], "stale": ""}
    return {**usual, "title": title, "value": value, "note": note, **options}


def _trade(told: Summary, own: str, base: str) -> list[dict[str, Any]]:
    found = []
    if told.sold:
        note = _t("ordered in 12 months")
        if told.sold_alone is not None:
            note = _t("the whole group; {alone} alone").format(alone=draw_text.compact(told.sold_alone, own))
        found.append(_kpi(_t("Value"), draw_text.compact(told.sold, own), note, url=f"{base}?tab=overview"))
    if told.promises:
        late = ngettext("{n} late", "{n} late", told.late).format(n=told.late) if told.late else ""
        due = _t("next {day}").format(day=draw_text.day(told.next_promise_on)) if told.next_promise_on else ""
        note = ", ".join(part for part in (late, due) if part)
        url = f"{base}?tab=overview"
        found.append(_kpi(_t("Open promises"), str(told.promises), note, url=url))
    if told.promises_due:
        missed = told.promises_due - told.promises_kept
        note = _t("{missed} of {due} missed in 12 months").format(missed=missed, due=told.promises_due)
        rate = draw_text.percent(Decimal(told.promises_kept) / told.promises_due)
        found.append(_kpi(_t("Promises kept"), rate, note, url=f"{base}?tab=promises"))
    return found


def _money(told: Summary, own: str, base: str) -> list[dict[str, Any]]:
    found = []
    if told.owed:
        overdue = draw_text.compact(told.overdue, own)
        note = _t("{amount} overdue").format(amount=overdue) if told.overdue else _t("none overdue")
        found.append(
            _kpi(_t("Receivables"), draw_text.compact(told.owed, own), note, url=f"{base}?tab=overview")
        )
    if told.exposure is not None:
        note = _t("we owe {amount}").format(amount=draw_text.compact(told.payable, own))
        found.append(_kpi(_t("Netted exposure"), draw_text.compact(told.exposure, own), note))
    return found


def _next(told: Summary, own: str) -> list[dict[str, Any]]:
    if told.deals is None or not (told.deals or told.next_step):
        return []
    amount = draw_text.compact(told.deals, own)
    url = registry.url_of_kind("pipeline.opportunity", told.deal_id)
    if not told.next_step:
        return [_kpi(_t("Open deals"), amount, _t("no next step planned"))]
    due = draw_text.day(told.next_step_on) if told.next_step_on else _t("no day")
    note = _t("Next: {step}, {day}").format(step=told.next_step, day=due)
    return [_kpi(_t("Open deals"), amount, note, url=url)]


def _health(told: Summary) -> list[dict[str, Any]]:
    if told.health is None:
        return []
    why = ", ".join(f"{name} {points:+d}" for name, points in told.drivers)
    tone = "ok" if told.health >= GOOD else "bad" if told.health < POOR else ""
    return [_kpi(_t("Health"), str(told.health), why, tone=tone)]
