"""Holding goods for a quote until a day: what is in stock, and what is on its way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import ItemKind
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.commands import Demand
from loomline.domains.parties.models import CustomerTerms
from loomline.domains.planning import queries
from loomline.domains.planning.commands.following import end_pegs
from loomline.domains.planning.commands.tying import end_of, peg_of, take_before, write_pegs
from loomline.domains.planning.events import GoodsHeld, HoldEnded
from loomline.domains.planning.models import ORDER_LINE, QUOTE_LINE, Peg
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Order, OrderLine, Quote, QuoteLine, QuoteState
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused

ZERO = Decimal(0)


class QuoteNotStanding(Refused):
    """Goods are held for an offer that the customer can take."""

    says = _(
        "Quote {number} is {state}. Goods are held only for a quote that was sent and has no answer yet."
    )


class HeldTooLong(Refused):
    """An offer that is over holds nothing back from others."""

    says = _(
        "Goods can be held for quote {number} until {last} at the latest. Choose a day from today to then."
    )


class NothingToHold(Refused):
    """A hold of nothing would promise something."""

    says = _(
        "Nothing of quote {number} is free in stock at its site or on its way. There is nothing to hold;"
        " the days on its lines stand."
    )


class NothingHeld(Refused):
    """Only what is held can be let go."""

    says = _("Nothing is held for quote {number}.")


@command(label=_("Hold goods"), icon="lock", states=(QuoteState.SENT,))
def hold_goods(ctx: Ctx, *, quote: Quote, until: date | None = None) -> Quote:
    """Keep the goods of an offer for its customer until a day; without a day, as long as it may be."""
    quote = lock(quote)
    lines = list(quote.lines.select_related("item").order_by("position", "pk"))

    if quote.state != QuoteState.SENT:
        raise QuoteNotStanding(number=quote.number, state=quote.state.label.lower())
    last = last_day(ctx, quote)
    until = until or last
    if not ctx.today <= until <= last:
        raise HeldTooLong(number=quote.number, last=last, at_field="until")

    _let_go([line.pk for line in lines], ctx)
    held = _hold(ctx, quote, lines, end_of(ctx, until))
    if not held:
        raise NothingToHold(number=quote.number)
    sales.note_hold(ctx, quotes=[quote], until=until)

    ctx.emit(GoodsHeld(**_about(quote), until=until, lines=len(held), of=len(lines)))
    return quote


@command(label=_("Send and hold goods"), icon="lock", states=(QuoteState.DRAFT,))
def send_and_hold(ctx: Ctx, *, quote: Quote, until: date | None = None) -> Quote:
    """Send an offer and keep its goods for the customer in one go."""
    return hold_goods(ctx, quote=sales.send_quote(ctx, quote=quote), until=until)


@command(label=_("Let the goods go"), icon="lock-open", states=(QuoteState.SENT,))
def end_hold(ctx: Ctx, *, quote: Quote) -> Quote:
    """Free what is held for an offer; the offer itself stands."""
    quote = lock(quote)
    if quote.held_until is None:
        raise NothingHeld(number=quote.number)
    _let_go(_lines_of([quote.pk]), ctx)
    sales.note_hold(ctx, quotes=[quote], until=None)

    ctx.emit(HoldEnded(**_about(quote)))
    return quote


@command(hidden=True)
def let_go(ctx: Ctx, *, quote_ids: list[int]) -> int:
    """Free what is held for offers that are over. Returns for how many something was held."""
    ended = list(Quote.objects.filter(pk__in=quote_ids, held_until__isnull=False).select_for_update())
    _let_go(_lines_of(quote_ids), ctx)
    if ended:
        sales.note_hold(ctx, quotes=ended, until=None)
    return len(ended)


@command(hidden=True)
def lapse_holds(ctx: Ctx) -> list[Quote]:
    """Free what was held until a day that is over, or for an order that was thrown away as a draft."""
    over = list(queries.holds_over(today=ctx.today).select_for_update(of=("self",)))
    let_go(ctx, quote_ids=[quote.pk for quote in over])
    for quote in over:
        ctx.emit(HoldEnded(**_about(quote)))
    return over


@command(hidden=True)
def keep_hold(ctx: Ctx, *, order: Order) -> int:
    """The customer said yes: what is held for the lines that were bought lapses no more, the rest is free."""
    bought = set(OrderLine.objects.filter(order=order).values_list("quote_line_id", flat=True))
    lines = _lines_of([order.quote_id or 0])
    _let_go([pk for pk in lines if pk not in bought], ctx)
    return inventory.pass_on(
        ctx, origins={(QUOTE_LINE, pk): (QUOTE_LINE, pk) for pk in lines if pk in bought}
    )


@command(hidden=True)
def turn_hold(ctx: Ctx, *, order: Order) -> int:
    """The order is promised: what was held for its quote is reserved and on its way for its lines now."""
    lines = {
        line.quote_line_id: line for line in order.lines.all() if line.quote_line_id and not line.is_direct
    }
    moved = inventory.pass_on(
        ctx, origins={(QUOTE_LINE, pk): (ORDER_LINE, line.pk) for pk, line in lines.items()}
    )
    reserved = inventory.trim_reservations(
        ctx, limits={(ORDER_LINE, line.pk): line.open_quantity for line in lines.values()}
    )
    _turn_pegs(lines)
    let_go(ctx, quote_ids=[order.quote_id or 0])
    return moved - len(reserved)


def last_day(ctx: Ctx, quote: Quote) -> date:
    """How long goods may be held: until the quote ends, or for the days agreed with the customer."""
    terms = CustomerTerms.objects.filter(party=quote.customer_id).first()
    if terms is None or terms.hold_days is None:
        return quote.valid_until
    return min(quote.valid_until, ctx.today + timedelta(days=terms.hold_days))


def _hold(ctx: Ctx, quote: Quote, lines: Sequence[QuoteLine], expires_at: datetime) -> set[int]:
    """Keep what is free and promised to no order. Returns the lines that got any."""
    wanted = {line.pk: line for line in lines if line.is_firm and line.item.kind == ItemKind.STOCK}
    before = queries.claims(item_ids={line.item_id for line in wanted.values()})
    result = inventory.reserve(
        ctx,
        demands=[
            Demand(
                item_id=line.item_id,
                quantity=line.quantity,
                origin_kind=QUOTE_LINE,
                origin_id=pk,
                site_id=quote.site_id,
                customer_id=quote.customer_id,
            )
            for pk, line in wanted.items()
            if quote.site_id is not None
        ],
        after=[claim.demand() for claim in before if claim.site_id is not None],
        expires_at=expires_at,
    )
    short = {
        row.demand.origin_id: row.missing for row in result.short if row.demand.origin_kind == QUOTE_LINE
    }
    free = queries.unclaimed({wanted[pk].item_id for pk in short})
    take_before(free, before, result.short)
    pegs = []
    for pk, missing in short.items():
        for supply in free.get(wanted[pk].item_id, []):
            taken = min(missing, supply.free)
            if taken > 0 and supply.on is not None:
                missing -= taken
                supply.free -= taken
                pegs.append(peg_of(QUOTE_LINE, pk, supply.kind, supply.pk, wanted[pk].item_id, taken))
    write_pegs(pegs)
    return {row.origin_id for row in result.reserved} | {peg.demand_id for peg in pegs}


def _turn_pegs(lines: Mapping[int, OrderLine]) -> None:
    """What is on its way is tied to the order instead, up to what its lines still lack."""
    left = queries.lacking(lines={line.pk: line for line in lines.values()}) if lines else {}
    sums: dict[tuple[int, str, int], Peg] = {}
    for peg in queries.pegs_for(kind=QUOTE_LINE, ids=lines):
        line = lines[peg.demand_id]
        quantity = min(peg.quantity, left[line.pk]) if peg.item_id == line.item_id else ZERO
        if quantity > 0:
            left[line.pk] -= quantity
            sums[line.pk, peg.supply_kind, peg.supply_id] = peg_of(
                ORDER_LINE, line.pk, peg.supply_kind, peg.supply_id, peg.item_id, quantity
            )
    write_pegs(list(sums.values()))


def _lines_of(quotes: Iterable[int]) -> list[int]:
    return list(QuoteLine.objects.filter(quote__in=list(quotes)).order_by("pk").values_list("pk", flat=True))


def _let_go(lines: Sequence[int], ctx: Ctx) -> None:
    if lines:
        inventory.release(ctx, origins=[(QUOTE_LINE, pk) for pk in lines])
        end_pegs(ctx, demand_kind=QUOTE_LINE, demand_ids=list(lines))


def _about(quote: Quote) -> dict[str, Any]:
    return {"quote_id": quote.pk, "customer_id": quote.customer_id, "number": quote.number}
