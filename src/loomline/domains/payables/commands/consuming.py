"""Consigned goods that became ours, and what we owe for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory.models import StockMove
from loomline.domains.parties.models import Party
from loomline.domains.payables import queries
from loomline.domains.payables.commands.invoices import SupplierInvoiceLineDraft, enter_supplier_invoice
from loomline.domains.payables.commands.matching import match_supplier_invoice
from loomline.domains.payables.models import Consumption, SupplierInvoice
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.number import gapless_number
from loomline.kernel.record import lock_all
from loomline.kernel.refusal import Refused

ZERO = Decimal(0)


class SettledBefore(Refused):
    """What was used is paid once."""

    says = _("{goods} of {day} was settled before by {number}. Leave it out.")


class TakenBack(Refused):
    """What is the supplier's again is not paid."""

    says = _("Taking over {goods} on {day} was reversed: they are the supplier's again. Leave them out.")


class PriceUnknown(Refused):
    """Nobody pays what was not agreed."""

    says = _(
        "No price of {item} is agreed with {supplier} for {day}. Enter what they ask for it,"
        " then settle again."
    )


class OneSupplier(Refused):
    """A number of their own stands for one supplier's bill."""

    says = _("{number} can stand for one supplier and one currency only. Settle the others by themselves.")


@command(hidden=True)
def record_consumption(ctx: Ctx, *, move: StockMove, supplier: Party) -> Consumption:
    """Remember that consigned goods became ours, at the price that was agreed for that day."""
    agreed = queries.agreed_price(supplier=supplier, item=move.item, quantity=move.quantity, on=ctx.today)
    price = agreed.price
    if price is None and agreed.currency == ctx.company.currency:
        price = move.unit_cost
    return Consumption.objects.create(
        supplier=supplier,
        item_id=move.item_id,
        lot_id=move.lot_id,
        quantity=move.quantity,
        taken_on=ctx.today,
        price=price,
        currency=agreed.currency,
        source=agreed.source[:120],
        move=move,
    )


@command(label=_("Settle"), icon="receipt-2")
def settle_consumption(
    ctx: Ctx, *, consumptions: list[Consumption], their_number: str = "", issued_on: date | None = None
) -> list[SupplierInvoice]:
    """Make a supplier invoice of the consigned goods that we have used: one for each supplier and currency.

    Without the supplier's own number it is a statement of ours, numbered by us. It is matched at once with
    what was used.
    """
    rows: list[Consumption] = lock_all(
        Consumption.objects.filter(pk__in=[one.pk for one in consumptions]).select_related("supplier", "item")
    )
    _refuse_settled(rows)
    _price(rows)
    bills: dict[tuple[int, str], list[Consumption]] = defaultdict(list)
    for row in rows:
        bills[row.supplier_id, row.currency].append(row)
    if their_number and len(bills) > 1:
        raise OneSupplier(number=their_number, at_field="their_number")

    return [
        _settled(ctx, bills[key], their_number or gapless_number("self_billing", "SB-"), issued_on)
        for key in sorted(bills)
    ]


def _refuse_settled(rows: Iterable[Consumption]) -> None:
    for row in rows:
        if row.invoice_line is not None:
            raise SettledBefore(goods=row.item, day=row.taken_on, number=row.invoice_line.invoice)
        if StockMove.objects.filter(reverses=row.move_id).exists():
            raise TakenBack(goods=row.item, day=row.taken_on)


def _price(rows: Sequence[Consumption]) -> None:
    """Goods that had no price when they were used take the one that is agreed for that day by now."""
    missing = [row for row in rows if row.price is None]
    for row in missing:
        agreed = queries.agreed_price(
            supplier=row.supplier, item=row.item, quantity=row.quantity, on=row.taken_on
        )
        if agreed.price is None:
            raise PriceUnknown(item=row.item, supplier=row.supplier, day=row.taken_on)
        row.price, row.currency, row.source = agreed.price, agreed.currency, agreed.source[:120]
    Consumption.objects.bulk_update(missing, ["price", "currency", "source"])


def _settled(ctx: Ctx, rows: Sequence[Consumption], number: str, issued_on: date | None) -> SupplierInvoice:
    groups: dict[tuple[int, Decimal], list[Consumption]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.pk):
        groups[row.item_id, row.price or ZERO].append(row)
    day, goods = issued_on or ctx.today, [some[0].item for some in groups.values()]
    taxed = queries.tax_rates(supplier=rows[0].supplier, items=goods, on=day)
    invoice = enter_supplier_invoice(
        ctx,
        supplier=rows[0].supplier,
        their_number=number,
        issued_on=day,
        currency=rows[0].currency,
        lines=[
            SupplierInvoiceLineDraft(
                item=some[0].item,
                quantity=sum((row.quantity for row in some), ZERO),
                price=price,
                tax_rate=rate,
            )
            for ((_item, price), some), rate in zip(groups.items(), taxed, strict=True)
        ],
    )
    for line, some in zip(invoice.lines.order_by("position"), groups.values(), strict=True):
        Consumption.objects.filter(pk__in=[row.pk for row in some]).update(invoice_line=line)
    return match_supplier_invoice(ctx, invoice=invoice)
