"""A customer who has ten sweaters of one lot and twenty labels, and the invoice for them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from loomline.domains.finance import commands as finance
from loomline.domains.finance.models import Invoice
from loomline.domains.inventory.models import Balance, Lot
from loomline.domains.returns import commands as returns
from loomline.domains.returns import reference
from loomline.domains.returns.commands import ReturnLineDraft
from loomline.domains.returns.models import GoodsReturn, ReturnLine, ReturnReason
from loomline.domains.sales.models import Order, OrderLine
from loomline.domains.warehouse import commands as warehouse
from loomline.domains.warehouse.models import Shipment
from loomline.kernel.context import Ctx
from tests.domains.warehouse.dock import Dock, make_dock


@dataclass
class Home:
    """What the tests of returns stand on."""

    dock: Dock
    shipment: Shipment
    invoice: Invoice
    lot: Lot
    faulty: ReturnReason

    @property
    def ctx(self) -> Ctx:
        return self.dock.ctx

    @property
    def order(self) -> Order:
        return self.shipment.order

    @property
    def sweaters(self) -> OrderLine:
        found: OrderLine = self.order.lines.get(item=self.dock.sweater)
        return found

    @property
    def labels(self) -> OrderLine:
        found: OrderLine = self.order.lines.get(item=self.dock.label)
        return found

    def asked(self, quantity: str = "4", *, approve: bool = True) -> GoodsReturn:
        """A return of sweaters."""
        made = returns.open_return(
            self.ctx,
            order=self.order,
            reason=self.faulty,
            words="The seams open.",
            lines=[ReturnLineDraft(order_line=self.sweaters, quantity=Decimal(quantity))],
        )
        return returns.approve_return(self.ctx, goods_return=made) if approve else made

    def line(self, goods_return: GoodsReturn) -> ReturnLine:
        """The only line of a return, as it is now."""
        return ReturnLine.objects.get(goods_return=goods_return)

    def looked_at(self, goods_return: GoodsReturn, *parts: tuple[str, str, str]) -> GoodsReturn:
        """Findings of the only line: quantity, grade, disposition."""
        line = self.line(goods_return)
        return returns.inspect_return(
            self.ctx,
            goods_return=goods_return,
            lines=[
                returns.InspectionDraft(
                    line=line, quantity=Decimal(quantity), grade=grade, disposition=disposition
                )
                for quantity, grade, disposition in parts
            ],
        )

    def settled(self, goods_return: GoodsReturn, *how: str) -> GoodsReturn:
        """Findings that are not settled yet, in their order, in these ways."""
        rows = goods_return.findings.filter(settlement="").order_by("pk")
        lines = [
            returns.SettlementDraft(finding=row, settlement=one) for row, one in zip(rows, how, strict=True)
        ]
        return returns.settle_return(self.ctx, goods_return=goods_return, lines=lines)

    def there(self, place: str) -> Decimal:
        """How many sweaters of the lot lie at a place of the site, by its code."""
        rows = Balance.objects.filter(lot=self.lot, location__code=place, location__site=self.dock.mill.site)
        return sum((row.on_hand for row in rows), Decimal(0))

    def scrapped(self) -> Decimal:
        """How many sweaters of the lot were thrown away."""
        rows = Balance.objects.filter(lot=self.lot, location__kind="scrap")
        return sum((row.on_hand for row in rows), Decimal(0))


def make_home() -> Home:
    """Set it up through the same commands as people."""
    dock = make_dock()
    reference.load(dock.ctx)
    shipment = dock.shipment((dock.sweater, "10"), (dock.label, "20"))
    shipment = warehouse.ship_shipment(dock.ctx, shipment=shipment)
    shipment = warehouse.deliver_shipment(dock.ctx, shipment=shipment, received_by="Nora")
    invoice = finance.invoice_order(dock.ctx, order=shipment.order)
    return Home(
        dock=dock,
        shipment=shipment,
        invoice=invoice,
        lot=Lot.objects.get(item=dock.sweater),
        faulty=ReturnReason.objects.get(name="Faulty"),
    )


@pytest.fixture
def home(db: None) -> Home:
    return make_home()
