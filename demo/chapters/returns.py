"""Three returns: one is back in stock, one was scrapped and credited, one waits to be inspected."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from loomline.domains.finance.models import InvoiceState
from loomline.domains.inventory.models import StockMove
from loomline.domains.returns import commands as returns
from loomline.domains.returns import reference
from loomline.domains.returns.commands import InspectionDraft, ReturnLineDraft, SettlementDraft
from loomline.domains.returns.models import (
    Disposition,
    GoodsReturn,
    Grade,
    ReturnReason,
    ReturnState,
    Settlement,
)
from loomline.domains.returns.queries import ORIGIN
from loomline.domains.warehouse.models import Shipment, ShipmentLine, ShipmentState
from loomline_demo.halden import Halden

# Why, how many pieces, and what the customer says.
ASKED = (
    ("Not wanted any more", 4, "Two too many of each size; unworn, still in their bags."),
    ("Faulty", 3, "The cuffs open after the first wash. Photographs follow."),
    ("Damaged on the way", 6, "The carton was wet on one side; the top layer is stained."),
)


def opens(halden: Halden) -> None:
    """The list of reasons that customers choose from."""
    reference.load(halden.s.by("Demo"))


def ends(halden: Halden) -> None:
    """The newest deliveries that are not paid yet: what came back of them, and what became of it."""
    restocked, faulty, waiting = (
        _asked(halden, line, *asked) for line, asked in zip(_delivered(), ASKED, strict=False)
    )
    _here(halden, restocked)
    _settled(halden, restocked, Grade.AS_NEW, Disposition.RESTOCK, "unworn, in its bag")
    _here(halden, faulty, freight=Decimal("18.40"))
    _settled(halden, faulty, Grade.FAULTY, Disposition.SCRAP, "linking of the cuffs has run")
    _here(halden, waiting)


def _delivered() -> Iterator[ShipmentLine]:
    """The first line of each delivered shipment whose invoice is open, the newest first."""
    rows = Shipment.objects.filter(state=ShipmentState.DELIVERED, order__invoices__state=InvoiceState.POSTED)
    for shipment in rows.distinct().order_by("-pk"):
        line = shipment.lines.filter(quantity__gte=10).order_by("position").first()
        if line is not None:
            yield line


def _asked(halden: Halden, line: ShipmentLine, why: str, pieces: int, words: str) -> GoodsReturn:
    shipment = line.shipment
    asked = returns.return_shipment(
        halden.s.by("mara"),
        shipment=shipment,
        reason=ReturnReason.objects.get(name=why),
        words=words,
        lines=[ReturnLineDraft(order_line=line.order_line, quantity=Decimal(pieces), lot=line.lot)],
    )
    return returns.approve_return(halden.s.by("mara"), goods_return=asked)


def _here(halden: Halden, goods_return: GoodsReturn, *, freight: Decimal | None = None) -> None:
    returns.receive_return(halden.s.by("warehouse"), goods_return=goods_return, freight=freight)


def _settled(
    halden: Halden, goods_return: GoodsReturn, grade: Grade, disposition: Disposition, note: str
) -> None:
    lines = [
        InspectionDraft(line=line, quantity=line.to_inspect, grade=grade, disposition=disposition, note=note)
        for line in goods_return.lines.all()
    ]
    returns.inspect_return(halden.s.by("quality"), goods_return=goods_return, lines=lines)
    findings = [
        SettlementDraft(finding=one, settlement=Settlement.CREDIT) for one in goods_return.findings.all()
    ]
    returns.settle_return(halden.s.by("finance"), goods_return=goods_return, lines=findings)


def proves(halden: Halden) -> None:
    """What came back is what moved, and what was credited is what came back."""
    expect = halden.s.expect
    states = list(GoodsReturn.objects.order_by("pk").values_list("state", flat=True))
    expect(
        states == [ReturnState.SETTLED, ReturnState.SETTLED, ReturnState.RECEIVED],
        "two returns are settled, one waits to be inspected",
    )
    moved = StockMove.objects.filter(origin_kind=ORIGIN, source__kind="customer")
    came = sum(move.quantity for move in moved)
    expect(came == sum(pieces for _why, pieces, _words in ASKED), "thirteen pieces have come back")
    credited = sum(
        -one.credit_line.quantity for found in GoodsReturn.objects.all() for one in found.credits.all()
    )
    expect(credited == came - ASKED[-1][1], "what was inspected is credited, what waits is not")
