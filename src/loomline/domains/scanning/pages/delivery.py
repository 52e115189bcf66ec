"""What has been scanned of a delivery so far, as the address of a step holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from loomline.domains.inbound.models import ShippingNotice
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase, PurchaseLine
from loomline.domains.scanning.pages.step import HOME, address, may, number, one_of
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.refusal import NotThere

HERE = f"{HOME}receive/"
COMMAND = procurement.receive_goods


@dataclass(frozen=True, slots=True)
class Got:
    """What was scanned of a line."""

    line: PurchaseLine
    quantity: Decimal
    lot: str = ""
    expires_on: date | None = None
    rejected: Decimal = Decimal(0)
    fault: str = ""

    @property
    def text(self) -> str:
        """How it stands in an address."""
        day = self.expires_on.isoformat() if self.expires_on else ""
        bad = f"{plain(self.rejected)}~{self.fault.replace('~', '-')}" if self.rejected else "~"
        return f"{self.line.pk}~{plain(self.quantity)}~{day}~{bad}~{self.lot}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """All that the address of the step says."""

    purchase: Purchase
    lines: Sequence[PurchaseLine]
    key: str
    got: tuple[Got, ...] = ()
    line: PurchaseLine | None = None
    # None: not asked yet; empty: the goods have none.
    lot: str | None = None
    expires_on: date | None = None
    quantity: Decimal | None = None
    # What the supplier has announced it with; what was announced then stands there as scanned.
    notice: ShippingNotice | None = None
    # Which of what was scanned is being looked at because some of it is bad.
    bad: int | None = None

    def values(self) -> dict[str, Any]:
        """What the address of this step holds."""
        return {
            "purchase": self.purchase.pk,
            "notice": self.notice.pk if self.notice else "",
            "key": self.key,
            "got": [one.text for one in self.got],
            "line": self.line.pk if self.line else "",
            "lot": {None: "", "": "~"}.get(self.lot, self.lot),
            "expires": self.expires_on.isoformat() if self.expires_on else "",
            "quantity": plain(self.quantity) if self.quantity else "",
            "bad": "" if self.bad is None else self.bad,
        }

    @property
    def url(self) -> str:
        """The address of this step."""
        return address(HERE, **self.values())

    def rest(self, line: PurchaseLine) -> Decimal:
        """What is still to come of a line beside what was scanned just now."""
        return line.open_quantity - sum(
            (one.quantity for one in self.got if one.line.pk == line.pk), Decimal(0)
        )

    def with_got(self, quantity: Decimal) -> Delivery:
        """The same with the goods in hand counted."""
        assert self.line is not None
        got = Got(self.line, quantity, self.lot or "", self.expires_on)
        return replace(self, got=(*self.got, got), line=None, lot=None, expires_on=None, quantity=None)


def delivery_of(ctx: Ctx, sent: Any) -> Delivery:
    """What the address or the form of a step says of a delivery that the actor may receive."""
    rows = access.visible(ctx, Purchase).select_related("supplier", "site")
    purchase: Purchase = one_of(rows, sent.get("purchase"), what=_("purchase order"))
    if not may(ctx, COMMAND, purchase):
        raise NotThere(reference=_("purchase order {pk}").format(pk=purchase.pk))
    lines = list(purchase.lines.select_related("item__unit").order_by("position"))
    known = {str(line.pk): line for line in lines}
    got = []
    for text in sent.getlist("got"):
        key, quantity, day, bad, fault, lot = [*text.split("~", 5), *[""] * 5][:6]
        if key in known:
            rejected = number(bad) if bad else Decimal(0)
            got.append(Got(known[key], number(quantity), lot, _day(day), rejected, fault))
    bad_one = sent.get("bad", "")
    lot = sent.get("lot") or None
    return Delivery(
        purchase=purchase,
        lines=lines,
        key=(sent.get("key") or ctx.request_id)[:60],
        got=tuple(got),
        notice=_notice(ctx, purchase, sent.get("notice")),
        line=known.get(sent.get("line", "")),
        lot="" if lot == "~" else lot,
        expires_on=_day(sent.get("expires", "")),
        quantity=number(sent["quantity"]) if sent.get("quantity") else None,
        bad=int(bad_one) if bad_one.isdigit() and int(bad_one) < len(got) else None,
    )


def announced(notice: ShippingNotice) -> str:
    """The address of the step that holds all that was announced, to be counted."""
    rows = notice.lines.select_related("purchase_line").order_by("pk")
    got = [Got(row.purchase_line, row.quantity, row.lot, row.expires_on).text for row in rows]
    return address(HERE, purchase=notice.purchase_id, notice=notice.pk, got=got)


def _notice(ctx: Ctx, purchase: Purchase, key: str | None) -> ShippingNotice | None:
    if not key:
        return None
    rows = access.visible(ctx, ShippingNotice).filter(purchase=purchase)
    found: ShippingNotice = one_of(rows, key, what=_("shipping notice"))
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as fault:
        raise NotThere(reference=text) from fault
