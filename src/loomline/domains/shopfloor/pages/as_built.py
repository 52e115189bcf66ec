"""How a work order was really made, and what differs from its bill and its plan."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from loomline.domains.manufacturing.models import WorkOrder
from loomline.domains.shopfloor import queries
from loomline.domains.shopfloor.queries import AsBuilt, BuiltMaterial, BuiltStage
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.refusal import NotThere
from loomline.surface import draw_text, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.page import action, ctx_of, need, page, staff
from loomline.surface.plain_table import plain_table

NOTICED = Decimal("0.005")


@staff
def as_built(request: HttpRequest, pk: int) -> HttpResponse:
    """What went in by lot, what it went through, what came out, and what differs from bill and plan."""
    ctx = ctx_of(request)
    need(
        access.may(ctx, access.view_permission(WorkOrder)),
        _("see work orders"),
        access.view_permission(WorkOrder),
    )
    rows = access.visible(ctx, WorkOrder).select_related("item__unit", "style", "bill", "rework_of")
    work = rows.filter(pk=pk).first() if pk < 2**63 else None
    if work is None:
        raise NotThere(reference=_("work order {pk}").format(pk=pk))
    found = queries.as_built(work=work)
    crumbs = [{"title": work.number, "url": registry.url(work)}]
    context = {
        "page": page(_("As built"), crumbs=crumbs),
        "built": {
            "title": _("{number} as built").format(number=work.number),
            "text": _("{made}: {done} good, {rejected} rejected of {planned}.").format(
                made=work.item or work.style,
                done=plain(work.done),
                rejected=plain(work.rejected),
                planned=plain(work.quantity),
            ),
            "deviations": deviations(found),
            "panels": [_materials(found), _stages(found), _outputs(found)],
        },
    }
    return render(request, "shopfloor/as_built.html", context)


def deviations(found: AsBuilt) -> list[str]:
    """What differs from the bill and the plan, in words, materials first."""
    said = [words for row in found.materials if (words := _of_material(row))]
    said += [words for one in found.stages for words in _of_stage(one)]
    for one in found.beside:
        if abs(one.made - one.expected) > one.expected * NOTICED:
            said.append(
                _("{item}: {made} {unit} came out beside it, {expected} were expected.").format(
                    item=one.item, made=plain(one.made), unit=one.unit, expected=plain(one.expected)
                )
            )
    work = found.work
    if not work.is_open and work.done < work.quantity:
        said.append(
            _("{missing} of {planned} were not made.").format(
                missing=plain(work.quantity - work.done), planned=plain(work.quantity)
            )
        )
    return said


def _of_material(row: BuiltMaterial) -> str:
    balance = row.balance
    if row.instead_of:
        return _("{item} was used in place of {other}: {quantity}.").format(
            item=balance.name, other=row.instead_of, quantity=balance.used
        )
    if not balance.due.amount:
        return _("{item} is not on the bill: {quantity} were used.").format(
            item=balance.name, quantity=balance.used
        )
    if balance.share is None or abs(balance.share) <= NOTICED:
        return ""
    said = _("{item}: {off} {unit} more than the bill asks ({share}).")
    if balance.difference < 0:
        said = _("{item}: {off} {unit} less than the bill asks ({share}).")
    return said.format(
        item=balance.name,
        off=plain(abs(balance.difference)),
        unit=balance.due.unit,
        share=draw_text.percent(abs(balance.share), decimals=1),
    )


def _of_stage(one: BuiltStage) -> list[str]:
    stage, said = one.stage, []
    if one.other_hands:
        hands = stage.partner.name if stage.partner else _("ourselves")
        said.append(
            _("{stage} was done by {hands}; the bill says {other}.").format(
                stage=stage, hands=hands, other=one.by_bill or _("ourselves")
            )
        )
    if stage.ended_at is not None and stage.planned_end is not None:
        late = (stage.ended_at.date() - stage.planned_end).days
        if late > 0:
            said.append(_("{stage} ended {days} days after its plan.").format(stage=stage, days=late))
    if stage.rejected:
        unit = stage.unit.code if stage.unit else ""
        said.append(
            _("{stage}: {quantity} {unit} rejected.").format(
                stage=stage, quantity=plain(stage.rejected), unit=unit
            )
        )
    return said


def _materials(found: AsBuilt) -> dict[str, Any]:
    rows = [
        [
            Cell(
                kind="item",
                text=row.balance.name,
                sub=_("in place of {other}").format(other=row.instead_of) if row.instead_of else "",
                url=registry.url_of_kind("catalog.item", row.balance.item_id),
            ),
            Cell(kind="quantity", value=row.balance.due.amount, unit=row.balance.due.unit),
            Cell(kind="quantity", value=row.balance.used.amount, unit=row.balance.used.unit),
            Cell(
                text=", ".join(
                    f"{one.lot or '–'} {plain(one.quantity)} {one.stage}".strip() for one in row.lots
                )
                or "–",
                wrap=True,
            ),
        ]
        for row in found.materials
    ]
    heads = (_("Material"), _("By the bill"), _("Used"), _("Lots and stages"))
    return _table(_("Materials"), heads, rows)


def _stages(found: AsBuilt) -> dict[str, Any]:
    rows = [
        [
            Cell(text=one.stage.name, url=registry.url(one.stage)),
            Cell(text=str(one.stage.partner or one.stage.centre or _("Ourselves"))),
            Cell(text=_amount(one.stage.quantity_in)),
            Cell(text=_amount(one.stage.quantity_out)),
            Cell(text=_amount(one.stage.rejected)),
            Cell(
                text=draw_text.day(one.stage.ended_at.date()) if one.stage.ended_at else one.stage.state.label
            ),
            Cell(text=str(one.stage.lot or "–")),
        ]
        for one in found.stages
    ]
    heads = (_("Stage"), _("Done by"), _("In"), _("Out"), _("Rejected"), _("Ended"), _("Lot"))
    return _table(_("Stages"), heads, rows)


def _amount(value: Decimal | None) -> str:
    return "–" if value is None else plain(value)


def _outputs(found: AsBuilt) -> dict[str, Any]:
    rows = [
        [Cell(text=item), Cell(text=lot or "–"), Cell(kind="quantity", value=made.amount, unit=made.unit)]
        for item, lot, made in found.outputs
    ]
    rows += [
        [Cell(text=one.item), Cell(text=_("beside it")), Cell(kind="quantity", value=one.made, unit=one.unit)]
        for one in found.beside
    ]
    return _table(_("What came out"), (_("Item"), _("Lot"), _("Quantity")), rows)


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> dict[str, Any]:
    made = plain_table(title, heads, rows)
    return {
        **made,
        "id": "",
        "empty": _("Nothing yet."),
        "empty_action": None,
        "end_action": None,
        "link": None,
    }


def _offer(ctx: Ctx, record: Any) -> dict[str, Any] | None:
    """The record as built, behind the three dots of a work order that has begun."""
    if not isinstance(record, WorkOrder) or record.started_at is None:
        return None
    return action(_("As built"), f"/shopfloor/as-built/{record.pk}/", icon="clipboard-list")


registry.offers.append(_offer)
