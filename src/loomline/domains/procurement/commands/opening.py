"""Drafting purchase orders, one or many at a time, and taking them over from another system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import User
from loomline.domains.catalog import queries as catalog
from loomline.domains.catalog.models import Item, Unit
from loomline.domains.parties.models import Party, SupplierTerms
from loomline.domains.procurement import ports, queries
from loomline.domains.procurement.events import PurchaseOpened, PurchasesTakenOver
from loomline.domains.procurement.models import Purchase, PurchaseLine, PurchaseState, SupplierItem
from loomline.domains.sites.models import Site
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.custom import checked, fields_of
from loomline.kernel.money import Money
from loomline.kernel.quantity import PLACES, Quantity
from loomline.kernel.refusal import Refused

BATCH = 2000
PRICE_PLACES = Decimal("0.000001")
ENDED = (PurchaseState.RECEIVED, PurchaseState.CLOSED, PurchaseState.CANCELLED)


class QuantityNotPositive(Refused):
    """A line orders something."""

    says = _("{item}: order a quantity above 0, not {quantity}.")


class PriceNegative(Refused):
    """A supplier does not pay us for taking goods."""

    says = _("{item}: the price cannot be negative. Use a discount from 0 to 1 instead.")


class StartsAsDraft(Refused):
    """A purchase order begins as a draft."""

    says = _("A purchase order begins as a draft. Orders that run already are taken over instead.")


class OrderedDayMissing(Refused):
    """An order that was sent has the day it was sent."""

    says = _("Purchase order {number} was sent, but the day it was ordered is missing. Fill it in.")


class ReceivedUnclear(Refused):
    """Figures that contradict each other."""

    says = _("Purchase order {number}, {item}: {rejected} rejected of {received} received cannot be.")


@dataclass(frozen=True, kw_only=True)
class PurchaseLineDraft:
    """A line to be. The price is for one of the unit; without a price the supplier's terms are used.

    `confirmed_on`, `received` and `rejected` are only for orders that are taken over.
    """

    item: Item
    quantity: Decimal
    unit: Unit | None = None
    price: Decimal | None = None
    discount: Decimal = Decimal(0)
    requested_on: date | None = None
    confirmed_on: date | None = None
    description: str = ""
    origin_kind: str = ""
    origin_id: int | None = None
    received: Decimal = Decimal(0)
    rejected: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class PurchaseDraft:
    """A purchase order to be. `number`, `ordered_on` and `state` are for orders that are taken over.

    With a `customer` the supplier delivers straight there, and no site of ours is waited at.
    """

    supplier: Party
    lines: Sequence[PurchaseLineDraft]
    site: Site | None = None
    customer: Party | None = None
    ship_name: str = ""
    ship_address: str = ""
    contact: Party | None = None
    buyer: User | None = None
    requested_on: date | None = None
    currency: str = ""
    payment_days: int | None = None
    delivery_terms: str = ""
    supplier_reference: str = ""
    note: str = ""
    custom: Mapping[str, Any] = field(default_factory=dict)
    number: str = ""
    ordered_on: date | None = None
    state: PurchaseState = PurchaseState.DRAFT


@command(label=_("New purchase order"), icon="plus", creates=Purchase)
def open_purchase(
    ctx: Ctx,
    *,
    supplier: Party,
    lines: list[PurchaseLineDraft],
    site: Site | None = None,
    contact: Party | None = None,
    buyer: User | None = None,
    requested_on: date | None = None,
    currency: str = "",
    payment_days: int | None = None,
    delivery_terms: str = "",
    supplier_reference: str = "",
    note: str = "",
    custom: Mapping[str, Any] | None = None,
) -> Purchase:
    """Draft a purchase order; prices and terms of the supplier are filled in where none are given."""
    draft = PurchaseDraft(
        supplier=supplier, lines=lines, site=site, contact=contact, buyer=buyer, requested_on=requested_on,
        currency=currency, payment_days=payment_days, delivery_terms=delivery_terms,
        supplier_reference=supplier_reference, note=note, custom=custom or {},
    )  # fmt: skip
    return open_purchases(ctx, drafts=[draft])[0]


@command(hidden=True)
def open_purchases(ctx: Ctx, *, drafts: list[PurchaseDraft]) -> list[Purchase]:
    """Draft many purchase orders at once, as planning and imports do."""
    for draft in drafts:
        if draft.state != PurchaseState.DRAFT:
            raise StartsAsDraft
    _refuse_lines(drafts)

    purchases = _write(ctx, drafts)

    for purchase, draft in zip(purchases, drafts, strict=True):
        ctx.emit(
            PurchaseOpened(
                purchase_id=purchase.pk,
                supplier_id=purchase.supplier_id,
                item_ids=tuple(sorted({line.item.pk for line in draft.lines})),
                number=purchase.number,
                supplier=draft.supplier.name,
                lines=len(draft.lines),
                total=purchase.total,
                currency=purchase.currency,
            )
        )
    return purchases


@command(hidden=True)
def take_over_purchases(ctx: Ctx, *, drafts: list[PurchaseDraft]) -> list[Purchase]:
    """Bring purchase orders over from another system as they stand there.

    No goods move: the stock comes over by its own opening count.
    """
    _refuse_lines(drafts)
    for draft in drafts:
        if draft.state not in (PurchaseState.DRAFT, PurchaseState.CANCELLED) and draft.ordered_on is None:
            raise OrderedDayMissing(number=draft.number or draft.supplier)
        for line in draft.lines:
            if not 0 <= line.rejected <= line.received:
                raise ReceivedUnclear(
                    number=draft.number or draft.supplier,
                    item=line.item,
                    rejected=line.rejected,
                    received=line.received,
                )

    purchases = _write(ctx, drafts)

    if purchases:
        ctx.emit(
            PurchasesTakenOver(
                supplier_ids=tuple(sorted({p.supplier_id for p in purchases})), purchases=len(purchases)
            )
        )
    return purchases


@dataclass(frozen=True)
class Book:
    """What writing lines needs to know of their items: read once for any number of lines."""

    items: Mapping[int, Item]
    terms: Mapping[tuple[int, int], SupplierItem]
    converter: catalog.Converter

    def in_stock_units(self, draft: PurchaseLineDraft) -> Decimal:
        """The quantity of a line in the unit that the item's stock is counted in."""
        item = self.items[draft.item.pk]
        entered = Quantity(draft.quantity, (draft.unit or item.unit).code)
        return self.converter.convert(entered, to=item.unit.code, item_id=item.pk).amount


def book_of(lines: Sequence[PurchaseLineDraft], *, supplier_ids: Iterable[int]) -> Book:
    """Items with units, suppliers' terms and, where a line is in another unit, conversions."""
    ids = {line.item.pk for line in lines}
    items = Item.objects.select_related("unit").in_bulk(ids)
    foreign = [
        line.item.pk
        for line in lines
        if line.unit is not None and line.unit.pk != items[line.item.pk].unit_id
    ]
    return Book(
        items=items,
        terms=queries.terms_of(supplier_ids=supplier_ids, item_ids=ids),
        converter=catalog.converter(item_ids=foreign) if foreign else catalog.Converter({}),
    )


def written_lines(
    orders: Sequence[tuple[Purchase, Sequence[PurchaseLineDraft]]], *, book: Book, on: date
) -> list[list[PurchaseLine]]:
    """The lines that drafts of many orders describe, with quantities in stock units and amounts rounded."""
    asks = [
        ports.TermsAsk(
            supplier=purchase.supplier,
            item=book.items[draft.item.pk],
            quantity=book.in_stock_units(draft),
            currency=purchase.currency,
            on=purchase.ordered_on or on,
        )
        for purchase, drafts in orders
        for draft in drafts
    ]
    agreed = iter(zip(asks, ports.agreed_terms(asks=asks), strict=True))
    return [
        [_line(purchase, draft, book, position, *next(agreed)) for position, draft in enumerate(drafts, 1)]
        for purchase, drafts in orders
    ]


def refuse_line(line: PurchaseLineDraft) -> None:
    """Refuse a line that orders nothing or at a price that cannot be."""
    if line.quantity <= 0:
        raise QuantityNotPositive(item=line.item, quantity=line.quantity, at_field="quantity")
    if line.price is not None and line.price < 0:
        raise PriceNegative(item=line.item, at_field="price")


def _refuse_lines(drafts: Sequence[PurchaseDraft]) -> None:
    for draft in drafts:
        for line in draft.lines:
            refuse_line(line)


def _write(ctx: Ctx, drafts: Sequence[PurchaseDraft]) -> list[Purchase]:
    suppliers = {draft.supplier.pk for draft in drafts}
    lines = [line for draft in drafts for line in draft.lines]
    book = book_of(lines, supplier_ids=suppliers)
    agreed = {row.party_id: row for row in SupplierTerms.objects.filter(party__in=suppliers)}
    home = queries.home_site() if any(draft.site is None for draft in drafts) else None
    rules = fields_of("procurement.purchase")

    purchases = [_purchase(ctx, draft, agreed.get(draft.supplier.pk), home) for draft in drafts]
    for purchase, draft in zip(purchases, drafts, strict=True):
        purchase.custom = checked(rules, draft.custom)
    pairs = [(purchase, draft.lines) for purchase, draft in zip(purchases, drafts, strict=True)]
    rows = written_lines(pairs, book=book, on=ctx.today)
    for purchase, found in zip(purchases, rows, strict=True):
        purchase.total = sum((line.amount for line in found), Decimal(0))
        if purchase.state != PurchaseState.DRAFT:
            _settle(purchase, found)

    Purchase.objects.bulk_create(purchases, batch_size=BATCH)
    PurchaseLine.objects.bulk_create((line for found in rows for line in found), batch_size=BATCH)
    return purchases


def _purchase(ctx: Ctx, draft: PurchaseDraft, agreed: SupplierTerms | None, home: Site | None) -> Purchase:
    payment_days = draft.payment_days
    if payment_days is None:
        payment_days = agreed.payment_days if agreed else 30
    purchase = Purchase(
        supplier=draft.supplier,
        contact=draft.contact,
        state=draft.state,
        site=None if draft.customer is not None else draft.site or home,
        customer=draft.customer,
        ship_name=draft.ship_name,
        ship_address=draft.ship_address,
        buyer=draft.buyer or (None if ctx.actor.is_system else ctx.actor),
        ordered_on=draft.ordered_on,
        requested_on=draft.requested_on,
        currency=draft.currency or (agreed.currency if agreed else "") or ctx.company.currency,
        payment_days=payment_days,
        delivery_terms=draft.delivery_terms,
        supplier_reference=draft.supplier_reference,
        note=draft.note,
    )
    if draft.number:
        purchase.number = draft.number
    return purchase


def _line(
    purchase: Purchase,
    draft: PurchaseLineDraft,
    book: Book,
    position: int,
    ask: ports.TermsAsk,
    agreed: ports.Terms,
) -> PurchaseLine:
    item, quantity = ask.item, ask.quantity
    terms = book.terms.get((purchase.supplier_id, item.pk))
    price = _price(purchase, draft, terms, quantity, agreed.price)
    total = Money(draft.quantity * price * (1 - draft.discount), purchase.currency)
    return PurchaseLine(
        purchase=purchase,
        position=position,
        item=item,
        description=draft.description or item.name,
        supplier_sku=terms.supplier_sku if terms else "",
        quantity=quantity.quantize(PLACES),
        entered_quantity=draft.quantity,
        unit=draft.unit or item.unit,
        price=(price * draft.quantity / quantity).quantize(PRICE_PLACES),
        discount=draft.discount,
        amount=total.rounded().amount,
        requested_on=draft.requested_on or purchase.requested_on,
        confirmed_on=draft.confirmed_on,
        over_tolerance=_tolerance(draft, quantity, terms, agreed.over_tolerance),
        under_tolerance=terms.under_tolerance if terms is not None else Decimal(0),
        received=draft.received,
        rejected=draft.rejected,
        is_closed=purchase.state in ENDED,
        origin_kind=draft.origin_kind,
        origin_id=draft.origin_id,
    )


def _price(
    purchase: Purchase,
    draft: PurchaseLineDraft,
    terms: SupplierItem | None,
    quantity: Decimal,
    agreed: Decimal | None,
) -> Decimal:
    """The price for one of the unit as entered: what is given, or else the agreed one for the stock unit."""
    if draft.price is not None:
        return draft.price
    if agreed is None:
        agreed = terms.price if terms is not None and terms.currency == purchase.currency else Decimal(0)
    return agreed * quantity / draft.quantity


def _tolerance(
    draft: PurchaseLineDraft, quantity: Decimal, terms: SupplierItem | None, agreed: Decimal | None
) -> Decimal:
    """What was agreed, or as much as was in fact accepted of an order that is taken over."""
    if agreed is None:
        agreed = terms.over_tolerance if terms is not None else Decimal("0.05")
    over = (draft.received - draft.rejected) / quantity - 1
    return agreed if over <= agreed else (over + Decimal("0.0001")).quantize(Decimal("0.0001"))


def _settle(purchase: Purchase, lines: Sequence[PurchaseLine]) -> None:
    for line in lines:
        line.requested_on = line.requested_on or purchase.ordered_on
        line.expected_on = line.confirmed_on or line.requested_on
    days = [line.expected_on for line in lines if line.expected_on is not None]
    confirmed = [line.confirmed_on for line in lines if line.confirmed_on is not None]
    purchase.expected_on = max(days, default=None)
    purchase.confirmed_on = max(confirmed, default=None)
