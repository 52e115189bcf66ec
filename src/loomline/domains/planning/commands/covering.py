"""Covering orders: from stock first, then from what is on its way, then by making and buying."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.bills.queries import bills_for, materials
from loomline.domains.catalog.models import ItemKind, Supply
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.commands import Demand, ReserveResult, Short
from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing import queries as making
from loomline.domains.manufacturing.commands import WorkDraft, WorkLineDraft
from loomline.domains.manufacturing.models import WorkLine, WorkOrder
from loomline.domains.planning import queries
from loomline.domains.planning.commands.direct import follow_direct
from loomline.domains.planning.commands.following import follow_supply
from loomline.domains.planning.commands.tying import peg_of, take_before, write_pegs
from loomline.domains.planning.events import SupplyPlanned
from loomline.domains.planning.models import ORDER_LINE, PURCHASE_LINE, WORK_LINE, WORK_ORDER, Peg
from loomline.domains.planning.queries import Claim
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.commands import PurchaseDraft, PurchaseLineDraft
from loomline.domains.procurement.models import Purchase, PurchaseLine, SupplierItem
from loomline.domains.sales import queries as selling
from loomline.domains.sales.models import Order, OrderLine, OrderState
from loomline.domains.sites import queries as sites
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused

ZERO = Decimal(0)
OPEN = (OrderState.CONFIRMED, OrderState.PART_SHIPPED)


class NothingToPlan(Refused):
    """Only confirmed orders need supply."""

    says = _("Order {number} is {state}; only confirmed orders are planned.")


@command(label=_("Plan supply"), icon="timeline")
def plan_supply(ctx: Ctx, *, order: Order) -> Order:
    """Reserve what is in stock, and plan the making and buying of the rest."""
    return plan_orders(ctx, orders=[order])[0]


@command(hidden=True)
def plan_orders(ctx: Ctx, *, orders: list[Order]) -> list[Order]:
    """Cover many orders, the earliest promise first. What is covered already stays as it is."""
    found = selling.lines_to_promise(order_ids=[order.pk for order in orders])
    by_order = selling.by_order(found)
    locked = [by_order[order.pk][0].order if order.pk in by_order else lock(order) for order in orders]

    for order in locked:
        if order.state not in OPEN:
            raise NothingToPlan(number=order.number, state=order.state.label.lower())

    straight = {line.order_id for line in found if line.is_direct}
    for order in (one for one in locked if one.pk in straight):
        follow_direct(ctx, order=order)
    lines = _uncovered(found)
    short = _reserve(ctx, lines)
    # An order that stock covers asks nothing of what is made and bought.
    works, purchases = _supply(ctx, lines, short) if short.left else ([], [])

    for order in locked:
        _tell(ctx, order, lines, works, purchases)
    return locked


def _supply(
    ctx: Ctx, lines: Mapping[int, OrderLine], short: _Uncovered
) -> tuple[list[WorkOrder], list[Purchase]]:
    """Tie what stock lacks to what is coming, and plan the making and buying of the rest."""
    rest = _take_coming(lines, short)
    works = _make(ctx, lines, rest)
    purchases = _buy(ctx, lines, rest) + _buy_materials(ctx, works)
    follow_supply(ctx, works=[work.pk for work in works], purchase_lines=_lines_of(purchases))
    return works, purchases


def _uncovered(lines: Iterable[OrderLine]) -> dict[int, OrderLine]:
    """Goods still to be sent, the earliest promise first."""
    rows = [
        line
        for line in lines
        if line.shipped < line.quantity and line.item.kind == ItemKind.STOCK and not line.is_direct
    ]
    rows.sort(key=lambda line: (line.promised_on or date.max, line.pk))
    return {line.pk: line for line in rows}


@dataclass(frozen=True)
class _Uncovered:
    """What each line still lacks after stock and earlier pegs, and what others were promised before it."""

    left: dict[int, Decimal]
    before: Sequence[Claim]
    short: Sequence[Short]


def _reserve(ctx: Ctx, lines: Mapping[int, OrderLine]) -> _Uncovered:
    """Reserve free stock, and say what is left to be got."""
    found = queries.claims(item_ids={line.item_id for line in lines.values()})
    lacking = {claim.line_id: claim for claim in found}
    # Who was promised later leaves to others what they were promised first.
    latest = max((claim.order_key for claim in found if claim.line_id in lines), default=None)
    before = [c for c in found if c.line_id not in lines and latest is not None and c.order_key < latest]
    own = [lacking[pk] for pk in lines if pk in lacking]
    demands = [claim.demand() for claim in own if claim.site_id is not None]
    after = [claim.demand() for claim in before if claim.site_id is not None]
    result = inventory.reserve(ctx, demands=demands, after=after) if demands else ReserveResult()
    missing = {row.demand.origin_id: row.missing for row in result.short}
    left = {c.line_id: c.quantity if c.site_id is None else missing.get(c.line_id, ZERO) for c in own}
    return _Uncovered({pk: quantity for pk, quantity in left.items() if quantity > 0}, before, result.short)


def _take_coming(lines: Mapping[int, OrderLine], short: _Uncovered) -> dict[int, Decimal]:
    """Tie lines to work and purchases that nobody has claimed yet."""
    left = dict(short.left)
    free = queries.unclaimed({lines[pk].item_id for pk in left})
    take_before(free, short.before, short.short)
    pegs = []
    for pk in list(left):
        for supply in free.get(lines[pk].item_id, []):
            taken = min(left[pk], supply.free)
            if taken <= 0:
                continue
            supply.free -= taken
            left[pk] -= taken
            pegs.append(peg_of(ORDER_LINE, pk, supply.kind, supply.pk, lines[pk].item_id, taken))
    write_pegs(pegs)
    return {pk: quantity for pk, quantity in left.items() if quantity > 0}


def _make(ctx: Ctx, lines: Mapping[int, OrderLine], short: dict[int, Decimal]) -> list[WorkOrder]:
    """One work order for all variants of a style in an order."""
    made = {pk: lines[pk] for pk in short if lines[pk].item.supply == Supply.MAKE}
    bills = bills_for(item_ids={line.item_id for line in made.values()}, on=ctx.today)
    groups: dict[tuple[int, int], list[OrderLine]] = defaultdict(list)
    for line in made.values():
        if line.item_id in bills:
            groups[line.order_id, bills[line.item_id].pk].append(line)
    if not groups:
        return []
    drafts = [_work(ctx, rows, short) for rows in groups.values()]
    works = manufacturing.plan_work(ctx, drafts=drafts)
    rows = WorkLine.objects.filter(work__in=works, origin_kind=ORDER_LINE)
    write_pegs(
        [peg_of(ORDER_LINE, row.origin_id, WORK_LINE, row.pk, row.item_id, row.quantity) for row in rows]
    )
    for line in (line for rows_of in groups.values() for line in rows_of):
        short.pop(line.pk, None)
    return works


def _work(ctx: Ctx, rows: Sequence[OrderLine], short: Mapping[int, Decimal]) -> WorkDraft:
    order = rows[0].order
    due = min((line.promised_on for line in rows if line.promised_on), default=None)
    calendar = sites.work_calendar(order.site)
    needs = materials(demands=[(line.item_id, short[line.pk]) for line in rows], on=ctx.today)
    return WorkDraft(
        lines=[
            WorkLineDraft(item=line.item, quantity=short[line.pk], origin_kind=ORDER_LINE, origin_id=line.pk)
            for line in rows
        ],
        due_on=calendar.add(due, -queries.OUTBOUND_DAYS) if due else None,
        starts_on=_materials_day(ctx, {need.item_id: need.quantity.amount for need in needs}, order.site_id),
        site=order.site,
        origin_kind="sales.order",
        origin_id=order.pk,
    )


def _materials_day(ctx: Ctx, needs: Mapping[int, Decimal], site_id: int | None) -> date:
    """When all of these materials can be here, as far as anybody knows."""
    days = queries.material_days(ctx, needs=needs, site_id=site_id).values()
    return max([ctx.today, *(day for day in days if day is not None)])


def _buy(ctx: Ctx, lines: Mapping[int, OrderLine], short: Mapping[int, Decimal]) -> list[Purchase]:
    """Buy what is sold as it is bought."""
    wants = [
        _Want(ORDER_LINE, pk, lines[pk].item_id, quantity)
        for pk, quantity in short.items()
        if lines[pk].item.supply == Supply.BUY
    ]
    return _order(ctx, wants)


def _buy_materials(ctx: Ctx, works: Sequence[WorkOrder]) -> list[Purchase]:
    """Reserve materials in stock, take what is coming, buy the rest."""
    if not works:
        return []
    needs = making.needs_of_all(works=works)
    demands = [
        Demand(
            item_id=need.item_id,
            quantity=need.open,
            origin_kind=WORK_ORDER,
            origin_id=work.pk,
            site_id=work.site_id,
            consigned=True,
        )
        for work in works
        for need in needs[work.pk]
        if need.open > 0 and work.site_id is not None
    ]
    if demands:
        inventory.reserve(ctx, demands=demands)
    held = _held(works)
    wants = []
    for work in works:
        for need in needs[work.pk]:
            missing = need.open - held.get((work.pk, need.item_id), ZERO)
            if missing > 0 and need.supply != Supply.MAKE:
                wants.append(_Want(WORK_ORDER, work.pk, need.item_id, missing))
    return _order(ctx, wants)


def _held(works: Sequence[WorkOrder]) -> dict[tuple[int, int], Decimal]:
    rows = stock.reservations_of(kind=WORK_ORDER, ids=[work.pk for work in works])
    held: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for row in rows:
        held[row.origin_id, row.item_id] += row.quantity
    return held


class _Want:
    """A quantity of an item that a demand lacks."""

    def __init__(self, kind: str, pk: int, item_id: int, quantity: Decimal) -> None:
        self.kind, self.pk, self.item_id, self.quantity = kind, pk, item_id, quantity


def _order(ctx: Ctx, wants: Sequence[_Want]) -> list[Purchase]:
    free = queries.unclaimed({want.item_id for want in wants})
    pegs: dict[tuple[str, int, str, int], Peg] = {}
    for want in wants:
        for supply in free.get(want.item_id, []):
            taken = min(want.quantity, supply.free) if supply.kind == PURCHASE_LINE else ZERO
            if taken > 0:
                supply.free -= taken
                want.quantity -= taken
                peg = peg_of(want.kind, want.pk, PURCHASE_LINE, supply.pk, want.item_id, taken)
                pegs[want.kind, want.pk, PURCHASE_LINE, supply.pk] = peg
    write_pegs(list(pegs.values()))
    return _open_purchases(ctx, [want for want in wants if want.quantity > 0])


def _open_purchases(ctx: Ctx, wants: Sequence[_Want]) -> list[Purchase]:
    """One draft per supplier; wants of one item share a line."""
    terms: dict[int, SupplierItem] = {}
    rows = SupplierItem.objects.filter(item__in={want.item_id for want in wants})
    for row in rows.select_related("supplier", "item").order_by("-is_preferred", "lead_days"):
        terms.setdefault(row.item_id, row)
    needed: dict[int, Decimal] = defaultdict(Decimal)
    for want in wants:
        if want.item_id in terms:
            needed[want.item_id] += want.quantity
    by_supplier: dict[int, list[PurchaseLineDraft]] = defaultdict(list)
    for item_id, quantity in needed.items():
        term = terms[item_id]
        by_supplier[term.supplier_id].append(
            PurchaseLineDraft(
                item=term.item,
                quantity=term.orderable(quantity),
                requested_on=ctx.today + timedelta(days=term.lead_days),
            )
        )
    if not by_supplier:
        return []
    suppliers = {term.supplier_id: term.supplier for term in terms.values()}
    purchases = procurement.open_purchases(
        ctx, drafts=[PurchaseDraft(supplier=suppliers[pk], lines=lines) for pk, lines in by_supplier.items()]
    )
    _peg_new(wants, purchases)
    return purchases


def _peg_new(wants: Sequence[_Want], purchases: Sequence[Purchase]) -> None:
    made = {line.item_id: line for line in PurchaseLine.objects.filter(purchase__in=purchases)}
    sums: dict[tuple[str, int, int], Decimal] = defaultdict(Decimal)
    for want in wants:
        if want.item_id in made:
            sums[want.kind, want.pk, want.item_id] += want.quantity
    write_pegs(
        [
            peg_of(kind, pk, PURCHASE_LINE, made[item_id].pk, item_id, quantity)
            for (kind, pk, item_id), quantity in sums.items()
        ]
    )


def _lines_of(purchases: Sequence[Purchase]) -> list[int]:
    return (
        list(PurchaseLine.objects.filter(purchase__in=purchases).values_list("pk", flat=True))
        if purchases
        else []
    )


def _tell(
    ctx: Ctx,
    order: Order,
    lines: Mapping[int, OrderLine],
    works: Sequence[WorkOrder],
    purchases: Sequence[Purchase],
) -> None:
    own = [work.pk for work in works if work.origin_id == order.pk and work.origin_kind == "sales.order"]
    ctx.emit(
        SupplyPlanned(
            order_id=order.pk,
            customer_id=order.customer_id,
            number=order.number,
            work_ids=tuple(own),
            purchase_ids=tuple(purchase.pk for purchase in purchases),
            works=len(own),
            purchases=len(purchases),
        )
    )
