"""Every stage of every open order line, as it is or as it was at any moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q, QuerySet

from loomline.domains.catalog.models import Style
from loomline.domains.manufacturing.models import WorkLine, WorkStage
from loomline.domains.parties.models import Party
from loomline.domains.planning.models import ORDER_LINE, PURCHASE_LINE, WORK_LINE, WORK_ORDER, Peg
from loomline.domains.procurement.models import PurchaseLine
from loomline.domains.sales.models import Order, OrderLine, OrderState
from loomline.domains.sales.models.order import OPEN
from loomline.domains.tracing.queries.history import book_of, deleted
from loomline.domains.tracing.queries.thread import Stretch, Thread, threads_in
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.history import as_of

AT_ONCE = 200
MOST_READ = 2_000
ENDED = (OrderState.SHIPPED, OrderState.CLOSED)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which lines are asked for: of a style, a customer, with a partner, late or at risk; after which one."""

    order: int | None = None
    style: int | None = None
    customer: int | None = None
    partner: int | None = None
    only: str = ""
    after: tuple[date, int] | None = None
    most: int = 100


@dataclass(frozen=True)
class Stages:
    """Threads in the order of their promises, and where the next page begins (None: these are all)."""

    threads: tuple[Thread, ...]
    next: tuple[date, int] | None


def stages(ctx: Ctx, *, at: datetime | None = None, wanted: Wanted) -> Stages:
    """The threads of the order lines that are open, or were at a moment, the earliest promise first.

    For a past moment this is what was told then, whatever happened since: every row is read back from the
    audit. So many statements for each 200 lines, whatever the number of stages.
    """
    day = at.astimezone(ctx.company.zone).date() if at else ctx.today
    keys = dict(_candidates(ctx, at, wanted).values_list("pk", "promised_on")[:MOST_READ])
    found: dict[int, Thread] = {}
    for ids in _batches(ctx, at, wanted, list(keys)):
        book = book_of(ids, at=at, day=day)
        fitting = {thread.line.pk: thread for thread in threads_in(book) if _fits(thread, wanted)}
        found |= {pk: fitting[pk] for pk in ids if pk in fitting}
        if len(found) > wanted.most:
            break
    shown = list(found)[: wanted.most]
    last = shown[-1] if len(found) > wanted.most else list(keys)[-1] if len(keys) == MOST_READ else None
    after = None if last is None else (keys[last] or date.max, last)
    return Stages(tuple(sorted((found[pk] for pk in shown), key=_key)), after)


def _batches(ctx: Ctx, at: datetime | None, wanted: Wanted, ids: list[int]) -> Iterator[list[int]]:
    """Some lines at a time; for a past moment those too that have been taken out of their orders since."""
    if at is not None and wanted.after is None:
        gone = as_of(OrderLine, deleted(OrderLine, at), at)
        orders = access.visible(ctx, Order).filter(pk__in={line.order_id for line in gone.values()})
        seen = set(orders.values_list("pk", flat=True))
        yield [pk for pk, line in gone.items() if line.order_id in seen]
    for first in range(0, len(ids), AT_ONCE):
        yield ids[first : first + AT_ONCE]


def _candidates(ctx: Ctx, at: datetime | None, wanted: Wanted) -> QuerySet[OrderLine]:
    rows = access.visible(ctx, OrderLine)
    if at is None:
        rows = rows.filter(order__state__in=OPEN, shipped__lt=F("quantity"))
    else:
        # Whether it was open then is seen when it has been read back; this leaves out what surely was not.
        rows = rows.filter(order__confirmed_at__lte=at).exclude(
            order__state__in=ENDED, order__shipped_at__lte=at, order__closed_at__isnull=True
        )
    if wanted.order:
        rows = rows.filter(order=wanted.order)
    if wanted.style:
        rows = rows.filter(item__style=wanted.style)
    if wanted.customer:
        rows = rows.filter(order__customer=wanted.customer)
    if wanted.partner and at is None:
        rows = rows.filter(pk__in=_lines_with(wanted.partner))
    if wanted.after:
        day, pk = wanted.after
        rows = rows.filter(Q(promised_on__gt=day) | Q(promised_on=day, pk__gt=pk))
    return rows.order_by("promised_on", "pk")


def _lines_with(partner: int) -> list[int]:
    """The order lines for which a partner has work or goods on order. Four statements."""
    works = set(WorkStage.objects.filter(partner=partner).values_list("work", flat=True))
    bought = PurchaseLine.objects.filter(purchase__supplier=partner).values_list("pk", flat=True)
    on = Peg.objects.filter(supply_kind=PURCHASE_LINE, supply_id__in=bought, quantity__gt=0)
    found = list(on.values_list("demand_kind", "demand_id"))
    works |= {pk for kind, pk in found if kind == WORK_ORDER}
    made = WorkLine.objects.filter(work__in=works).values_list("pk", flat=True)
    above = Peg.objects.filter(
        supply_kind=WORK_LINE, supply_id__in=made, demand_kind=ORDER_LINE, quantity__gt=0
    )
    return [*above.values_list("demand_id", flat=True), *(pk for kind, pk in found if kind == ORDER_LINE)]


def _key(thread: Thread) -> tuple[date, int]:
    return thread.line.promised_on or date.max, thread.line.pk


def _fits(thread: Thread, wanted: Wanted) -> bool:
    line, order = thread.line, thread.order
    if order.state not in OPEN or line.open_quantity <= 0:
        return False
    if wanted.order not in (None, order.pk):
        return False
    if wanted.style not in (None, thread.item.style_id) or wanted.customer not in (None, order.customer_id):
        return False
    if wanted.partner and wanted.partner not in {stretch.holder_id for stretch in thread.stretches}:
        return False
    return not wanted.only or thread.is_late or (wanted.only == "risk" and thread.is_tight)


def narrowed_by(ctx: Ctx) -> tuple[dict[int, str], dict[int, str]]:
    """The styles and the customers that have open lines, by key. Two statements."""
    lines = access.visible(ctx, OrderLine).filter(order__state__in=OPEN)
    styles = Style.objects.filter(pk__in=lines.values("item__style")).order_by("name")
    customers = Party.objects.filter(pk__in=lines.values("order__customer")).order_by("name")
    return dict(styles.values_list("pk", "name")), dict(customers.values_list("pk", "name"))


def holders_of(threads: Sequence[Thread]) -> dict[int, str]:
    """The partners of these threads by key."""
    found = {stretch.holder_id: stretch.holder for thread in threads for stretch in thread.stretches}
    return {pk: name for pk, name in sorted(found.items(), key=lambda one: one[1]) if pk}


def calendar_of(threads: Sequence[Thread]) -> list[tuple[Sequence[Thread], Stretch]]:
    """What of these threads is still to end, by the day on which it must: time and action.

    What several lines wait for stands there once, with the least slack that any of them leaves it.
    """
    found: dict[tuple[int, str], list[tuple[Thread, Stretch]]] = defaultdict(list)
    for thread in threads:
        for stretch in thread.stretches:
            own = 0 if stretch.document else thread.line.pk
            if stretch.progress != "done":
                found[own, stretch.key].append((thread, stretch))
    rows = [
        ([thread for thread, _one in some], min((one for _t, one in some), key=_due))
        for some in found.values()
    ]
    return sorted(rows, key=lambda row: (_due(row[1]), row[0][0].line.pk))


def _due(stretch: Stretch) -> date:
    return stretch.play.latest_on or date.max
