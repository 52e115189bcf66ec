"""Valuing an item anew: another cost of what is on hand, another standard, another method."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item, Tracking
from loomline.domains.costing import queries
from loomline.domains.costing.commands.book import Book
from loomline.domains.costing.commands.pending import catch_up
from loomline.domains.costing.commands.rules import add_reference
from loomline.domains.costing.commands.shelf import Shelf
from loomline.domains.costing.commands.valuing import lock_costings
from loomline.domains.costing.events import MethodChanged, StockRevalued
from loomline.domains.costing.models import Counter, ItemCosting, Method, Reason
from loomline.domains.inventory.models import Balance
from loomline.domains.ledger.models import EntryKind as JournalKind
from loomline.engines.valuation import Layer
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused

ZERO = Decimal(0)


class NothingOnHand(Refused):
    """There is nothing to value."""

    says = _("Nothing of {item} is on hand, so there is nothing to value anew.")


class CostBelowNothing(Refused):
    """Goods cost nothing or more."""

    says = _("A cost of {cost} is below nothing.")


class StandardNeeded(Refused):
    """At standard cost the standard must be known."""

    says = _("{item} needs a standard cost. Enter it here or at the item.")


class SameMethod(Refused):
    """The item is valued so already."""

    says = _("{item} is valued by {method} already.")


class NoLots(Refused):
    """Lot by lot needs lots."""

    says = _("{item} is tracked neither by lot nor by serial number, so no lot has a cost of its own.")


class AtStandard(Refused):
    """The worth of such an item follows from its standard."""

    says = _("{item} is valued at standard cost. Set another standard instead.")


@command(hidden=True)
def keep_cost(ctx: Ctx, *, items: list[Item]) -> list[ItemCosting]:
    """Begin to keep the cost of items, in the usual way."""
    found = lock_costings(queries.rules() or add_reference(ctx), {item.pk for item in items})
    return [found[item.pk] for item in items]


@command(label=_("Revalue stock"), icon="scale", danger=True)
def revalue_stock(ctx: Ctx, *, costing: ItemCosting, unit_cost: Decimal, reason: str) -> ItemCosting:
    """Let what is on hand of an item be worth so much a unit; the difference is posted."""
    catch_up(ctx)
    costing, book = _book(ctx, costing, reason)
    on_hand = _on_hand(costing)

    if unit_cost < 0:
        raise CostBelowNothing(cost=unit_cost, at_field="unit_cost")
    if costing.method == Method.STANDARD:
        raise AtStandard(item=costing.item)
    if not on_hand:
        raise NothingOnHand(item=costing.item)

    difference = _anew(ctx, book, costing, [(None, on_hand)], unit_cost=unit_cost)
    book.write()

    ctx.emit(_revalued(ctx, costing, unit_cost, difference, reason))
    return costing


@command(label=_("Set standard cost"), icon="ruler-2")
def set_standard(ctx: Ctx, *, costing: ItemCosting, standard: Decimal, reason: str = "") -> ItemCosting:
    """Set what a unit shall cost from now on; what is on hand is revalued with it."""
    catch_up(ctx)
    costing, book = _book(ctx, costing, reason)

    if standard < 0:
        raise CostBelowNothing(cost=standard, at_field="standard")

    ItemCosting.objects.filter(pk=costing.pk).update(standard=standard)
    costing.standard = standard
    on_hand = _on_hand(costing)
    difference = ZERO
    if costing.method == Method.STANDARD and on_hand:
        difference = _anew(ctx, book, costing, [(None, on_hand)], unit_cost=standard)
        book.write()

    if difference:
        ctx.emit(_revalued(ctx, costing, standard, difference, reason or _t("new standard cost")))
    return costing


@command(label=_("Change the method"), icon="calculator", danger=True)
def change_method(
    ctx: Ctx, *, costing: ItemCosting, method: Method, standard: Decimal | None = None
) -> ItemCosting:
    """Value an item in another way from now on. What is on hand keeps its worth, but at standard cost."""
    catch_up(ctx)
    return _change_method(ctx, costing, method, standard)


def _change_method(
    ctx: Ctx, costing: ItemCosting, method: Method, standard: Decimal | None = None
) -> ItemCosting:
    costing, book = _book(ctx, costing, _t("Another method"))
    was = Method(costing.method)

    if method == Method.SPECIFIC and costing.item.tracking == Tracking.NONE:
        raise NoLots(item=costing.item, at_field="method")
    if method == was:
        raise SameMethod(item=costing.item, method=str(was.label).lower())
    set_cost = standard if standard is not None else costing.standard or costing.item.standard_cost
    if method == Method.STANDARD and not set_cost:
        raise StandardNeeded(item=costing.item, at_field="standard")

    on_hand = _on_hand(costing)
    lots = _by_lot(costing, on_hand) if method == Method.SPECIFIC else [(None, on_hand)]
    if on_hand and method != Method.FIFO:
        _anew(ctx, book, costing, lots, unit_cost=set_cost if method == Method.STANDARD else None)
        book.write()
    costing.method = method
    costing.standard = set_cost if method == Method.STANDARD else costing.standard
    ItemCosting.objects.filter(pk=costing.pk).update(method=method, standard=costing.standard)
    Item.objects.filter(pk=costing.item_id).update(cost_method=method)

    ctx.emit(
        MethodChanged(
            item_id=costing.item_id, item=costing.item.name, was=str(was.label).lower(),
            method=str(Method(method).label).lower(),
        )
    )  # fmt: skip
    return costing


@command(hidden=True)
def follow_items(ctx: Ctx) -> int:
    """Value items as their own page says since somebody changed it there. Returns how many."""
    catch_up(ctx)
    asked = list(queries.costings_to_follow()[:50])
    for costing in asked:
        _change_method(ctx, costing, Method(costing.item.cost_method))
    return len(asked)


def _book(ctx: Ctx, costing: ItemCosting, text: str) -> tuple[ItemCosting, Book]:
    locked = queries.costings_to_change(item_ids=[costing.item_id])
    rules = queries.rules() or add_reference(ctx)
    book = Book(ctx=ctx, rules=rules, costings=locked, text=text[:200], kind=JournalKind.COST)
    return locked[costing.item_id], book


def _on_hand(costing: ItemCosting) -> Decimal:
    return queries.left_of(item_ids=[costing.item_id]).get(costing.item_id, (ZERO, ZERO))[0]


def _by_lot(costing: ItemCosting, on_hand: Decimal) -> list[tuple[int | None, Decimal]]:
    """What is on hand by lot; what no lot has stays without one."""
    rows = Balance.objects.filter(
        item=costing.item_id, is_physical=True, lot__isnull=False, owner__isnull=True, on_hand__gt=0
    )
    found: list[tuple[int | None, Decimal]] = []
    for lot_id, quantity in rows.order_by("lot").values_list("lot").annotate(n=Sum("on_hand")):
        part = min(quantity, on_hand)
        if part > 0:
            found.append((lot_id, part))
            on_hand -= part
    return [*found, (None, on_hand)] if on_hand else found


def _anew(
    ctx: Ctx,
    book: Book,
    costing: ItemCosting,
    parts: Sequence[tuple[int | None, Decimal]],
    *,
    unit_cost: Decimal | None,
) -> Decimal:
    """Put what is on hand into new layers, at this cost or at the cost it has. Returns the difference."""
    shelf = Shelf({costing.item_id: costing})
    pool = (costing.item_id, None)
    shelf.fill([pool])
    queue = shelf.queue(pool)
    assert queue is not None
    total = ZERO
    for lot_id, quantity in parts:
        uses, _none = queue.take(quantity, book.coin)
        value = sum((use.value for use in uses), ZERO)
        layer: Layer = book.open(
            item_id=costing.item_id, lot_id=lot_id, quantity=quantity, value=value, turn=0, on=ctx.today
        )
        for use in uses:
            book.mix(use, layer, item=costing.item, on=ctx.today)
        if unit_cost is not None:
            difference = (quantity * unit_cost).quantize(book.coin, ROUND_HALF_UP) - value
            total += difference
            if difference:
                book.changed(
                    layer, difference, item=costing.item, counter=Counter.REVALUED, on=ctx.today,
                    reason=Reason.REVALUED,
                )  # fmt: skip
    return total


def _revalued(
    ctx: Ctx, costing: ItemCosting, unit_cost: Decimal, difference: Decimal, reason: str
) -> StockRevalued:
    return StockRevalued(
        item_id=costing.item_id,
        item=costing.item.name,
        unit_cost=unit_cost,
        difference=difference,
        currency=ctx.company.currency,
        unit=costing.item.unit.code,
        reason=reason,
    )
