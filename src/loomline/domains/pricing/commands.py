"""Setting prices, and giving customers their lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.parties.models import Party
from loomline.domains.pricing.events import (
    PriceListCopied,
    PriceListGiven,
    PriceListTaken,
    PricesSet,
    TierGiven,
    TierTaken,
)
from loomline.domains.pricing.models import CustomerPriceList, Price, PriceList, Tier, TierMember
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused

BATCH = 2000
Key = tuple[int, Decimal]


class PriceNegative(Refused):
    """Nothing costs less than nothing."""

    says = _("{item}: a price and its quantity cannot be negative.")


class PeriodEmpty(Refused):
    """A price holds at least one day."""

    says = _("{item}: the price ends on {end}, before it begins on {begin}. The last day is not included.")


class PriceTwice(Refused):
    """One price for one quantity on one day."""

    says = _("{item} stands twice from quantity {quantity} on the same days. Leave one out; nothing was set.")


class NothingToSet(Refused):
    """An empty list of prices changes nothing."""

    says = _("Name at least one price to set.")


class ListGiven(Refused):
    """A customer has a list once."""

    says = _("{party} already has the price list {price_list}.")


class ListNotGiven(Refused):
    """Only a list that was given can be taken."""

    says = _("{party} does not have the price list {price_list}.")


class NameTaken(Refused):
    """Lists are told apart by name."""

    says = _("There is already a price list called {name}. Choose another name.")


class NobodyNamed(Refused):
    """A tier is given to somebody."""

    says = _("Name at least one customer.")


class NotInTier(Refused):
    """Only who is in a tier leaves it."""

    says = _("{party} is not in the tier {tier}.")


@dataclass(frozen=True, kw_only=True)
class PriceDraft:
    """A price to be; its last day is not included, and empty days mean always."""

    item: Item
    unit_price: Decimal
    from_quantity: Decimal = Decimal(0)
    valid_from: date | None = None
    valid_to: date | None = None


@command(label=_("Set price"), icon="tag", undo=True)
def set_price(
    ctx: Ctx,
    *,
    price_list: PriceList,
    item: Item,
    unit_price: Decimal,
    from_quantity: Decimal = Decimal(0),
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Price:
    """Set what an item costs in a list; what it cost before on those days gives way, other days stay."""
    draft = PriceDraft(
        item=item,
        unit_price=unit_price,
        from_quantity=from_quantity,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    return set_prices(ctx, price_list=price_list, prices=[draft])[0]


@command(hidden=True, undo=True)
def set_prices(ctx: Ctx, *, price_list: PriceList, prices: list[PriceDraft]) -> list[Price]:
    """Set many prices of a list at once; a temporary price cuts a gap into the one it replaces."""
    price_list = lock(price_list)
    _refuse_unclear(prices)
    items = {draft.item.pk for draft in prices}
    known: dict[Key, list[Price]] = {}
    for row in Price.objects.select_for_update().filter(price_list=price_list, item__in=items).order_by("pk"):
        known.setdefault((row.item_id, row.from_quantity), []).append(row)

    work = _Rewrite()
    written = [work.put(known.get((d.item.pk, d.from_quantity), []), d, price_list) for d in prices]
    work.write()

    ctx.emit(
        PricesSet(
            price_list_id=price_list.pk,
            price_list=price_list.name,
            item_ids=tuple(sorted(items)),
            count=len(prices),
            shown=_shown(prices, price_list.currency),
        )
    )
    return written


@command(label=_("Give to a customer"), icon="user-plus", undo=True)
def give_price_list(ctx: Ctx, *, price_list: PriceList, party: Party, position: int = 1) -> CustomerPriceList:
    """Let a customer buy at the prices of a list; of several, the lower position is asked first."""
    if CustomerPriceList.objects.filter(party=party, price_list=price_list).exists():
        raise ListGiven(party=party, price_list=price_list, at_field="party")

    given: CustomerPriceList = CustomerPriceList.objects.create(
        party=party, price_list=price_list, position=position
    )

    ctx.emit(
        PriceListGiven(
            price_list_id=price_list.pk, price_list=price_list.name, party_id=party.pk, party=party.name
        )
    )
    return given


@command(label=_("Take from a customer"), icon="x", undo=True)
def take_price_list(ctx: Ctx, *, price_list: PriceList, party: Party) -> PriceList:
    """Let a customer no longer buy at the prices of a list; orders written before keep theirs."""
    given = CustomerPriceList.objects.select_for_update().filter(party=party, price_list=price_list).first()

    if given is None:
        raise ListNotGiven(party=party, price_list=price_list, at_field="party")

    given.delete()

    ctx.emit(
        PriceListTaken(
            price_list_id=price_list.pk, price_list=price_list.name, party_id=party.pk, party=party.name
        )
    )
    return price_list


@command(label=_("Put customers in"), icon="users-group", undo=True)
def put_in_tier(ctx: Ctx, *, tier: Tier, parties: list[Party]) -> Tier:
    """Let customers buy at the prices of a tier; a tier that they were in before is left."""
    held = TierMember.objects.select_for_update().filter(party__in=[p.pk for p in parties]).order_by("pk")
    known = {row.party_id: row for row in held}
    if not parties:
        raise NobodyNamed(at_field="parties")

    moved = [row for row in known.values() if row.tier_id != tier.pk]
    for row in moved:
        row.tier, row.since = tier, ctx.today
    TierMember.objects.bulk_update(moved, ["tier", "since"], batch_size=BATCH)
    fresh = {party.pk: party for party in parties if party.pk not in known}
    TierMember.objects.bulk_create(
        [TierMember(party=party, tier=tier, since=ctx.today) for party in fresh.values()], batch_size=BATCH
    )

    changed = (*fresh, *(row.party_id for row in moved))
    if changed:
        ctx.emit(TierGiven(tier_id=tier.pk, tier=tier.name, party_ids=changed))
    return tier


@command(label=_("Take a customer out"), icon="x", undo=True)
def take_from_tier(ctx: Ctx, *, tier: Tier, party: Party) -> Tier:
    """Let a customer no longer buy at the prices of a tier; orders written before keep theirs."""
    held = TierMember.objects.select_for_update().filter(party=party, tier=tier).first()
    if held is None:
        raise NotInTier(party=party, tier=tier, at_field="party")

    held.delete()

    ctx.emit(TierTaken(tier_id=tier.pk, tier=tier.name, party_id=party.pk))
    return tier


@command(label=_("Copy with a percentage"), icon="copy")
def copy_price_list(
    ctx: Ctx,
    *,
    price_list: PriceList,
    name: str,
    percent: Decimal = Decimal(0),
    decimals: int = 2,
    valid_from: date | None = None,
) -> PriceList:
    """Make a new list from one there is, all prices raised or lowered by a percentage and rounded."""
    if PriceList.objects.filter(name=name).exists():
        raise NameTaken(name=name, at_field="name")

    made: PriceList = PriceList.objects.create(name=name, currency=price_list.currency, valid_from=valid_from)
    rows = Price.objects.filter(price_list=price_list).exclude(valid_to__lte=valid_from or ctx.today)
    factor, step = 1 + percent / 100, Decimal(1).scaleb(-decimals)
    copies = Price.objects.bulk_create(
        (_copied(row, made, (row.unit_price * factor).quantize(step, ROUND_HALF_UP)) for row in rows),
        batch_size=BATCH,
    )

    ctx.emit(
        PriceListCopied(
            price_list_id=made.pk,
            price_list=made.name,
            source=price_list.name,
            count=len(copies),
            percent=f"{percent:+f}",
        )
    )
    return made


def _copied(row: Price, price_list: PriceList, unit_price: Decimal) -> Price:
    return Price(
        price_list=price_list,
        item_id=row.item_id,
        from_quantity=row.from_quantity,
        unit_price=max(unit_price, Decimal(0)),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


class _Rewrite:
    """Collects which rows go, shrink and come, and writes them in three statements.

    Rows go and shrink before new ones come, because the database lets no two prices overlap, not even
    for a moment.
    """

    def __init__(self) -> None:
        self.gone: list[Price] = []
        self.changed: dict[int, Price] = {}
        self.new: list[Price] = []

    def put(self, rows: list[Price], draft: PriceDraft, price_list: PriceList) -> Price:
        """Make room for one price among those of the same item and quantity."""
        for row in rows:
            if row.pk and _same_days(row, draft):
                row.unit_price = draft.unit_price
                self.changed[row.pk] = row
                return row
        for row in list(rows):
            if _overlap(row, draft):
                rows.remove(row)
                rows.extend(self._cut(row, draft))
        made = Price(
            price_list=price_list,
            item=draft.item,
            from_quantity=draft.from_quantity,
            unit_price=draft.unit_price,
            valid_from=draft.valid_from,
            valid_to=draft.valid_to,
        )
        self.new.append(made)
        return made

    def _cut(self, row: Price, draft: PriceDraft) -> list[Price]:
        """What stays of a row when the days of the draft are taken out of it."""
        begin, end = draft.valid_from, draft.valid_to
        before = begin is not None and (row.valid_from is None or row.valid_from < begin)
        after = end is not None and (row.valid_to is None or row.valid_to > end)
        stays: list[Price] = []
        if before and after:
            stays.append(self._rest(row, end))
        if before:
            row.valid_to = begin
        elif after:
            row.valid_from = end
        else:
            self._drop(row)
            return stays
        if row.pk:
            self.changed[row.pk] = row
        return [row, *stays]

    def _rest(self, row: Price, begin: date | None) -> Price:
        """The part of a row that lies behind a gap, as a row of its own."""
        rest = Price(
            price_list_id=row.price_list_id,
            item_id=row.item_id,
            from_quantity=row.from_quantity,
            unit_price=row.unit_price,
            valid_from=begin,
            valid_to=row.valid_to,
        )
        self.new.append(rest)
        return rest

    def _drop(self, row: Price) -> None:
        if row.pk:
            self.gone.append(row)
        else:
            self.new.remove(row)

    def write(self) -> None:
        """Carry it out."""
        if self.gone:
            Price.objects.filter(pk__in=[row.pk for row in self.gone]).delete()
        if self.changed:
            names = ["unit_price", "valid_from", "valid_to"]
            Price.objects.bulk_update(list(self.changed.values()), names, batch_size=BATCH)
        Price.objects.bulk_create(self.new, batch_size=BATCH)


def _refuse_unclear(prices: Sequence[PriceDraft]) -> None:
    if not prices:
        raise NothingToSet
    seen: dict[Key, list[PriceDraft]] = {}
    for draft in prices:
        if draft.unit_price < 0 or draft.from_quantity < 0:
            raise PriceNegative(item=draft.item, at_field="unit_price")
        if draft.valid_from and draft.valid_to and draft.valid_to <= draft.valid_from:
            raise PeriodEmpty(
                item=draft.item, end=draft.valid_to, begin=draft.valid_from, at_field="valid_to"
            )
        others = seen.setdefault((draft.item.pk, draft.from_quantity), [])
        if any(_overlap(other, draft) for other in others):
            raise PriceTwice(item=draft.item, quantity=plain(draft.from_quantity), at_field="item")
        others.append(draft)


def _same_days(row: Price | PriceDraft, draft: PriceDraft) -> bool:
    return (row.valid_from, row.valid_to) == (draft.valid_from, draft.valid_to)


def _overlap(row: Price | PriceDraft, draft: PriceDraft) -> bool:
    begins_before = row.valid_from is None or draft.valid_to is None or row.valid_from < draft.valid_to
    ends_after = row.valid_to is None or draft.valid_from is None or draft.valid_from < row.valid_to
    return begins_before and ends_after


def _shown(prices: Sequence[PriceDraft], currency: str) -> str:
    words = [f"{draft.item.name} {plain(draft.unit_price)} {currency}" for draft in prices[:3]]
    return ", ".join(words) + (" …" if len(prices) > 3 else "")
