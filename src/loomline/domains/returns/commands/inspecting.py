"""Looking at what came back, and putting it where it belongs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import ports as inventory_ports
from loomline.domains.procurement.queries import in_words
from loomline.domains.quality import commands as quality
from loomline.domains.returns.commands.opening import LineElsewhere, told_of
from loomline.domains.returns.commands.receiving import REPAIR, RETURNS, place_for
from loomline.domains.returns.events import ReturnInspected
from loomline.domains.returns.models import (
    Disposition,
    Finding,
    GoodsReturn,
    Grade,
    ReturnLine,
    ReturnState,
)
from loomline.domains.returns.queries import ORIGIN
from loomline.domains.sites import queries as places
from loomline.domains.sites.models import Location, LocationKind
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class NothingInspected(Refused):
    """Only what is here can be looked at."""

    says = _("Return {number} is {state}: say how much of which received goods was looked at.")


class InspectedTooMuch(Refused):
    """Only what is here can be looked at."""

    says = _("{item}: {quantity} {unit} cannot be inspected; {left} are here and not inspected yet.")


class NobodySupplied(Refused):
    """Goods go back to whoever sent them."""

    says = _("{item} has no lot that a supplier brought, so it cannot go back to one. Repair or scrap it.")


@dataclass(frozen=True, kw_only=True)
class InspectionDraft:
    """What was found of a quantity of a line, and where it goes."""

    line: ReturnLine
    quantity: Decimal
    grade: Grade
    disposition: Disposition
    note: str = ""


@command(move="inspect", label=_("Inspect"), icon="checkup-list")
def inspect_return(ctx: Ctx, *, goods_return: GoodsReturn, lines: list[InspectionDraft]) -> GoodsReturn:
    """Say how good the goods are and put them into stock, the repair place or scrap, or back to the supplier.

    What nobody has looked at stays in the returns place; parts of a line may go different ways.
    """
    found = lock(goods_return)
    rows = {row.pk: row for row in lock_all(found.lines.select_related("item__unit", "lot__supplier"))}

    _refuse_wrong(found, rows, lines)

    inventory.move_stock(ctx, moves=_moves(ctx, found, rows, lines))
    for draft in lines:
        rows[draft.line.pk].inspected += draft.quantity
    ReturnLine.objects.bulk_update(rows.values(), ["inspected"])
    Finding.objects.bulk_create(_findings(ctx, found, lines))
    _want_back(ctx, found, rows, lines)
    if not any(row.to_inspect for row in rows.values()):
        advance(found, "inspect", inspected_at=ctx.now)

    words = [(draft, rows[draft.line.pk]) for draft in lines]
    goods = in_words([(d.quantity, r.item.unit.code, f"{r.item.name} ({_where(d)})") for d, r in words])
    ctx.emit(ReturnInspected(**told_of(found, [row for _draft, row in words], goods=goods)))
    return found


def _where(draft: InspectionDraft) -> str:
    return str(Disposition(draft.disposition).label).lower()


def _refuse_wrong(
    found: GoodsReturn, rows: Mapping[int, ReturnLine], drafts: Sequence[InspectionDraft]
) -> None:
    if found.state != ReturnState.RECEIVED or not drafts or any(draft.quantity <= 0 for draft in drafts):
        raise NothingInspected(number=found.number, state=found.state.label.lower(), at_field="lines")
    seen: dict[int, Decimal] = defaultdict(Decimal)
    for draft in drafts:
        row = rows.get(draft.line.pk)
        if row is None:
            raise LineElsewhere(number=found.order, at_field="lines")
        left = row.to_inspect - seen[row.pk]
        if draft.quantity > left:
            raise InspectedTooMuch(
                item=row.item,
                quantity=plain(draft.quantity),
                unit=row.item.unit,
                left=plain(left),
                at_field="lines",
            )
        if draft.disposition == Disposition.SUPPLIER and (row.lot is None or row.lot.supplier is None):
            raise NobodySupplied(item=row.item, at_field="lines")
        seen[row.pk] += draft.quantity


def _moves(
    ctx: Ctx, found: GoodsReturn, rows: Mapping[int, ReturnLine], drafts: Sequence[InspectionDraft]
) -> list[inventory.MoveDraft]:
    here = place_for(ctx, found.site, code=RETURNS, name=_t("Returns"))
    targets = _targets(ctx, found, rows, drafts)
    return [
        inventory.MoveDraft(
            item_id=rows[draft.line.pk].item_id,
            lot_id=rows[draft.line.pk].lot_id,
            quantity=draft.quantity,
            source_id=here.pk,
            destination_id=target.pk,
            origin_kind=ORIGIN,
            origin_id=found.pk,
            reason=" ".join((str(found.number), draft.note)).strip()[:200],
        )
        for draft, target in zip(drafts, targets, strict=True)
    ]


def _targets(
    ctx: Ctx, found: GoodsReturn, rows: Mapping[int, ReturnLine], drafts: Sequence[InspectionDraft]
) -> list[Location]:
    """Where each part goes; what is put back into stock goes where the rules of the site send it."""
    good = [
        inventory_ports.Arrival(
            item_id=rows[draft.line.pk].item_id, lot_id=rows[draft.line.pk].lot_id, quantity=draft.quantity
        )
        for draft in drafts
        if draft.disposition == Disposition.RESTOCK
    ]
    shelves = iter(inventory_ports.put_at(ctx, site=found.site, goods=good) if good else ())
    chosen = {Disposition(draft.disposition) for draft in drafts}
    fixed: dict[Disposition, Location] = {}
    if Disposition.SCRAP in chosen:
        fixed[Disposition.SCRAP] = places.virtual(kind=LocationKind.SCRAP)
    if Disposition.REPAIR in chosen:
        fixed[Disposition.REPAIR] = place_for(ctx, found.site, code=REPAIR, name=_t("Repair"))
    if Disposition.SUPPLIER in chosen:
        # The receipt that goods came with rejects them from where its site keeps its stock.
        fixed[Disposition.SUPPLIER] = places.storage_of(site=found.site)
    return [fixed.get(Disposition(draft.disposition)) or next(shelves) for draft in drafts]


def _findings(ctx: Ctx, found: GoodsReturn, drafts: Sequence[InspectionDraft]) -> list[Finding]:
    return [
        Finding(
            goods_return=found,
            line_id=draft.line.pk,
            quantity=draft.quantity,
            grade=draft.grade,
            disposition=draft.disposition,
            note=draft.note.strip()[:300],
            inspected_at=ctx.now,
            inspected_by=ctx.actor,
        )
        for draft in drafts
    ]


def _want_back(
    ctx: Ctx, found: GoodsReturn, rows: Mapping[int, ReturnLine], drafts: Sequence[InspectionDraft]
) -> None:
    """Who bought what a supplier is to take back sees to it, as with goods that fail a check."""
    for draft in drafts:
        lot = rows[draft.line.pk].lot
        if draft.disposition == Disposition.SUPPLIER and lot is not None:
            quality.want_back(
                ctx,
                lot=lot,
                quantity=draft.quantity,
                reason=_t("{number}: {note}").format(
                    number=found.number, note=draft.note or found.reason.name
                ),
                origin=(ORIGIN, found.pk),
            )
