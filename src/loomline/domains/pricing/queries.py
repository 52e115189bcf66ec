"""What things cost whom, on a day, from a quantity on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Case, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.parties.models import Party
from loomline.domains.pricing.models import CustomerPriceList, Price, TierMember
from loomline.kernel.company import Company

Line = tuple[int, Decimal]
# Lists of a tier come behind all lists that customers have of their own.
TIERS = 100_000


@dataclass(frozen=True)
class Priced:
    """A price and where it comes from."""

    unit_price: Decimal
    currency: str
    source: str
    from_quantity: Decimal = Decimal(0)
    price_list_id: int | None = None


def prices_for(
    *, lines: Iterable[Line], customer: Party | None = None, currency: str, on: date
) -> dict[Line, Priced]:
    """The price of each (item, quantity) for a customer; lines that nothing prices are left out.

    Asked in this order: the customer's lists by position, those of the company it belongs to, those of
    its tier, those of the company's tier, the list for everybody, the item's own list price (in the
    company's currency). Within a list the price of the largest quantity reached holds. Costs at most
    three statements, however many lines.
    """
    wanted = list(lines)
    rows = list(
        _candidates(item_ids={item for item, _q in wanted}, customer=customer, currency=currency, on=on)
    )
    by_item: dict[int, list[Price]] = {}
    for row in rows:
        by_item.setdefault(row.item_id, []).append(row)
    found = {
        line: priced for line in wanted if (priced := _best(by_item.get(line[0], ()), line[1], currency))
    }
    missing = {item for item, _q in wanted if (item, _q) not in found}
    own = _list_prices(missing, currency) if missing else {}
    return {line: found.get(line) or own[line[0]] for line in wanted if line in found or line[0] in own}


def price_for(
    *, item: Item, quantity: Decimal, customer: Party | None = None, currency: str, on: date
) -> Priced | None:
    """The price of one item for a customer, or None when nothing prices it."""
    line = (item.pk, quantity)
    return prices_for(lines=[line], customer=customer, currency=currency, on=on).get(line)


def _candidates(*, item_ids: set[int], customer: Party | None, currency: str, on: date) -> QuerySet[Price]:
    """The prices that could hold, those of the list to be asked first in front."""
    parties = [] if customer is None else [pk for pk in (customer.pk, customer.parent_id) if pk]
    given = CustomerPriceList.objects.filter(party__in=parties, price_list=OuterRef("price_list"))
    near = Case(When(party=parties[0] if parties else 0, then=Value(0)), default=Value(1000))
    rank = given.annotate(rank=near + F("position")).order_by("rank").values("rank")[:1]
    members = TierMember.objects.filter(party__in=parties, tier=OuterRef("price_list__tier"))
    tier_rank = members.annotate(rank=near + TIERS).order_by("rank").values("rank")[:1]
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=on)
    not_over = Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    list_begun = Q(price_list__valid_from__isnull=True) | Q(price_list__valid_from__lte=on)
    list_not_over = Q(price_list__valid_to__isnull=True) | Q(price_list__valid_to__gt=on)
    found: QuerySet[Price] = (
        Price.objects.filter(begun, not_over, list_begun, list_not_over, item__in=item_ids)
        .filter(price_list__currency=currency, price_list__is_active=True)
        .annotate(
            rank=Coalesce(
                Subquery(rank, output_field=IntegerField()), Subquery(tier_rank, output_field=IntegerField())
            )
        )
        .filter(Q(rank__isnull=False) | Q(price_list__is_default=True))
        .select_related("price_list")
        .order_by(F("rank").asc(nulls_last=True), "price_list", "-from_quantity")
    )
    return found


def _best(rows: Sequence[Price], quantity: Decimal, currency: str) -> Priced | None:
    """The first price whose quantity is reached: rows come by list, then from the largest quantity down."""
    for row in rows:
        if row.from_quantity <= quantity:
            return Priced(row.unit_price, currency, row.price_list.name, row.from_quantity, row.price_list_id)
    return None


def _list_prices(item_ids: set[int], currency: str) -> dict[int, Priced]:
    if currency != Company.current().currency:
        return {}
    rows = Item.objects.filter(pk__in=item_ids, list_price__isnull=False).values_list("pk", "list_price")
    return {pk: Priced(price, currency, str(_("List price"))) for pk, price in rows}


def tiers_of(*, parties: Iterable[int]) -> dict[int, str]:
    """The names of customers' tiers, by the customer's key. Costs one statement."""
    rows = TierMember.objects.filter(party__in=set(parties)).values_list("party_id", "tier__name")
    return dict(rows)
