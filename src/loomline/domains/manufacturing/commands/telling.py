"""What every fact about a work order says of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t

from loomline.domains.manufacturing.models import WorkLine, WorkOrder, WorkStage
from loomline.kernel.quantity import plain

SHOWN = 3


def said_of(work: WorkOrder, lines: Iterable[WorkLine] | None = None) -> dict[str, Any]:
    """The fields that facts about a work order have in common."""
    rows = list(work.lines.all() if lines is None else lines)
    askers: list[Any] = [*rows, work]
    asked = dict.fromkeys(
        (row.origin_kind, row.origin_id) for row in askers if row.origin_kind and row.origin_id is not None
    )
    made = work.item or work.style
    return {
        "work_id": work.pk,
        "item_ids": tuple(sorted({row.item_id for row in rows})),
        "style_id": work.style_id,
        "origin_kinds": tuple(kind for kind, _pk in asked),
        "origin_ids": tuple(pk for _kind, pk in asked),
        "number": work.number,
        "made": made.name if made is not None else "",
    }


def said_of_stage(stage: WorkStage) -> dict[str, Any]:
    """The fields that facts about a stage have in common, beside those of its work order."""
    return {"stage_id": stage.pk, "partner_id": stage.partner_id, "stage": stage.name, "at": at(stage)}


def at(stage: WorkStage) -> str:
    """By whom a stage is done, as the end of a phrase: "at Braga Dye"; empty when it is done by ourselves."""
    return _t("at {partner}").format(partner=stage.partner.name) if stage.partner else ""


def late(stage: WorkStage) -> str:
    """Why others must wait: "dyeing late at Braga Dye"."""
    name = stage.name[:1].lower() + stage.name[1:]
    return _t("{stage} late {at}").format(stage=name, at=at(stage)).strip()


def goods_of(lines: Sequence[WorkLine], *, done: bool = False) -> str:
    """Quantities and names of what is made; the items have their units loaded."""
    return in_words(
        [(row.done if done else row.quantity, row.item.unit.code, row.item.name) for row in lines]
    )


def in_words(goods: Sequence[tuple[Decimal, str, str]]) -> str:
    """Quantities, units and names: "1,200 pcs Fjord pine M, 300 pcs Fjord oat M and 6 more"."""
    shown = ", ".join(f"{plain(quantity)} {unit} {name}" for quantity, unit, name in goods[:SHOWN])
    rest = len(goods) - SHOWN
    return shown if rest <= 0 else _t("{goods} and {n} more").format(goods=shown, n=rest)
