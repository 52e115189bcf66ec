"""Rebates, penalties and shortfalls, reckoned from what happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _t

from loomline.domains.contracts.models import Contract, DueKind, Penalty, Rebate, Trigger
from loomline.domains.contracts.queries.bought import Bought, bought, burn_downs
from loomline.domains.sites import queries as sites
from loomline.kernel.context import Ctx
from loomline.kernel.money import minor_unit
from loomline.kernel.quantity import plain

ZERO = Decimal(0)


@dataclass(frozen=True)
class Owed:
    """One thing that is owed, and how it is reckoned; `key` names it for good."""

    kind: DueKind
    key: str
    on: date
    amount: Decimal
    says: str
    receipt_id: int | None = None


def owed(ctx: Ctx, *, contract: Contract, until: date) -> list[Owed]:
    """All that is owed by a contract for what happened up to a day."""
    came = [one for one in bought(ctx, contract=contract) if one.on <= until]
    penalties = {row.trigger: row for row in contract.penalties.all()}
    coin = minor_unit(contract.currency)
    found = [
        *_late(contract, penalties.get(Trigger.LATE), came, coin),
        *_rejected(contract, penalties.get(Trigger.REJECTED), came, coin),
        *_rebates(contract, came, until, coin),
        *_shortfalls(ctx, contract, came, until, coin),
    ]
    return sorted((one for one in found if one.amount > 0), key=lambda one: (one.on, one.kind, one.key))


def _late(
    contract: Contract, penalty: Penalty | None, came: Sequence[Bought], coin: Decimal
) -> Iterator[Owed]:
    if penalty is None:
        return
    for one in came:
        line = one.receipt_line.purchase_line
        due = line.confirmed_on or line.requested_on
        if due is None or one.on <= due or not one.quantity:
            continue
        calendar = sites.work_calendar(site=one.receipt_line.receipt.site)
        days = calendar.between(due, one.on) - penalty.grace_days
        if days <= 0:
            continue
        share = min(penalty.rate * days, penalty.most)
        yield Owed(
            kind=DueKind.LATE,
            key=f"receiptline:{one.receipt_line.pk}",
            on=one.on,
            amount=(one.worth * share).quantize(coin),
            says=_t("{goods}, {days} working days late after {grace} without, {share} of {worth}").format(
                goods=_goods(one),
                days=days,
                grace=penalty.grace_days,
                share=_share(share),
                worth=plain(one.worth),
            ),
            receipt_id=one.receipt_line.receipt_id,
        )


def _rejected(
    contract: Contract, penalty: Penalty | None, came: Sequence[Bought], coin: Decimal
) -> Iterator[Owed]:
    if penalty is None:
        return
    for one in came:
        if not one.rejected:
            continue
        worth = one.rejected * one.price
        share = min(penalty.rate, penalty.most)
        yield Owed(
            kind=DueKind.REJECTED,
            key=f"receiptline:{one.receipt_line.pk}",
            on=one.on,
            amount=(worth * share).quantize(coin),
            says=_t("{quantity} {unit} {item} rejected, {share} of {worth}").format(
                quantity=plain(one.rejected),
                unit=one.receipt_line.item.unit.code,
                item=one.receipt_line.item.name,
                share=_share(share),
                worth=plain(worth.quantize(coin)),
            ),
            receipt_id=one.receipt_line.receipt_id,
        )


def _rebates(contract: Contract, came: Sequence[Bought], until: date, coin: Decimal) -> Iterator[Owed]:
    tiers = list(contract.rebates.order_by("from_amount"))
    if not tiers:
        return
    by_year: dict[int, Decimal] = defaultdict(Decimal)
    for one in came:
        by_year[_year_of(contract, one.on)] += one.worth
    for year, worth in sorted(by_year.items()):
        last = min(_start_of(contract, year + 1) - timedelta(days=1), contract.ends_on)
        if last > until:
            continue
        yield Owed(
            kind=DueKind.REBATE,
            key=f"year:{year}",
            on=last,
            amount=_rebate(tiers, worth).quantize(coin),
            says=_t("{worth} bought in year {year} of the contract").format(
                worth=plain(worth), year=year + 1
            ),
        )


def _rebate(tiers: Sequence[Rebate], worth: Decimal) -> Decimal:
    reached = [row for row in tiers if worth >= row.from_amount]
    if not reached:
        return ZERO
    top = reached[-1]
    if top.on_all:
        return worth * top.rate
    amount = ZERO
    for row, above in zip(reached, [*reached[1:], None], strict=True):
        limit = above.from_amount if above is not None else worth
        amount += (min(worth, limit) - row.from_amount) * row.rate
    return amount


def _year_of(contract: Contract, on: date) -> int:
    """Which year of the contract a day lies in, counted from 0."""
    start = contract.starts_on
    return on.year - start.year - ((on.month, on.day) < (start.month, start.day))


def _start_of(contract: Contract, year: int) -> date:
    start = contract.starts_on
    day = 28 if (start.month, start.day) == (2, 29) else start.day
    return date(start.year + year, start.month, day)


def _shortfalls(
    ctx: Ctx, contract: Contract, came: Sequence[Bought], until: date, coin: Decimal
) -> Iterator[Owed]:
    for one in burn_downs(ctx, contract=contract, came=came):
        row = one.commitment
        if row.ends_on > until or not row.shortfall_rate or not one.missing:
            continue
        price = Decimal(1) if row.quantity is None else _mean_price(contract, row.item_id, came)
        unit = contract.currency if row.quantity is None or row.item is None else row.item.unit.code
        yield Owed(
            kind=DueKind.SHORTFALL,
            key=f"commitment:{row.pk}",
            on=row.ends_on,
            amount=(one.missing * price * row.shortfall_rate).quantize(coin),
            says=_t("{missing} not bought of {promised}, {share} of its worth").format(
                missing=f"{plain(one.missing)} {unit}",
                promised=plain(one.promised),
                share=_share(row.shortfall_rate),
            ),
        )


def _mean_price(contract: Contract, item_id: int | None, came: Sequence[Bought]) -> Decimal:
    """What a unit cost; the agreed price where nothing came."""
    mine = [one for one in came if one.item_id == item_id and one.quantity]
    quantity = sum((one.quantity for one in mine), ZERO)
    if quantity:
        return sum((one.quantity * one.price for one in mine), ZERO) / quantity
    agreed = contract.prices.filter(item=item_id).order_by("from_quantity").first()
    return agreed.price if agreed is not None else ZERO


def _goods(one: Bought) -> str:
    item = one.receipt_line.item
    return f"{plain(one.quantity)} {item.unit.code} {item.name}"


def _share(share: Decimal) -> str:
    return f"{plain(share * 100)} %"
