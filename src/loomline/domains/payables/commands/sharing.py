"""Which received goods a credit note takes off the bills."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Sum

from loomline.domains.payables import queries
from loomline.domains.payables.models import (
    CreditAllocation,
    CreditKind,
    MatchAllocation,
    SupplierCredit,
    SupplierCreditLine,
    SupplierCreditState,
)

ZERO = Decimal(0)
STANDING = (SupplierCreditState.OPEN, SupplierCreditState.USED)


class Shares:
    """What is left of bills to take off, receipt by receipt, and what was billed above all receipts."""

    def __init__(self, parts: Sequence[MatchAllocation], credit: SupplierCredit) -> None:
        taken = queries.taken_back(billed_ids=[part.pk for part in parts])
        net = queries.allocated(receipt_line_ids={part.receipt_line_id for part in parts})
        self.credit = credit
        self.parts: dict[int, list[MatchAllocation]] = defaultdict(list)
        self.left = {part.pk: part.quantity - taken.get(part.pk, ZERO) for part in parts}
        # More is billed than is kept: goods went back after they were billed.
        self.gone = {
            part.receipt_line_id: max(net[part.receipt_line_id] - part.receipt_line.accepted, ZERO)
            for part in parts
        }
        for part in parts:
            self.parts[part.line_id].append(part)

    def above(self, row: SupplierCreditLine) -> Decimal:
        """What an invoice line has billed for which nothing came, and nobody has credited."""
        line = row.invoice_line
        assert line is not None
        earlier = line.credits.filter(kind=CreditKind.QUANTITY, credit__state__in=STANDING)
        earlier = earlier.exclude(credit=self.credit) | earlier.filter(
            credit=self.credit, position__lt=row.position
        )
        credited = earlier.aggregate(n=Sum("quantity", default=ZERO))["n"]
        matched = sum((part.quantity for part in self.parts[line.pk]), ZERO)
        off = sum((part.quantity - self.left[part.pk] for part in self.parts[line.pk]), ZERO)
        found: Decimal = line.quantity - matched - (credited - off)
        return found

    def take(self, row: SupplierCreditLine) -> list[CreditAllocation]:
        """Goods that went back first, then what never came, then the newest receipts."""
        found: list[CreditAllocation] = []
        parts = self.parts[row.invoice_line_id or 0]
        named = [part for part in parts if part.receipt_line_id == row.receipt_line_id]
        above = self.above(row)
        missing = row.quantity
        for part in named:
            missing -= self._off(found, row, part, min(missing, self.gone[part.receipt_line_id]), True)
        missing -= min(missing, above)
        for part in parts:
            missing -= self._off(found, row, part, min(missing, self.gone[part.receipt_line_id]), True)
        for part in reversed(parts):
            missing -= self._off(found, row, part, missing, False)
        return found

    def _off(
        self,
        found: list[CreditAllocation],
        row: SupplierCreditLine,
        part: MatchAllocation,
        wanted: Decimal,
        is_returned: bool,
    ) -> Decimal:
        share = min(wanted, self.left[part.pk])
        if share <= 0:
            return ZERO
        self.left[part.pk] -= share
        if is_returned:
            self.gone[part.receipt_line_id] -= share
        known = [one for one in found if one.billed == part and one.is_returned == is_returned]
        if known:
            known[0].quantity += share
        else:
            found.append(CreditAllocation(line=row, billed=part, quantity=share, is_returned=is_returned))
        return share


def shares_of(credit: SupplierCredit) -> list[CreditAllocation]:
    """What of which bills of received goods a credit note takes off, line by line; the receipts are held."""
    rows = list(
        credit.lines.filter(kind=CreditKind.QUANTITY, invoice_line__isnull=False)
        .select_related("invoice_line")
        .order_by("position", "pk")
    )
    shares = Shares(queries.billed_parts(line_ids=[row.invoice_line_id or 0 for row in rows]), credit)
    return [made for row in rows for made in shares.take(row)]
