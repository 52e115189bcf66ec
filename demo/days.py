"""What people of the story do every working day: take goods in, run the stages, pick, ship, invoice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from loomline.domains.finance import commands as finance
from loomline.domains.finance.models import Invoice, InvoiceState
from loomline.domains.inventory import queries as stock
from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing import queries as making
from loomline.domains.manufacturing.commands import Output
from loomline.domains.manufacturing.models import StageState, WorkOrder, WorkStage, WorkState
from loomline.domains.planning.models import ORDER_LINE
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.commands import ReceivedLine
from loomline.domains.procurement.models import Purchase, PurchaseState
from loomline.domains.quality import commands as quality
from loomline.domains.quality.models import Check, CheckState
from loomline.domains.sales.models import Order, OrderState
from loomline.domains.warehouse import commands as warehouse
from loomline.domains.warehouse.models import Shipment, ShipmentState
from loomline_demo.story import Story

SEEN_AFTER = frozenset({1, 4, 8, 11})
NEAR = frozenset({"PT", "FR", "DE", "NL", "IT", "IE", "GB", "NO", "SE"})
SHRUGS = frozenset({"MadeLess", "MaterialsMissing", "BelowMinimum", "ReceivedMore", "StillAwaited"})


class Days:
    """Lets the days of a story pass."""

    def __init__(self, story: Story, *, seed: int) -> None:
        self.s = story
        self.dice = Random(seed)
        # Works that wait for a decision, and shipments that do not arrive.
        self.stopped: set[int] = set()
        self.stranded: set[int] = set()
        # Customers who do not pay in time.
        self.late: set[int] = set()
        self.lots = 3300
        self.positions: dict[int, tuple[float, float]] = {}
        self.after_work: list[Callable[[date], None]] = []

    def until(self, last: date) -> None:
        """Everything that is due up to a day, chapters of the story first."""
        day = self.s.today
        while day <= last:
            self.s.morning(day)
            for chapter in self.s.chapters.pop(day, []):
                chapter()
            if day.weekday() < 5:
                self._work(day)
            day += timedelta(days=1)

    def _work(self, day: date) -> None:
        self._confirm_purchases(day)
        self._receive(day)
        self._release(day)
        self._start_stages(day)
        self._finish_stages(day)
        self._measure()
        self._ship(day)
        self._deliver(day)
        self._track(day)
        self._collect(day)
        for work in self.after_work:
            work(day)

    def _confirm_purchases(self, day: date) -> None:
        for purchase in Purchase.objects.filter(state=PurchaseState.DRAFT).order_by("pk"):
            procurement.send_purchase(replace(self.s.by("buyer"), accepted=SHRUGS), purchase=purchase)
        for purchase in Purchase.objects.filter(state=PurchaseState.SENT, ordered_on__lt=day).order_by("pk"):
            procurement.confirm_purchase(
                self.s.by("buyer"),
                purchase=purchase,
                confirmed_on=purchase.expected_on or purchase.requested_on,
            )

    def _receive(self, day: date) -> None:
        due = Purchase.objects.filter(
            state__in=(PurchaseState.CONFIRMED, PurchaseState.PART_RECEIVED),
            expected_on__lte=day,
            customer__isnull=True,
        )
        for purchase in due.order_by("pk"):
            lines = [line for line in purchase.lines.select_related("item") if line.open_quantity > 0]
            if lines:
                procurement.receive_goods(
                    replace(self.s.by("warehouse"), accepted=SHRUGS),
                    purchase=purchase,
                    delivery_note=f"DN {purchase.pk + 7700}",
                    lines=[
                        ReceivedLine(
                            line=line,
                            quantity=line.open_quantity,
                            supplier_lot=f"{line.item.sku[:2]}-{7700 + line.pk}",
                        )
                        for line in lines
                    ],
                )

    def _release(self, day: date) -> None:
        planned = WorkOrder.objects.filter(state=WorkState.PLANNED, starts_on__lte=day).order_by("pk")
        works = list(planned)
        wanted = making.needs_of_all(works=works)
        ready: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
        for row in stock.reservations_of(kind="manufacturing.workorder", ids=wanted):
            ready[row.origin_id, row.item_id] += row.quantity
        items = {need.item_id for needs in wanted.values() for need in needs}
        free = stock.available(item_ids=items, on=day)
        for work in works:
            if all(ready[work.pk, n.item_id] + free[n.item_id] >= n.open for n in wanted.get(work.pk, ())):
                manufacturing.release_work(replace(self.s.by("planner"), accepted=SHRUGS), work=work)
                manufacturing.issue_material(self.s.by("production"), work=work)
                free = stock.available(item_ids=items, on=day)

    def _start_stages(self, day: date) -> None:
        ready = WorkStage.objects.filter(state=StageState.READY, expected_start__lte=day)
        for stage in ready.exclude(work__in=self.stopped).select_related("work").order_by("pk"):
            if stage.work.state == WorkState.RELEASED:
                manufacturing.start_work(self.s.by("production"), work=stage.work)
            else:
                manufacturing.start_stage(self.s.by("production"), stage=stage)

    def _finish_stages(self, day: date) -> None:
        due = WorkStage.objects.filter(state=StageState.RUNNING, expected_end__lte=day)
        for stage in due.select_related("work").order_by("pk"):
            self.finish(stage)

    def _measure(self) -> None:
        """What the check plans ask for is measured the same day, and is good."""
        for check in Check.objects.filter(state=CheckState.OPEN, sampling="single").order_by("pk"):
            share = Decimal(30 + check.pk * 17 % 50) / 100
            measured = (check.upper * share).quantize(Decimal("0.01")) if check.upper is not None else None
            quality.record_check(self.s.by("quality"), check=check, measured=measured)

    def finish(self, stage: WorkStage, *, lot: str = "") -> None:
        """End a stage with a few rejects; after the last one the goods go into stock by size."""
        work = stage.work
        last = (
            not work.stages.filter(position__gt=stage.position).exclude(state=StageState.CANCELLED).exists()
        )
        into = stage.quantity_in if stage.quantity_in is not None else stage.quantity
        if last:
            outputs = [Output(line=line, quantity=line.quantity, lot=self.lot()) for line in work.lines.all()]
            manufacturing.finish_stage(
                replace(self.s.by("production"), accepted=SHRUGS),
                stage=stage,
                quantity_out=into,
                outputs=outputs,
            )
            manufacturing.finish_work(replace(self.s.by("production"), accepted=SHRUGS), work=work)
            return
        name = (lot or self.lot()) if stage.item_id else ""
        manufacturing.finish_stage(
            replace(self.s.by("production"), accepted=SHRUGS), stage=stage, quantity_out=into, lot=name
        )

    def lot(self) -> str:
        """The next lot number of our own."""
        self.lots += 1
        return f"L-{self.lots}"

    def _ship(self, day: date) -> None:
        begun = Shipment.objects.exclude(state=ShipmentState.CANCELLED).values("order")
        confirmed = Order.objects.filter(state__in=(OrderState.CONFIRMED, OrderState.PART_SHIPPED))
        rows = confirmed.exclude(pk__in=begun).select_related("customer", "ship_to")
        orders = list(rows.prefetch_related("lines").order_by("promised_on", "pk"))
        keys = [line.pk for order in orders for line in order.lines.all()]
        reserved = stock.reserved_for(kind=ORDER_LINE, ids=keys)
        for order in orders:
            lines = list(order.lines.all())
            if any(reserved[line.pk] < line.open_quantity for line in lines):
                continue
            shipment = warehouse.pick_order(self.s.by("warehouse"), order=order)
            warehouse.pack_shipment(
                self.s.by("warehouse"), shipment=shipment, packages=max(1, int(len(lines) / 2))
            )
            self.send(shipment, days=self.way(order))
            finance.invoice_order(self.s.by("finance"), order=order)

    def way(self, order: Order) -> int:
        """Days on the road."""
        return 2 if order.ship_to is None or order.ship_to.country in NEAR else 12

    def send(self, shipment: Shipment, *, days: int) -> None:
        """The goods leave."""
        warehouse.ship_shipment(
            self.s.by("warehouse"),
            shipment=shipment,
            expected_on=self.s.today + timedelta(days=days),
            tracking=f"HK{900000 + shipment.pk}",
        )

    def _track(self, day: date) -> None:
        for shipment in Shipment.objects.filter(state=ShipmentState.SHIPPED).select_related("site"):
            if shipment.shipped_at is not None and (day - shipment.shipped_at.date()).days in SEEN_AFTER:
                self._seen(shipment, day)

    def _seen(self, shipment: Shipment, day: date) -> None:
        """The carrier says once a day where the goods are."""
        goal = (shipment.ship_latitude, shipment.ship_longitude)
        home = (shipment.site.latitude, shipment.site.longitude)
        if None in goal or None in home or shipment.shipped_at is None or shipment.expected_on is None:
            return
        whole = max((shipment.expected_on - shipment.shipped_at.date()).days, 1)
        share = Decimal(min((day - shipment.shipped_at.date()).days, whole)) / whole
        latitude, longitude = (a + (b - a) * share for a, b in zip(home, goal, strict=True))
        warehouse.report_position(
            self.s.by("warehouse"),
            shipment=shipment,
            place=_where(share, whole),
            latitude=latitude.quantize(Decimal("0.0001")),
            longitude=longitude.quantize(Decimal("0.0001")),
        )

    def _deliver(self, day: date) -> None:
        underway = Shipment.objects.filter(state=ShipmentState.SHIPPED, expected_on__lte=day)
        for shipment in underway.exclude(pk__in=self.stranded).order_by("pk"):
            warehouse.deliver_shipment(self.s.by("warehouse"), shipment=shipment, received_by="Goods in")

    def _collect(self, day: date) -> None:
        due = Invoice.objects.filter(state=InvoiceState.POSTED, due_on__lte=day).select_related("customer")
        for invoice in due.exclude(customer__in=self.late).order_by("pk"):
            finance.take_payment(
                self.s.by("finance"),
                customer=invoice.customer,
                amount=invoice.total - invoice.paid,
                currency=invoice.currency,
                reference=invoice.number,
                invoices=[invoice],
            )


def _where(share: Decimal, whole: int) -> str:
    if whole <= 5:
        return "the motorway"
    return (
        "the port of Leixões"
        if share < Decimal("0.2")
        else "sea"
        if share < Decimal("0.8")
        else "the port of arrival"
    )
