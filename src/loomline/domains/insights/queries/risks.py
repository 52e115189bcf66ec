"""Orders that will miss their promise, why, and what could be done; and what is on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Q, Sum
from django.utils.translation import gettext as _

from loomline.domains.accounts.models import User
from loomline.domains.inventory.models import Balance, Lot
from loomline.domains.manufacturing import queries as making
from loomline.domains.manufacturing.models import StageState, WorkLine, WorkStage
from loomline.domains.planning import queries as planning
from loomline.domains.planning.models import ORDER_LINE, PURCHASE_LINE, WORK_LINE, Peg
from loomline.domains.procurement.models import PurchaseLine
from loomline.domains.sales.models import Order, OrderLine, OrderState
from loomline.domains.warehouse.models import Shipment, ShipmentState
from loomline.kernel import access
from loomline.kernel.context import Ctx

OPEN = (OrderState.CONFIRMED, OrderState.PART_SHIPPED)


@dataclass(frozen=True)
class Way:
    """A way out: what the button says, and where it leads."""

    label: str
    kind: str
    object_id: int


@dataclass(frozen=True)
class OrderAtRisk:
    """An order whose goods are expected after the promise, or are not covered at all."""

    order_id: int
    number: str
    customer: str
    customer_id: int
    cause: str
    icon: str
    promised_on: date
    expected_on: date | None
    total: Decimal
    currency: str
    way: Way
    is_held: bool = False

    @property
    def days(self) -> int | None:
        """Days after the promise; None where nobody knows the day."""
        return None if self.expected_on is None else (self.expected_on - self.promised_on).days

    @property
    def tone(self) -> str:
        """A week is bad, and so is no day at all; less is a warning."""
        return "bad" if self.days is None or self.days >= 5 else "warn"


AtRisk = tuple[Sequence[OrderAtRisk], int, Mapping[str, Decimal]]


@dataclass(frozen=True)
class Underway:
    """A shipment on the map."""

    shipment_id: int
    number: str
    goal: str
    customer: str
    mode: str
    start: tuple[Decimal, Decimal] | None
    end: tuple[Decimal, Decimal] | None
    at: tuple[Decimal, Decimal] | None
    expected_on: date | None
    promised_on: date | None
    is_overdue: bool
    reason: str

    @property
    def days_late(self) -> int:
        if self.expected_on is None or self.promised_on is None:
            return 0
        return max((self.expected_on - self.promised_on).days, 0)

    @property
    def tone(self) -> str:
        if self.is_overdue or self.days_late >= 3:
            return "bad"
        return "warn" if self.days_late else ""


def at_risk(ctx: Ctx, *, limit: int = 8, owner: User | None = None) -> AtRisk:
    """The orders at risk, worst first; how many there are; their worth by currency. Of one owner, if asked.

    Seven statements, three more while a lot is held.
    """
    held = _held()
    late = (
        access.visible(ctx, Order)
        .filter(state__in=OPEN)
        .filter(
            Q(expected_on__gt=F("promised_on"))
            | Q(expected_on__isnull=True)
            | Q(promised_on__lt=ctx.today)
            | Q(pk__in=held)
        )
        .select_related("customer")
    )
    late = late.filter(owner=owner) if owner is not None else late
    sums = list(late.order_by().values_list("currency").annotate(Sum("total"), Count("pk")))
    worth = {currency: amount for currency, amount, _n in sums}
    count = sum(n for _currency, _amount, n in sums)
    orders = sorted(
        late.order_by("-total")[: limit * 5],
        key=lambda o: (
            not o.has_no_day,
            (o.promised_on or ctx.today) - max(_day(o), ctx.today),
            -o.total,
        ),
    )
    chosen = orders[:limit]
    causes = _causes([order.pk for order in chosen])
    ways = _ways(chosen)
    found = [
        OrderAtRisk(
            order_id=order.pk,
            number=order.number,
            customer=order.customer.name,
            customer_id=order.customer_id,
            cause=causes.get(order.pk) or _cause(held.get(order.pk)),
            icon=_icon(causes.get(order.pk, "")),
            promised_on=order.promised_on or ctx.today,
            expected_on=None if order.has_no_day else max(_day(order), ctx.today),
            total=order.total,
            currency=order.currency,
            way=_way(order, held.get(order.pk), ways),
            is_held=order.pk in held,
        )
        for order in chosen
    ]
    return found, count, worth


def underway(ctx: Ctx, *, limit: int = 40) -> list[Underway]:
    """Shipments on the road, latest first to suffer. One statement."""
    moving = (
        access.visible(ctx, Shipment)
        .filter(state=ShipmentState.SHIPPED)
        .select_related("site", "customer")
        .order_by("-expected_on", "pk")[:limit]
    )
    found = [
        Underway(
            shipment_id=s.pk,
            number=s.number,
            goal=s.ship_address.split(",")[-1].strip() if s.ship_address else s.customer.name,
            customer=s.customer.name,
            mode=str(s.get_mode_display()),
            start=_point(s.site.latitude, s.site.longitude),
            end=_point(s.ship_latitude, s.ship_longitude),
            at=_point(s.latitude, s.longitude),
            expected_on=s.expected_on,
            promised_on=s.promised_on,
            is_overdue=s.is_overdue(ctx.today),
            reason=s.delay_reason,
        )
        for s in moving
    ]
    return sorted(found, key=lambda s: (-s.days_late, not s.is_overdue, s.shipment_id))


def _held() -> dict[int, Lot]:
    """Orders whose goods are made of a lot that is held, and the lot."""
    stages = list(making.held_stages())
    if not stages:
        return {}
    lot_of = {stage.work_id: stage.lot for stage in stages if stage.lot}
    work_of = dict(WorkLine.objects.filter(work__in=lot_of).values_list("pk", "work_id"))
    pegs = [peg for peg in planning.pegs_on(kind=WORK_LINE, ids=work_of) if peg.demand_kind == ORDER_LINE]
    order_of = dict(
        OrderLine.objects.filter(pk__in=[peg.demand_id for peg in pegs]).values_list("pk", "order_id")
    )
    return {
        order_of[peg.demand_id]: lot_of[work_of[peg.supply_id]] for peg in pegs if peg.demand_id in order_of
    }


def _cause(lot: Lot | None) -> str:
    return _("Lot {lot} is held").format(lot=lot) if lot else _("Promised day has passed")


def _way(order: Order, lot: Lot | None, ways: dict[int, Way]) -> Way:
    if lot is not None:
        return Way(_("Decide on {lot}").format(lot=lot), "inventory.lot", lot.pk)
    return ways.get(order.pk) or Way(_("Plan supply"), "sales.order", order.pk)


def _day(order: Order) -> date:
    return order.expected_on or order.promised_on or order.ordered_on


def _point(latitude: Decimal | None, longitude: Decimal | None) -> tuple[Decimal, Decimal] | None:
    return (latitude, longitude) if latitude is not None and longitude is not None else None


def _causes(order_ids: Iterable[int]) -> dict[int, str]:
    lines = (
        OrderLine.objects.filter(order__in=order_ids)
        .exclude(cause="")
        .order_by("order", "-expected_on", "pk")
    )
    found: dict[int, str] = {}
    for order_id, cause in lines.values_list("order_id", "cause"):
        found.setdefault(order_id, cause)
    return found


def _icon(cause: str) -> str:
    words = {
        "dye": "droplet",
        "yarn": "spiral",
        "knit": "needle",
        "tailor": "scissors",
        "check": "checkup-list",
    }
    lower = cause.lower()
    return next((icon for word, icon in words.items() if word in lower), "clock")


def _ways(orders: list[Order]) -> dict[int, Way]:
    """Free stock first, then the late stage, then the late purchase; all read set-wise."""
    ids = [order.pk for order in orders]
    lines = list(OrderLine.objects.filter(order__in=ids, shipped__lt=F("quantity")))
    free = _free_stock({line.item_id for line in lines})
    pegs = list(
        Peg.objects.filter(demand_kind=ORDER_LINE, demand_id__in=[line.pk for line in lines], quantity__gt=0)
    )
    stages = _late_stages([peg.supply_id for peg in pegs if peg.supply_kind == WORK_LINE])
    bought = dict(
        PurchaseLine.objects.filter(
            pk__in=[peg.supply_id for peg in pegs if peg.supply_kind == PURCHASE_LINE]
        ).values_list("pk", "purchase_id")
    )
    by_line = {line.pk: line for line in lines}
    ways: dict[int, Way] = {}
    for line in lines:
        if free.get(line.item_id, Decimal(0)) >= line.open_quantity:
            ways.setdefault(line.order_id, Way(_("Use free stock"), "sales.order", line.order_id))
    for peg in pegs:
        order_id = by_line[peg.demand_id].order_id
        if peg.supply_kind == WORK_LINE and peg.supply_id in stages:
            work_id, name = stages[peg.supply_id]
            ways.setdefault(
                order_id,
                Way(_("Look at {stage}").format(stage=name.lower()), "manufacturing.workorder", work_id),
            )
        elif peg.supply_id in bought:
            ways.setdefault(
                order_id, Way(_("Chase the supplier"), "procurement.purchase", bought[peg.supply_id])
            )
    return ways


def _free_stock(item_ids: set[int]) -> dict[int, Decimal]:
    rows = Balance.objects.filter(item__in=item_ids, is_physical=True, owner__isnull=True)
    rows = rows.filter(on_hand__gt=F("reserved"))
    free: dict[int, Decimal] = {}
    for item_id, on_hand, reserved in rows.values_list("item_id", "on_hand", "reserved"):
        free[item_id] = free.get(item_id, Decimal(0)) + on_hand - reserved
    return free


def _late_stages(work_line_ids: list[int]) -> dict[int, tuple[int, str]]:
    works = dict(WorkLine.objects.filter(pk__in=work_line_ids).values_list("pk", "work_id"))
    stages = WorkStage.objects.filter(
        work__in=set(works.values()), state__in=(StageState.READY, StageState.RUNNING, StageState.WAITING)
    ).filter(expected_end__gt=F("planned_end"))
    first: dict[int, str] = {}
    for work_id, name in stages.order_by("work", "position").values_list("work_id", "name"):
        first.setdefault(work_id, name)
    return {line: (work, first[work]) for line, work in works.items() if work in first}
