"""What quotes and orders are written from: drafts of lines, priced and counted for many documents at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog import queries as catalog
from loomline.domains.catalog.models import Item, Unit
from loomline.domains.parties import queries as parties
from loomline.domains.parties.models import Address, CustomerTerms, Party
from loomline.domains.pricing import queries as pricing
from loomline.domains.sales import ports
from loomline.domains.sales.models import Delivery, OrderLine, QuoteLine, line_amount
from loomline.domains.sales.models.line import SoldLine
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import Site
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import Quantity
from loomline.kernel.refusal import Refused

ZERO = Decimal(0)
BATCH = 2000


class PriceMissing(Refused):
    """Nobody sells without a price."""

    says = _(
        "Nothing prices {items} for {customer} in {currency}. Set a price in a list, or write it on the line."
    )


class QuantityMissing(Refused):
    """A line of nothing."""

    says = _("Line {row} ({item}): write a quantity above zero.")


class ItemRetired(Refused):
    """What is out of the range is not sold any more."""

    says = _("{item} is no longer sold. Choose another item, or make it active again.")


class CustomerArchived(Refused):
    """With whom we deal no more."""

    says = _("{customer} is archived. Restore it first.")


class LineElsewhere(Refused):
    """A line that belongs to another document."""

    says = _("A line was deleted by somebody else, or belongs to another document. Reload and try again.")


@dataclass(frozen=True, kw_only=True)
class SoldLineDraft:
    """One line as it shall be; `line` names the line that it changes.

    Without a price the lists say it, without a tax rate the rules of the day.
    """

    item: Item
    quantity: Decimal
    unit: Unit | None = None
    price: Decimal | None = None
    discount: Decimal = ZERO
    tax_rate: Decimal | None = None
    description: str = ""
    wanted_on: date | None = None
    line: SoldLine | None = None


@dataclass(frozen=True, kw_only=True)
class LineDraft(SoldLineDraft):
    """One line of an order. Without a word on its delivery the supplier's terms say who brings it."""

    delivery: Delivery | None = None
    line: OrderLine | None = None


@dataclass(frozen=True, kw_only=True)
class QuoteLineDraft(SoldLineDraft):
    """One line of an offer; an optional one is offered on top and not in the sum."""

    is_optional: bool = False
    alternative_of: int | None = None
    line: QuoteLine | None = None


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The lines of one document, with what prices depend on. What is past may name items no longer sold."""

    customer: Party
    currency: str
    on: date
    lines: Sequence[SoldLineDraft]
    site_id: int | None = None
    ship_to_id: int | None = None
    is_past: bool = False


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """What holds for a customer until a document says otherwise."""

    currency: str
    payment_days: int
    address: Address | None


def agreed_with(ctx: Ctx, *, customers: Iterable[Party]) -> dict[int, Agreed]:
    """Currency, days to pay and delivery address of customers by key. Costs two statements."""
    known = {customer.pk: customer for customer in customers}
    for customer in known.values():
        if not customer.is_active:
            raise CustomerArchived(customer=customer, at_field="customer")
    terms = {row.party_id: row for row in CustomerTerms.objects.filter(party__in=known)}
    addresses = parties.main_addresses(party_ids=known)
    return {
        pk: Agreed(
            currency=terms[pk].currency if pk in terms else customer.currency or ctx.company.currency,
            payment_days=terms[pk].payment_days if pk in terms else 30,
            address=addresses.get(pk),
        )
        for pk, customer in known.items()
    }


def usual_site() -> Site | None:
    """Where goods leave from unless a document says otherwise: the first of our own sites."""
    return sites.own_sites().order_by("pk").first()


def counted(*, sheets: Sequence[Sheet]) -> list[list[dict[str, Any]]]:
    """The columns of each line of many documents: priced, in stock units, rounded, in a few statements."""
    _refuse_unsellable(sheets)
    amounts = _in_stock_units(sheets)
    prices = _prices(sheets, amounts)
    rates = _tax_rates(sheets)
    return [
        [
            _columns(sheet, draft, position, amounts[at, position], prices[at, position], rates[at, position])
            for position, draft in enumerate(sheet.lines, start=1)
        ]
        for at, sheet in enumerate(sheets)
    ]


def _refuse_unsellable(sheets: Sequence[Sheet]) -> None:
    for sheet in sheets:
        for row, draft in enumerate(sheet.lines, start=1):
            if draft.quantity <= 0:
                raise QuantityMissing(row=row, item=draft.item, at_field="lines")
            if not draft.item.is_active and draft.line is None and not sheet.is_past:
                raise ItemRetired(item=draft.item, at_field="lines")


Places = Mapping[tuple[int, int], Decimal]


def _places(sheets: Sequence[Sheet]) -> list[tuple[tuple[int, int], SoldLineDraft]]:
    return [
        ((at, row), draft)
        for at, sheet in enumerate(sheets)
        for row, draft in enumerate(sheet.lines, start=1)
    ]


def _in_stock_units(sheets: Sequence[Sheet]) -> Places:
    """The quantities in the unit of the item; only lines written in another unit cost a statement."""
    places = _places(sheets)
    other = [d for _place, d in places if d.unit is not None and d.unit.pk != d.item.unit_id]
    if not other:
        return {place: draft.quantity for place, draft in places}
    items = {
        item.pk: item
        for item in Item.objects.filter(pk__in={d.item.pk for d in other}).select_related("unit")
    }
    converter = catalog.converter(item_ids=items)
    found = {}
    for place, draft in places:
        found[place] = draft.quantity
        if draft.unit is not None and draft.unit.pk != draft.item.unit_id:
            entered = Quantity(draft.quantity, draft.unit.code)
            found[place] = converter.convert(
                entered, to=items[draft.item.pk].unit.code, item_id=draft.item.pk
            ).amount
    return found


def _prices(sheets: Sequence[Sheet], amounts: Places) -> Places:
    """The prices as written, else as the lists say; one question for each customer, currency and day."""
    found: dict[tuple[int, int], Decimal] = {}
    asked: dict[tuple[int, str, date], list[tuple[tuple[int, int], SoldLineDraft]]] = {}
    for place, draft in _places(sheets):
        sheet = sheets[place[0]]
        if draft.price is not None:
            found[place] = draft.price
        else:
            asked.setdefault((sheet.customer.pk, sheet.currency, sheet.on), []).append((place, draft))
    for (_customer, currency, on), rows in asked.items():
        customer = sheets[rows[0][0][0]].customer
        wanted = {place: (draft.item.pk, amounts[place]) for place, draft in rows}
        priced = pricing.prices_for(lines=wanted.values(), customer=customer, currency=currency, on=on)
        missing = {str(draft.item) for place, draft in rows if wanted[place] not in priced}
        if missing:
            raise PriceMissing(
                items=", ".join(sorted(missing)), customer=customer, currency=currency, at_field="lines"
            )
        found |= {place: priced[wanted[place]].unit_price for place, _draft in rows}
    return found


def _tax_rates(sheets: Sequence[Sheet]) -> Places:
    """The tax rates as written, else as the rules say; what is past was taxed by others."""
    places = _places(sheets)
    found = {place: draft.tax_rate if draft.tax_rate is not None else ZERO for place, draft in places}
    open_ones = [
        (place, draft) for place, draft in places if draft.tax_rate is None and not sheets[place[0]].is_past
    ]
    asks = [
        ports.TaxAsk(
            customer=sheet.customer,
            item=draft.item,
            on=sheet.on,
            site_id=sheet.site_id,
            ship_to_id=sheet.ship_to_id,
        )
        for sheet, draft in ((sheets[at], draft) for (at, _row), draft in open_ones)
    ]
    answers = ports.tax_rates(asks=asks) if asks else []
    return found | {place: rate for (place, _draft), rate in zip(open_ones, answers, strict=True)}


def _columns(
    sheet: Sheet, draft: SoldLineDraft, position: int, quantity: Decimal, price: Decimal, tax_rate: Decimal
) -> dict[str, Any]:
    return {
        "position": position,
        "item_id": draft.item.pk,
        "description": draft.description or draft.item.name,
        "quantity": quantity,
        "entered_quantity": draft.quantity,
        "unit_id": draft.unit.pk if draft.unit is not None else draft.item.unit_id,
        "price": price,
        "discount": draft.discount,
        "tax_rate": tax_rate,
        "amount": line_amount(
            quantity=quantity, price=price, discount=draft.discount, currency=sheet.currency
        ),
        "unit_cost": draft.item.standard_cost,
        "wanted_on": draft.wanted_on,
    }
