"""What supplier invoices show of credit notes, and what the dialog for one is opened with."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t

from loomline.domains.payables import models, queries
from loomline.domains.payables.models import POSTED, CreditKind
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.surface import draw_text, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.plain_table import plain_table


def credited(ctx: Ctx, record: models.SupplierInvoice) -> dict[str, Any] | None:
    """What credit notes give back of its lines, and what is left of each to credit."""
    rows = list(queries.credit_lines_of(invoice=record))
    if not rows:
        return None
    cells = [
        [
            Cell(text=row.description, strong=True),
            Cell(text=f"{row.credit} · {row.credit.their_number}", url=registry.url(row.credit)),
            Cell(text=str(row.credit.state.label)),
            Cell(text=str(CreditKind(row.kind).label)),
            Cell(kind="quantity", value=row.quantity, unit=row.item.unit.code if row.item else ""),
            Cell(kind="money", value=row.amount, unit=record.currency),
        ]
        for row in rows
    ]
    heads = [_t("Line"), _t("Credit note"), _t("State"), _t("For"), _t("Quantity"), _t("Amount")]
    return plain_table(_t("Credited"), heads, cells, slots=("a1", "a2", "hide", "hide", "b1", "b2"))


def credit_callouts(ctx: Ctx, record: models.SupplierInvoice) -> list[dict[str, Any]]:
    """What went back and is not credited yet, and what the supplier owes us that could be taken now."""
    found = []
    if record.state in POSTED:
        waiting = "; ".join(
            _t("{quantity} {unit} {item} of {receipt}").format(
                quantity=plain(left), unit=row.item.unit.code, item=row.item, receipt=row.receipt
            )
            for _line, row, left in queries.returns_of(invoice=record)
        )
        if waiting:
            found.append(_callout("warn", _t("Sent back and not credited."), f"{waiting}."))
    if record.state == models.SupplierInvoiceState.APPROVED:
        credits = list(queries.open_credits(supplier_id=record.supplier_id, currency=record.currency))
        if credits:
            left = sum((one.open_amount for one in credits), start=type(record.total)(0))
            text = _t("{amount} of {notes} can be taken when this is paid.").format(
                amount=draw_text.money(left, record.currency), notes=", ".join(map(str, credits))
            )
            found.append(_callout("info", _t("Open credit."), text))
    return found


def _callout(tone: str, title: str, text: str) -> dict[str, Any]:
    return {"tone": tone, "title": title, "text": text, "action": None}


def left_to_credit(ctx: Ctx, record: models.SupplierInvoice) -> dict[str, Any]:
    """What went back and is not credited yet; where nothing did, all that is left of the lines."""
    back = queries.returns_of(invoice=record)
    rows = [
        {"line": line, "quantity": quantity, "price": line.price, "receipt_line": row}
        for line, row, quantity in back
    ]
    left = rows or [
        {"line": line, "quantity": quantity, "price": line.price}
        for line, quantity in queries.lines_to_credit(invoice=record)
    ]
    return {"their_number": "", "issued_on": ctx.today, "booked_on": None, "total": None, "lines": left}
