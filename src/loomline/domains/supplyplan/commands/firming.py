"""One click makes documents of planned orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _

from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing.commands import WorkDraft, WorkLineDraft
from loomline.domains.manufacturing.models import WorkOrder
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.commands import PurchaseDraft, PurchaseLineDraft
from loomline.domains.procurement.models import Purchase
from loomline.domains.storage import commands as storage
from loomline.domains.storage.commands import TransferLineDraft
from loomline.domains.storage.models import Transfer
from loomline.domains.supplyplan.events import PlannedOrdersFirmed
from loomline.domains.supplyplan.models import (
    ActionMessage,
    OrderKind,
    PlannedOrder,
    PlannedState,
)
from loomline.domains.supplyplan.queries.documents import PURCHASE, TRANSFER, WORK
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock_all
from loomline.kernel.refusal import Refused

S = TypeVar("S")
ORIGIN = "supplyplan.plannedorder"


class NoSource(Refused):
    """Nobody is known who could bring it."""

    says = _("Nobody supplies {item}. Name a supplier on its page, or how it is made, and plan again.")


@command(states=("proposed",), label=_("Firm"), icon="check")
def firm_orders(ctx: Ctx, *, orders: list[PlannedOrder]) -> list[PlannedOrder]:
    """Make purchase orders (one for each supplier and site), work orders and transfers of proposals.

    What is firmed already stays as it is, so a second click orders nothing twice.
    """
    locked: list[PlannedOrder] = lock_all(orders)
    wanted = {row.pk: row for row in locked if row.state == PlannedState.PROPOSED}
    if not wanted:
        return locked

    rows = list(
        PlannedOrder.objects.filter(pk__in=wanted)
        .select_related("item__unit", "site", "supplier", "from_site")
        .order_by("start_on", "pk")
    )
    for row in rows:
        if row.kind == OrderKind.NONE:
            raise NoSource(item=row.item)

    purchases = _buy(ctx, [row for row in rows if row.kind == OrderKind.BUY])
    works = _make(ctx, [row for row in rows if row.kind == OrderKind.MAKE])
    transfers = _move(ctx, [row for row in rows if row.kind == OrderKind.MOVE])
    PlannedOrder.objects.bulk_update(
        rows, ["state", "document_kind", "document_id", "document", "firmed_at"], batch_size=500
    )
    ActionMessage.objects.filter(order__in=[row.pk for row in rows]).delete()

    ctx.emit(
        PlannedOrdersFirmed(
            order_ids=tuple(row.pk for row in rows),
            purchase_ids=tuple(one.pk for one in purchases),
            work_ids=tuple(one.pk for one in works),
            transfer_ids=tuple(one.pk for one in transfers),
            orders=len(rows),
            purchases=len(purchases),
            works=len(works),
            transfers=len(transfers),
        )
    )
    return [next((row for row in rows if row.pk == one.pk), one) for one in locked]


@dataclass(frozen=True, kw_only=True)
class ProposalDraft:
    """A planned order that was reckoned elsewhere."""

    item_id: int
    site_id: int
    kind: str
    quantity: Decimal
    started: Decimal
    start_on: date
    due_on: date
    need_on: date
    is_late: bool = False
    supplier_id: int | None = None
    from_site_id: int | None = None


@command(hidden=True)
def firm_proposals(ctx: Ctx, *, drafts: list[ProposalDraft]) -> list[PlannedOrder]:
    """Firm planned orders that were reckoned elsewhere; one that the plan proposes alike is that one."""
    items = {draft.item_id for draft in drafts}
    rows = PlannedOrder.objects.filter(state=PlannedState.PROPOSED, item__in=items)
    standing: dict[ProposalDraft, list[PlannedOrder]] = defaultdict(list)
    for row in lock_all(rows):
        standing[_draft_of(row)].append(row)

    orders = []
    for draft in drafts:
        same = standing.get(draft)
        orders.append(same.pop() if same else PlannedOrder.objects.create(**asdict(draft)))
    return firm_orders(ctx, orders=orders)


def _draft_of(row: PlannedOrder) -> ProposalDraft:
    return ProposalDraft(**{one.name: getattr(row, one.name) for one in fields(ProposalDraft)})


def _buy(ctx: Ctx, rows: Sequence[PlannedOrder]) -> list[Purchase]:
    groups = _grouped(rows, lambda row: (row.supplier_id, row.site_id))
    drafts = [
        PurchaseDraft(
            supplier=_source(some[0], some[0].supplier),
            site=some[0].site,
            requested_on=min(_day(ctx, row.due_on) for row in some),
            lines=[
                PurchaseLineDraft(
                    item=row.item,
                    quantity=row.started,
                    requested_on=_day(ctx, row.due_on),
                    origin_kind=ORIGIN,
                    origin_id=row.pk,
                )
                for row in some
            ],
        )
        for some in groups
    ]
    made = procurement.open_purchases(ctx, drafts=drafts) if drafts else []
    _name(ctx, groups, made, PURCHASE)
    return made


def _make(ctx: Ctx, rows: Sequence[PlannedOrder]) -> list[WorkOrder]:
    drafts = [
        WorkDraft(
            lines=[WorkLineDraft(item=row.item, quantity=row.started, origin_kind=ORIGIN, origin_id=row.pk)],
            due_on=_day(ctx, row.due_on),
            site=row.site,
            origin_kind=ORIGIN,
            origin_id=row.pk,
        )
        for row in rows
    ]
    made = manufacturing.plan_work(ctx, drafts=drafts) if drafts else []
    _name(ctx, [[row] for row in rows], made, WORK)
    return made


def _move(ctx: Ctx, rows: Sequence[PlannedOrder]) -> list[Transfer]:
    groups = _grouped(rows, lambda row: (row.from_site_id, row.site_id, row.start_on, row.due_on))
    made = [
        storage.open_transfer(
            ctx,
            source=_source(some[0], some[0].from_site),
            destination=some[0].site,
            planned_on=_day(ctx, some[0].start_on),
            expected_on=_day(ctx, some[0].due_on),
            lines=[TransferLineDraft(item=row.item, quantity=row.started) for row in some],
        )
        for some in groups
    ]
    _name(ctx, groups, made, TRANSFER)
    return made


def _source(row: PlannedOrder, source: S | None) -> S:
    if source is None:
        raise NoSource(item=row.item)
    return source


def _grouped(rows: Iterable[PlannedOrder], key: Any) -> list[list[PlannedOrder]]:
    found: dict[Any, list[PlannedOrder]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return list(found.values())


def _name(ctx: Ctx, groups: Sequence[Sequence[PlannedOrder]], made: Sequence[Any], kind: str) -> None:
    """Each planned order says what has become of it."""
    for some, document in zip(groups, made, strict=True):
        for row in some:
            row.state, row.firmed_at = PlannedState.FIRMED, ctx.now
            row.document_kind, row.document_id, row.document = kind, document.pk, document.number


def _day(ctx: Ctx, day: date) -> date:
    """Nothing is asked for in the past."""
    return max(day, ctx.today)
