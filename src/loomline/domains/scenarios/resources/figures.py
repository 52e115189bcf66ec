"""Key figures side by side: the live plan first, then each scenario with its difference in words."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loomline.domains.scenarios import queries
from loomline.domains.scenarios.models import LineDay, Outcome
from loomline.surface import draw_text, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.plain_table import plain_table

LESS, MORE, EITHER = "less", "more", ""
# What is shown, of which kind it is, and which way is the better one.
FIGURES = (
    ("late_lines", _l("Late order lines"), "number", LESS),
    ("late_days", _l("Days late, all lines together"), "number", LESS),
    ("unserved_lines", _l("Order lines without supply"), "number", LESS),
    ("on_time_value", _l("Demand served on time"), "money", MORE),
    ("demand_value", _l("Demand of orders"), "money", EITHER),
    ("buys", _l("Planned purchases"), "money", EITHER),
    ("orders", _l("Planned orders"), "number", EITHER),
    ("expedite", _l("Orders to expedite"), "number", LESS),
    ("defer", _l("Orders to defer"), "number", EITHER),
    ("cancel", _l("Orders to cancel"), "number", EITHER),
    ("release", _l("Orders to start"), "number", EITHER),
    ("short_items", _l("Items that run short"), "number", LESS),
    ("overload_hours", _l("Overload of work centres, hours"), "number", LESS),
)
SLOTS = ("a1", "b1", "b2", "c1", "c2")
SHOWN = 100


def figures(live: Outcome, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """One row a figure, one column an outcome."""
    rows = []
    for name, label, kind, better in FIGURES:
        base = getattr(live, name)
        cells = [Cell(text=str(label)), _cell(kind, base, live)]
        for one in outcomes:
            words, tone = difference(getattr(one, name) - base, kind, better, live.currency)
            cells.append(_cell(kind, getattr(one, name), one, sub=words, tone=tone))
        rows.append(cells)
    heads = (_("Key figure"), _("Live plan"), *(str(one) for one in outcomes))
    sub = _("Live data as of {at}").format(at=draw_text.moment(live.made_at))
    return plain_table(_("Key figures"), heads, rows, slots=SLOTS, sub=sub)


def _cell(kind: str, value: Any, outcome: Outcome, *, sub: str = "", tone: str = "") -> Cell:
    if kind == "money":
        return Cell(kind=kind, value=value, unit=outcome.currency, decimals=0, sub=sub, tone=tone)
    return Cell(kind=kind, value=value, sub=sub, tone=tone)


def difference(more: Decimal | int, kind: str, better: str, currency: str) -> tuple[str, str]:
    """How much more or less than in the live plan, and whether that is good: in words and as a tone."""
    if not more:
        return _("the same"), ""
    size = more if more > 0 else -more
    said = draw_text.money(size, currency, decimals=0) if kind == "money" else draw_text.number(size)
    is_more = more > 0
    if not better:
        return (_("{n} more") if is_more else _("{n} less")).format(n=said), ""
    is_good = is_more == (better == MORE)
    words = {
        (True, True): _("{n} more, better"),
        (True, False): _("{n} more, worse"),
        (False, True): _("{n} less, better"),
        (False, False): _("{n} less, worse"),
    }[is_more, is_good]
    return words.format(n=said), "ok" if is_good else "bad"


def overloads(live: Outcome, outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """The hours that work centres are asked for too many, in the next 12 weeks; nothing where all fits."""
    every = (live, *outcomes)
    hours = [{pk: Decimal(minutes) / 60 for pk, minutes in one.centres} for one in every]
    centres = queries.centres_of(outcomes=every)
    rows = []
    for pk, centre in sorted(centres.items(), key=lambda pair: -max(one.get(pair[0], 0) for one in hours)):
        base = hours[0].get(pk, Decimal(0))
        cells = [
            Cell(text=centre.name, url=registry.url(centre), strong=True),
            Cell(kind="number", value=round(base, 1)),
        ]
        for one in hours[1:]:
            more = round(one.get(pk, Decimal(0)) - base, 1)
            words, tone = difference(more, "number", LESS, "")
            cells.append(Cell(kind="number", value=round(one.get(pk, Decimal(0)), 1), sub=words, tone=tone))
        rows.append(cells)
    heads = (_("Work centre"), _("Live plan"), *(str(one) for one in outcomes))
    sub = _("Hours too many in 12 weeks")
    return (
        [{**plain_table(_("Overloads"), heads, rows, slots=SLOTS, sub=sub), "id": "overloads"}]
        if rows
        else []
    )


def moved(live: Outcome, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The customers whose lines change their day."""
    found = queries.moved_lines(outcomes=(live, *outcomes))
    rows = []
    for one in found[:SHOWN]:
        line = one.line
        rows.append(
            [
                Cell(
                    kind="code", text=line.document, sub=line.item.name,
                    url=registry.url_of_kind(line.kind, line.document_id) or "",
                ),
                Cell(kind="party", text=line.party.name if line.party else ""),
                Cell(kind="quantity", value=line.quantity, unit=line.item.unit.code),
                Cell(kind="date", value=line.wanted_on),
                *(_day(line, there, day) for there, day in one.days),
            ]
        )  # fmt: skip
    heads = (
        *(_("Order"), _("Customer"), _("Quantity"), _("To leave on"), _("Live plan")),
        *(str(one) for one in outcomes),
    )
    sub = _("Lines that change their day: {n}").format(n=len(found)) if found else ""
    slots = ("a1", "b1", "c1", "hide", "b2", "a2", "c2", "hide")
    table = plain_table(_("Customers’ lines"), heads, rows, slots=slots, sub=sub)
    return {**table, "id": "lines", "empty": _("No customer’s line changes its day."), "empty_action": None}


def _day(line: LineDay, is_there: bool, day: Any) -> Cell:
    if not is_there:
        return Cell(text=_("not ordered"), tone="muted")
    if day is None:
        return Cell(text=_("never"), tone="bad")
    late = max((day - line.wanted_on).days, 0)
    words = _("{n} days late").format(n=late) if late else _("on time")
    return Cell(kind="date", value=day, sub=words, tone="bad" if late else "ok")
