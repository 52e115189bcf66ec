"""How a work order was really made, and where that is not what its bill and plan said."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from loomline.domains.bills import queries as bills
from loomline.domains.bills.models import RouteStage
from loomline.domains.bills.queries import Beside
from loomline.domains.manufacturing.models import MaterialUse, WorkOrder, WorkOutput, WorkStage
from loomline.domains.manufacturing.queries import MaterialBalance, mass_balance, needs_of
from loomline.kernel.quantity import Quantity


@dataclass(frozen=True, slots=True)
class UsedLot:
    """So much of a lot went in at a stage."""

    lot_id: int | None
    lot: str
    stage: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class BuiltMaterial:
    """A material as the bill asks for it and as it was used; `instead_of` names what it stood in for."""

    balance: MaterialBalance
    lots: tuple[UsedLot, ...]
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class BuiltStage:
    """A stage as it ran, and who would have done it by the bill."""

    stage: WorkStage
    by_bill: str

    @property
    def other_hands(self) -> bool:
        """True when somebody else did it than the route says."""
        done_by = self.stage.partner.name if self.stage.partner else ""
        return self.by_bill != done_by


@dataclass(frozen=True, slots=True)
class BuiltBeside:
    """What came out beside the goods, and what the bill expects for what was made."""

    item: str
    unit: str
    expected: Decimal
    made: Decimal


@dataclass(frozen=True, slots=True)
class AsBuilt:
    """The record of one work order."""

    work: WorkOrder
    materials: tuple[BuiltMaterial, ...]
    stages: tuple[BuiltStage, ...]
    outputs: tuple[tuple[str, str, Quantity], ...]
    beside: tuple[BuiltBeside, ...]


def as_built(*, work: WorkOrder) -> AsBuilt:
    """What went into a work order by lot, what it went through and what came out. A dozen statements."""
    return AsBuilt(
        work=work,
        materials=tuple(_materials(work)),
        stages=tuple(_stages(work)),
        outputs=tuple(_outputs(work)),
        beside=tuple(_beside(work)),
    )


def _materials(work: WorkOrder) -> list[BuiltMaterial]:
    lots: dict[int, list[UsedLot]] = defaultdict(list)
    rows = MaterialUse.objects.filter(work=work).order_by("position", "lot__number")
    for item, lot, number, stage, amount in rows.values_list(
        "item_id", "lot_id", "lot__number", "stage__name"
    ).annotate(Sum("quantity")):
        if amount > 0:
            lots[item].append(UsedLot(lot, str(number or ""), stage or "", amount))
    stood_in = _stood_in(work)
    return [
        BuiltMaterial(
            row, tuple(lots[row.item_id]), stood_in.get(row.item_id, "") if not row.due.amount else ""
        )
        for row in mass_balance(work=work)
    ]


def _stood_in(work: WorkOrder) -> dict[int, str]:
    needs = needs_of(work=work)
    found = bills.stand_ins(line_ids=[pk for need in needs for pk in need.line_ids])
    return {one.item_id: need.name for need in needs for pk in need.line_ids for one in found.get(pk, ())}


def _stages(work: WorkOrder) -> list[BuiltStage]:
    rows = RouteStage.objects.filter(bill=work.bill_id).values_list("position", "partner__name")
    named = {position: name or "" for position, name in rows}
    stages = work.stages.select_related("partner", "centre", "unit", "lot").order_by("position")
    own = {stage.position: stage.partner.name if stage.partner else "" for stage in stages}
    return [BuiltStage(stage, named.get(stage.position, own[stage.position])) for stage in stages]


def _outputs(work: WorkOrder) -> list[tuple[str, str, Quantity]]:
    rows = WorkOutput.objects.filter(work=work, line__isnull=False).order_by("item__sku", "lot__number")
    names = ("item__name", "lot__number", "item__unit__code")
    return [
        (item, str(lot or ""), Quantity(amount, unit))
        for item, lot, unit, amount in rows.values_list(*names).annotate(Sum("quantity"))
    ]


def _beside(work: WorkOrder) -> list[BuiltBeside]:
    expected: list[Beside] = bills.beside(bill_id=work.bill_id) if work.bill_id else []
    if not expected:
        return []
    rows = WorkOutput.objects.filter(work=work, item__in=[one.item_id for one in expected]).order_by()
    made = dict(rows.values_list("item_id").annotate(Sum("quantity")))
    whole = work.done + work.rejected
    return [
        BuiltBeside(
            one.name, one.quantity.unit, one.quantity.amount * whole, made.get(one.item_id, Decimal(0))
        )
        for one in expected
    ]
