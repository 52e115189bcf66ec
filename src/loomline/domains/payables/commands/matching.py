"""Comparing bills with what came and what was agreed; holding them, and letting them go."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.models import Party
from loomline.domains.payables import queries
from loomline.domains.payables.commands.telling import about
from loomline.domains.payables.events import (
    SupplierInvoiceHeld,
    SupplierInvoiceMatched,
    SupplierInvoiceReleased,
)
from loomline.domains.payables.models import (
    UNSETTLED,
    Consumption,
    LineMatch,
    MatchAllocation,
    MatchTolerance,
    SupplierInvoice,
    SupplierInvoiceLine,
    SupplierInvoiceState,
)
from loomline.domains.payables.queries import Tolerance
from loomline.domains.procurement.models import ReceiptLine, ReceiptState
from loomline.domains.sales.models import line_amount
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.money import Money
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance

ZERO = Decimal(0)
FINEST = Decimal("0.000001")
COMPARED = ["match", "says", "received", "agreed_price", "quantity_variance", "price_variance", "difference"]


class HeldForNothing(Refused):
    """The supplier asks why."""

    says = _("Say why {their_number} is held.")


class ReleasedForNothing(Refused):
    """Who pays more than was agreed says why."""

    says = _("Say why {their_number} is released.")


class NotCompared(Refused):
    """Nothing is let go unseen."""

    says = _("{number} has not been compared with what came yet. Match it first.")


class BilledElsewhere(Refused):
    """One received quantity is billed once."""

    says = _("Receipt {receipt} has {left} of {item} left to bill, not {quantity}. Allocate less.")


class BilledLess(Refused):
    """A line is not for more than it says."""

    says = _("The line bills {billed}, of which {left} is not allocated yet. Allocate no more than that.")


class ReceiptElsewhere(Refused):
    """Goods of one supplier are billed by that supplier, item by item."""

    says = _("Receipt {receipt} did not bring {item} from {supplier} in {currency}. Choose another one.")


class SettledAlready(Refused):
    """What is approved stays as it was compared."""

    says = _("{number} is {state}; what its lines are for can no longer be changed.")


@command(label=_("Set a tolerance"), icon="adjustments-horizontal", creates=MatchTolerance)
def set_match_tolerance(
    ctx: Ctx,
    *,
    supplier: Party | None = None,
    price_share: Decimal | None = None,
    price_amount: Decimal | None = None,
    quantity_share: Decimal | None = None,
    quantity_amount: Decimal | None = None,
) -> MatchTolerance:
    """Say how much bills may ask above what came and was agreed: for one supplier, or for all the others.

    Where a percentage and an amount are given, both hold.
    """
    limits = {
        "price_share": price_share,
        "price_amount": price_amount,
        "quantity_share": quantity_share,
        "quantity_amount": quantity_amount,
    }
    found, _made = MatchTolerance.objects.update_or_create(supplier=supplier, defaults=limits)
    return found


@command(move="match", label=_("Match"), icon="checklist")
def match_supplier_invoice(ctx: Ctx, *, invoice: SupplierInvoice) -> SupplierInvoice:
    """Compare what is billed with what was received and agreed, line by line.

    Goods that came meanwhile are counted. What asks for more than is tolerated is held, with its reason.
    """
    invoice = lock(invoice)
    if invoice.state not in UNSETTLED:
        raise SettledAlready(number=invoice, state=invoice.state.label.lower())
    rows = list(invoice.lines.select_related("item__unit", "purchase_line").order_by("position", "pk"))
    claim(ctx, invoice, rows)
    tolerance = queries.tolerance_of(supplier_id=invoice.supplier_id)
    found = _parts(rows)

    for row in rows:
        _compare(invoice, row, found[row.pk], tolerance)
    SupplierInvoiceLine.objects.bulk_update(rows, COMPARED)
    held = [row for row in rows if row.match == LineMatch.HELD]
    if held:
        advance(invoice, "hold", hold_reason="; ".join(row.says for row in held)[:500])
    else:
        advance(invoice, "match", hold_reason="")

    _tell(ctx, invoice, sum((row.difference for row in rows), ZERO))
    return invoice


@command(label=_("Allocate to a receipt"), icon="link")
def allocate_bill_line(
    ctx: Ctx, *, line: SupplierInvoiceLine, receipt_line: ReceiptLine, quantity: Decimal
) -> SupplierInvoiceLine:
    """Say for which received goods a line is, and for how much of them; nothing takes that back.

    The house stops looking for receipts for this line; its invoice is to be matched again.
    """
    invoice = lock(line.invoice)
    receipt_line, line = lock(receipt_line), lock(line)
    others = line.allocations.filter(is_manual=True).exclude(receipt_line=receipt_line)
    taken = queries.allocated(receipt_line_ids=[receipt_line.pk])
    here = line.allocations.filter(receipt_line=receipt_line).first()
    free = receipt_line.accepted - taken.get(receipt_line.pk, ZERO) + (here.quantity if here else ZERO)

    _refuse_allocation(invoice, line, receipt_line)
    if quantity > free:
        raise BilledElsewhere(
            receipt=receipt_line.receipt,
            left=plain(free),
            item=receipt_line.item,
            quantity=plain(quantity),
            at_field="quantity",
        )
    left = line.quantity - sum((one.quantity for one in others), ZERO)
    if quantity > left:
        raise BilledLess(billed=plain(line.quantity), left=plain(left), at_field="quantity")

    line.allocations.exclude(pk__in=[one.pk for one in others]).delete()
    if quantity > 0:
        MatchAllocation.objects.create(
            line=line,
            receipt_line=receipt_line,
            quantity=quantity,
            price=receipt_line.purchase_line.net_price,
            is_manual=True,
            by=ctx.actor,
        )
    line.match, line.says = LineMatch.OPEN, ""
    line.save(update_fields=["match", "says"])
    return line


def _refuse_allocation(
    invoice: SupplierInvoice, line: SupplierInvoiceLine, receipt_line: ReceiptLine
) -> None:
    if invoice.state not in UNSETTLED:
        raise SettledAlready(number=invoice, state=invoice.state.label.lower())
    receipt = receipt_line.receipt
    fits = receipt.supplier_id == invoice.supplier_id and receipt.state == ReceiptState.POSTED
    is_theirs = fits and receipt_line.purchase_line.purchase.currency == invoice.currency
    is_other = line.item_id and line.item_id != receipt_line.item_id
    if not is_theirs or is_other or line.consumed.exists():
        raise ReceiptElsewhere(
            receipt=receipt,
            item=line.description,
            supplier=invoice.supplier,
            currency=invoice.currency,
            at_field="receipt_line",
        )


@command(move="hold", label=_("Hold"), icon="hand-stop")
def hold_supplier_invoice(ctx: Ctx, *, invoice: SupplierInvoice, reason: str) -> SupplierInvoice:
    """Keep a bill from being approved while something about it is open."""
    if not reason.strip():
        raise HeldForNothing(their_number=invoice.their_number, at_field="reason")

    advance(invoice, "hold", hold_reason=reason.strip()[:500])

    ctx.emit(SupplierInvoiceHeld(**about(invoice), reason=invoice.hold_reason))
    return invoice


@command(move="release", label=_("Release"), icon="lock-open")
def release_supplier_invoice(ctx: Ctx, *, invoice: SupplierInvoice, reason: str) -> SupplierInvoice:
    """Let a held bill go on although it asks for more; who let it go, and why, stays with it."""
    invoice = lock(invoice)

    if not reason.strip():
        raise ReleasedForNothing(their_number=invoice.their_number, at_field="reason")
    if invoice.lines.filter(match=LineMatch.OPEN).exists():
        raise NotCompared(number=invoice)

    advance(invoice, "release", release_reason=reason.strip()[:300], released_by=ctx.actor)
    invoice.lines.filter(match=LineMatch.HELD).update(match=LineMatch.RELEASED)

    ctx.emit(SupplierInvoiceReleased(**about(invoice), reason=invoice.release_reason))
    return invoice


def claim(ctx: Ctx, invoice: SupplierInvoice, rows: Sequence[SupplierInvoiceLine]) -> None:
    """Take what was received and nobody has billed for these lines, the oldest first.

    What somebody has allocated by hand stays as it is, and consigned goods came on no receipt.
    """
    mine = MatchAllocation.objects.filter(line__invoice=invoice)
    by_hand = set(mine.filter(is_manual=True).values_list("line", flat=True))
    by_hand |= set(queries.consumed_by(line_ids=[row.pk for row in rows]))
    mine.filter(is_manual=False).delete()
    loose = [row for row in rows if row.pk not in by_hand and (row.purchase_line_id or row.item_id)]
    offers = queries.receipts_to_bill(invoice=invoice, lines=loose)
    taken = queries.allocated(receipt_line_ids={one.pk for found in offers.values() for one in found})
    made = []
    for place, row in enumerate(loose):
        wanted = row.quantity
        for receipt_line in offers[place]:
            share = min(wanted, receipt_line.accepted - taken.get(receipt_line.pk, ZERO))
            if share > 0:
                taken[receipt_line.pk] = taken.get(receipt_line.pk, ZERO) + share
                wanted -= share
                price = receipt_line.purchase_line.net_price
                made.append(
                    MatchAllocation(
                        line=row, receipt_line=receipt_line, quantity=share, price=price, by=ctx.actor
                    )
                )
    MatchAllocation.objects.bulk_create(made)


def _parts(rows: Sequence[SupplierInvoiceLine]) -> dict[int, list[MatchAllocation | Consumption]]:
    """What lines are for: receipts, or consigned goods that we have used."""
    found: dict[int, list[MatchAllocation | Consumption]] = {row.pk: [] for row in rows}
    for one in MatchAllocation.objects.filter(line__in=found).order_by("pk"):
        found[one.line_id].append(one)
    for key, used in queries.consumed_by(line_ids=found).items():
        found[key] += used
    return found


def _compare(
    invoice: SupplierInvoice,
    row: SupplierInvoiceLine,
    parts: Sequence[MatchAllocation | Consumption],
    tolerance: Tolerance,
) -> None:
    """Put on the line what it is for, what it asks above that by quantity and by price, and what follows."""
    bought = row.purchase_line
    if not parts and bought is None:
        row.received, row.agreed_price = (ZERO if row.item_id else None), None
        row.quantity_variance = row.price_variance = row.difference = ZERO
        row.match = LineMatch.HELD
        row.says = _t("{line}: nothing of it was ordered or received from this supplier.").format(
            line=row.description or row.position
        )
        return
    row.received = sum((part.quantity for part in parts), ZERO)
    worth = sum((part.amount for part in parts), ZERO)
    each = worth / row.received if row.received else (bought.net_price if bought else ZERO)
    row.agreed_price = each.quantize(FINEST)
    fair = Money(worth, invoice.currency).rounded().amount
    row.quantity_variance = line_amount(
        quantity=row.quantity - row.received,
        price=row.agreed_price,
        discount=ZERO,
        currency=invoice.currency,
    )
    row.difference = row.amount - fair
    row.price_variance = row.difference - row.quantity_variance
    _judge(invoice, row, fair, tolerance)


def _judge(invoice: SupplierInvoice, row: SupplierInvoiceLine, fair: Decimal, tolerance: Tolerance) -> None:
    by_quantity = tolerance.quantity.allows(row.quantity_variance, of=fair)
    by_price = tolerance.price.allows(row.price_variance, of=fair + row.quantity_variance)
    said = _said(invoice, row, tolerance, by_quantity=by_quantity, by_price=by_price)
    if not (by_quantity and by_price):
        row.match = LineMatch.HELD
    elif said:
        row.match = LineMatch.WITHIN
    else:
        row.match = LineMatch.MATCHED
        said = [_t("as received and agreed")]
    row.says = f"{row.description}: {', '.join(said)}"[:500]


def _said(
    invoice: SupplierInvoice,
    row: SupplierInvoiceLine,
    tolerance: Tolerance,
    *,
    by_quantity: bool,
    by_price: bool,
) -> list[str]:
    """What differs, in words and figures: by quantity, then by price."""
    said = []
    if row.quantity_variance:
        what = _t("{billed} billed, {received} received and not billed elsewhere").format(
            billed=plain(row.quantity), received=plain(row.received or ZERO)
        )
        said.append(f"{what} {_measure(invoice, row.quantity_variance, tolerance.quantity, by_quantity)}")
    if row.price_variance:
        what = _t("price {billed}, agreed {agreed}").format(
            billed=plain(row.price), agreed=plain(row.agreed_price or ZERO)
        )
        said.append(f"{what} {_measure(invoice, row.price_variance, tolerance.price, by_price)}")
    return said


def _measure(invoice: SupplierInvoice, over: Decimal, limit: queries.Limit, is_allowed: bool) -> str:
    amount, words = plain(abs(over)), limit.words(invoice.currency)
    if over < 0:
        return _t("({amount} {currency} less)").format(amount=amount, currency=invoice.currency)
    if is_allowed:
        return _t("({amount} {currency} more, within {limit})").format(
            amount=amount, currency=invoice.currency, limit=words
        )
    if words:
        return _t("({amount} {currency} more, above {limit})").format(
            amount=amount, currency=invoice.currency, limit=words
        )
    return _t("({amount} {currency} more)").format(amount=amount, currency=invoice.currency)


def _tell(ctx: Ctx, invoice: SupplierInvoice, difference: Decimal) -> None:
    if invoice.state == SupplierInvoiceState.HELD:
        ctx.emit(SupplierInvoiceHeld(**about(invoice), reason=invoice.hold_reason))
        return
    outcome = (
        _t("{amount} {currency} more than received, within tolerance").format(
            amount=plain(difference), currency=invoice.currency
        )
        if difference > 0
        else _t("as received")
    )
    ctx.emit(SupplierInvoiceMatched(**about(invoice), difference=difference, outcome=outcome))
