"""What was bought under a contract, and how far commitments are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from loomline.domains.contracts.models import Commitment, Contract
from loomline.domains.ledger import queries as ledger
from loomline.domains.procurement.models import PurchaseState, ReceiptLine, ReceiptState
from loomline.domains.procurement.models.purchase import AWAITING, PurchaseLine
from loomline.kernel.context import Ctx

ZERO, CENT, SHARE = Decimal(0), Decimal("0.01"), Decimal("0.0001")


@dataclass(frozen=True)
class Bought:
    """One line of goods that came under a contract: what was taken, and its worth in the contract's money."""

    receipt_line: ReceiptLine
    on: date
    quantity: Decimal
    rejected: Decimal
    price: Decimal

    @property
    def item_id(self) -> int:
        return self.receipt_line.item_id

    @property
    def worth(self) -> Decimal:
        """What was taken, at the net price."""
        return (self.quantity * self.price).quantize(CENT)

    @property
    def days_late(self) -> int:
        """Days after the one confirmed, or else requested; negative when earlier."""
        line = self.receipt_line.purchase_line
        due = line.confirmed_on or line.requested_on
        return (self.on - due).days if due is not None else 0


@dataclass(frozen=True)
class BurnDown:
    """How far a commitment is: what came, what is on order, and where it would be were it even."""

    commitment: Commitment
    promised: Decimal
    came: Decimal
    on_order: Decimal
    time_share: Decimal

    @property
    def share(self) -> Decimal:
        """The part that has come."""
        return (self.came / self.promised).quantize(SHARE)

    @property
    def missing(self) -> Decimal:
        """What has not come yet."""
        return max(self.promised - self.came, ZERO)

    @property
    def is_behind(self) -> bool:
        """True when less has come, or is on order, than the time gone by asks for."""
        return self.came + self.on_order < self.promised * self.time_share


def bought(ctx: Ctx, *, contract: Contract) -> list[Bought]:
    """What came from the supplier while the contract held, of the items it names (of all, if it names none).

    Prices in other currencies count at the rate of their day of receipt; without a rate they do not count.
    Costs two statements, and one for each day on which something came in another currency.
    """
    items = set(contract.prices.values_list("item", flat=True))
    rows = ReceiptLine.objects.filter(
        receipt__supplier=contract.supplier_id,
        receipt__state=ReceiptState.POSTED,
        receipt__received_at__date__range=(contract.starts_on, contract.ends_on),
    )
    if items:
        rows = rows.filter(item__in=items)
    rows = rows.select_related("receipt__site", "purchase_line__purchase", "item__unit")
    found = []
    for row in rows.order_by("receipt__received_at", "pk"):
        on = row.receipt.received_at.astimezone(ctx.company.zone).date()
        rate = _rate(row.purchase_line.purchase.currency, contract.currency, on)
        if rate is not None:
            price = row.purchase_line.net_price * rate
            found.append(Bought(row, on, row.accepted, row.rejected, price))
    return found


def _rate(currency: str, into: str, on: date) -> Decimal | None:
    if currency == into:
        return Decimal(1)
    return ledger.exchange_rates(currencies=[currency], into=into, on=on).get(currency)


def burn_downs(ctx: Ctx, *, contract: Contract, came: Sequence[Bought]) -> list[BurnDown]:
    """How far each commitment of a contract is, today."""
    rows = list(contract.commitments.select_related("item__unit").order_by("starts_on", "pk"))
    return [_burn_down(ctx, contract, row, came) for row in rows]


def _burn_down(ctx: Ctx, contract: Contract, row: Commitment, came: Sequence[Bought]) -> BurnDown:
    mine = [
        one
        for one in came
        if row.starts_on <= one.on <= row.ends_on and (row.item_id is None or one.item_id == row.item_id)
    ]
    days = (row.ends_on - row.starts_on).days + 1
    gone = min(max((ctx.today - row.starts_on).days + 1, 0), days)
    open_lines = _open_lines(contract, row)
    if row.quantity is not None:
        on_order = sum((line.open_quantity for line in open_lines), ZERO)
        return BurnDown(
            row, row.quantity, sum((one.quantity for one in mine), ZERO), on_order, _part(gone, days)
        )
    worth = sum((one.worth for one in mine), ZERO)
    ordered = sum(
        (
            (line.open_quantity * line.net_price).quantize(CENT)
            for line in open_lines
            if line.purchase.currency == contract.currency
        ),
        ZERO,
    )
    return BurnDown(row, row.amount or ZERO, worth, ordered, _part(gone, days))


def _part(gone: int, days: int) -> Decimal:
    return (Decimal(gone) / days).quantize(SHARE)


def _open_lines(contract: Contract, row: Commitment) -> list[PurchaseLine]:
    """Lines that are to come within the time of the commitment."""
    lines = PurchaseLine.objects.filter(
        purchase__supplier=contract.supplier_id,
        purchase__state__in=(*AWAITING, PurchaseState.CONFIRMED),
        is_closed=False,
        expected_on__lte=row.ends_on,
    ).select_related("purchase")
    if row.item_id is not None:
        lines = lines.filter(item=row.item_id)
    else:
        named = contract.prices.values("item")
        lines = lines.filter(item__in=named) if contract.prices.exists() else lines
    return list(lines)
