"""Landed cost: what it took to bring goods here, split over them and handed on by those that are gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.costing.commands.changing import ValueChange, change_values
from loomline.domains.costing.commands.pending import catch_up
from loomline.domains.costing.events import LandedCostPosted, LandedCostReversed
from loomline.domains.costing.models import (
    Basis,
    CostEntry,
    Counter,
    EntryKind,
    LandedCost,
    LandedShare,
    Reason,
)
from loomline.domains.inventory.models import StockMove
from loomline.domains.ledger import queries as ledger
from loomline.domains.parties.models import Party
from loomline.engines.freight.rating import allocate
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.money import minor_unit
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance

ZERO = Decimal(0)
ORIGIN = "costing.landedcost"


class NoRate(Refused):
    """What a currency is worth must be known."""

    says = _("There is no exchange rate of {currency} on {day}. Add one under Finance.")


class NothingMeasured(Refused):
    """There is nothing to split by."""

    says = _("{item} has no {measure}. Enter it at the item, or split the charge by something else.")


class NoGoods(Refused):
    """A charge needs goods that it brought."""

    says = _("Choose at least one receipt that the charge has brought here.")


class NotReceived(Refused):
    """Only what came in bears a charge."""

    says = _(
        "{move} is no receipt, or has no value yet. Choose moves into stock; what came just now has its value"
        " in a few seconds."
    )


class ChargeOfNothing(Refused):
    """A charge is an amount."""

    says = _("A charge needs an amount that is not 0, in whole {coin}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class ShareDraft:
    """A receipt that is to take its part of a charge."""

    move: StockMove


@command(creates=LandedCost, label=_("Add landed cost"), icon="truck-delivery")
def add_landed_cost(
    ctx: Ctx,
    *,
    name: str,
    amount: Decimal,
    shares: list[ShareDraft],
    basis: Basis = Basis.VALUE,
    currency: str = "",
    charged_on: date | None = None,
    supplier: Party | None = None,
    reference: str = "",
) -> LandedCost:
    """Split freight, duty or insurance over what came in; goods that are gone hand their part on."""
    coin = minor_unit(currency or ctx.company.currency)
    moves = list({share.move.pk: share.move for share in shares}.values())

    if not moves:
        raise NoGoods
    if not amount or amount % coin:
        raise ChargeOfNothing(coin=coin, at_field="amount")
    day = charged_on or ctx.today
    rate = _rate(ctx, currency or ctx.company.currency, day)
    cost = (amount * rate).quantize(minor_unit(ctx.company.currency), ROUND_HALF_UP)
    catch_up(ctx)
    weights = _weights(moves, basis)

    landed = LandedCost.objects.create(
        name=name, supplier=supplier, reference=reference, charged_on=day,
        currency=currency or ctx.company.currency, amount=amount, rate=rate, cost=cost, basis=basis,
        posted_at=ctx.now,
    )  # fmt: skip
    _share_out(ctx, landed, weights, cost)

    ctx.emit(_posted(landed, moves))
    return landed


@command(move="reverse", label=_("Reverse"), icon="arrow-back-up", danger=True)
def reverse_landed_cost(ctx: Ctx, *, landed: LandedCost, reason: str) -> LandedCost:
    """Take a charge off the goods again, wherever they are by now."""
    landed = lock(landed)
    shares = list(landed.shares.order_by("pk"))

    advance(landed, "reverse")
    change_values(
        ctx,
        changes=[
            ValueChange(move_id=share.move_id, amount=-share.amount) for share in shares if share.amount
        ],
        reason=Reason.LANDED,
        counter=Counter.LANDED,
        on=ctx.today,
        text=reason[:200],
        origin_kind=ORIGIN,
        origin_id=landed.pk,
    )

    ctx.emit(
        LandedCostReversed(
            landed_id=landed.pk,
            item_ids=tuple(sorted({share.item_id for share in shares})),
            number=str(landed),
            charge=landed.name,
            amount=landed.cost,
            currency=ctx.company.currency,
            reason=reason,
        )
    )
    return landed


def _rate(ctx: Ctx, currency: str, day: date) -> Decimal:
    if currency == ctx.company.currency:
        return Decimal(1)
    found = ledger.exchange_rates(currencies=[currency], into=ctx.company.currency, on=day).get(currency)
    if found is None:
        raise NoRate(currency=currency, day=day, at_field="currency")
    return found.quantize(Decimal("1e-10"))


def _weights(moves: Sequence[StockMove], basis: Basis) -> list[tuple[StockMove, Decimal]]:
    """By what each receipt takes its part: in the order of the receipts, so that cents fall alike."""
    ordered = sorted(moves, key=lambda move: move.pk)
    entries = CostEntry.objects.filter(move__in=[move.pk for move in ordered], kind=EntryKind.IN)
    values: dict[int, Decimal] = {}
    for move_id, value in entries.values_list("move", "value"):
        values[move_id] = values.get(move_id, ZERO) + value
    for move in ordered:
        if move.pk not in values:
            raise NotReceived(move=move)
    if basis == Basis.VALUE:
        found = [(move, values[move.pk]) for move in ordered]
        # Goods that cost nothing bear a charge by how many they are.
        return found if any(weight for _move, weight in found) else [(m, m.quantity) for m in ordered]
    if basis == Basis.QUANTITY:
        return [(move, move.quantity) for move in ordered]
    return _measured(ordered, basis)


MEASURES: Mapping[Basis, tuple[Callable[[Item], Decimal | None], object]] = {
    Basis.WEIGHT: (lambda item: item.weight_kg, _("weight")),
    Basis.VOLUME: (lambda item: item.volume_m3, _("volume")),
}


def _measured(moves: Sequence[StockMove], basis: Basis) -> list[tuple[StockMove, Decimal]]:
    measure, word = MEASURES[basis]
    items = Item.objects.in_bulk({move.item_id for move in moves})
    found = []
    for move in moves:
        one = measure(items[move.item_id])
        if not one:
            raise NothingMeasured(item=items[move.item_id], measure=word, at_field="basis")
        found.append((move, one * move.quantity))
    return found


def _share_out(
    ctx: Ctx, landed: LandedCost, weights: Sequence[tuple[StockMove, Decimal]], cost: Decimal
) -> None:
    places = -int(minor_unit(ctx.company.currency).as_tuple().exponent)
    amounts = allocate(cost, [weight for _move, weight in weights], places=places)
    LandedShare.objects.bulk_create(
        [
            LandedShare(
                landed=landed, move=move, item_id=move.item_id, quantity=move.quantity, weight=weight,
                amount=amount,
            )
            for (move, weight), amount in zip(weights, amounts, strict=True)
        ]
    )  # fmt: skip
    change_values(
        ctx,
        changes=[
            ValueChange(move_id=move.pk, amount=amount)
            for (move, _weight), amount in zip(weights, amounts, strict=True)
            if amount
        ],
        reason=Reason.LANDED,
        counter=Counter.LANDED,
        on=landed.charged_on,
        text=f"{landed.name} {landed.reference}".strip()[:200],
        origin_kind=ORIGIN,
        origin_id=landed.pk,
    )


def _posted(landed: LandedCost, moves: Sequence[StockMove]) -> LandedCostPosted:
    return LandedCostPosted(
        landed_id=landed.pk,
        supplier_id=landed.supplier_id,
        item_ids=tuple(sorted({move.item_id for move in moves})),
        lot_ids=tuple(sorted({move.lot_id for move in moves if move.lot_id})),
        number=str(landed),
        charge=landed.name,
        amount=landed.amount,
        currency=landed.currency,
        receipts=len(moves),
        basis=str(Basis(landed.basis).label).lower(),
    )
