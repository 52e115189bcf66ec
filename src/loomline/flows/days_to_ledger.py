"""Every day that sales gives to a customer stands in the ledger of promises, and whether it was kept.

The ledger reads what was told, a minute later and many at once, so that no order waits for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from loomline.domains.promises import ports as promises
from loomline.domains.promises.ports import Fact, Given, GivenUp, There
from loomline.domains.sales.events import (
    OrderAmended,
    OrderCancelled,
    OrderConfirmed,
    OrderPartShipped,
    OrderShipped,
    OrderTakenOver,
    QuoteAccepted,
    QuoteDeclined,
    QuoteExpired,
    QuoteRevised,
    QuoteSent,
)
from loomline.domains.sales.models import OrderLine, QuoteLine
from loomline.domains.warehouse.events import ShipmentDelayed, ShipmentDelivered
from loomline.domains.warehouse.models import ShipmentLine, ShipmentState
from loomline.kernel.context import Ctx
from loomline.kernel.event import Event, StoredEvent, revive
from loomline.kernel.port import fill

ORDERED, QUOTED = OrderLine._meta.label_lower, QuoteLine._meta.label_lower
GONE = (QuoteDeclined, QuoteExpired, QuoteRevised)
GIVES = (QuoteSent, OrderConfirmed, OrderAmended)
LEFT = (OrderPartShipped, OrderShipped, ShipmentDelivered, ShipmentDelayed)
HEARD: tuple[type[Event], ...] = (*GIVES, *GONE, *LEFT, QuoteAccepted, OrderCancelled, OrderTakenOver)


@dataclass
class _World:
    """The lines that a batch of events is about, as they stand now."""

    ordered: dict[int, OrderLine] = field(default_factory=dict)
    quoted: dict[int, QuoteLine] = field(default_factory=dict)
    of_order: dict[int, list[OrderLine]] = field(default_factory=dict)
    of_quote: dict[int, list[QuoteLine]] = field(default_factory=dict)
    arrives: dict[int, date] = field(default_factory=dict)


@fill(promises.heard)
def heard() -> Collection[str]:
    """What sales and the warehouse tell about days."""
    return [event.name for event in HEARD]


@fill(promises.facts_of)
def facts_of(ctx: Ctx, *, told: Sequence[StoredEvent]) -> list[Fact]:
    """The events in the words of the ledger, in their order. Three statements for any number."""
    events = [(one, revive(one.name, one.payload)) for one in told]
    world = _read([event for _one, event in events])
    return [fact for one, event in events for fact in _facts(ctx, one, event, world)]


def _read(events: Sequence[Any]) -> _World:
    orders = {event.order_id for event in events if hasattr(event, "order_id")}
    names = ("quote_id", "former_id")
    quotes = {getattr(event, name) for event in events for name in names if hasattr(event, name)}
    world = _World()
    for line in OrderLine.objects.filter(order__in=orders).select_related("order").order_by("pk"):
        world.ordered[line.pk] = line
        world.of_order.setdefault(line.order_id, []).append(line)
    for offered in QuoteLine.objects.filter(quote__in=quotes).select_related("quote").order_by("pk"):
        world.quoted[offered.pk] = offered
        world.of_quote.setdefault(offered.quote_id, []).append(offered)
    carried = ShipmentLine.objects.filter(shipment__order__in=orders, shipment__expected_on__isnull=False)
    carried = carried.filter(shipment__state__in=(ShipmentState.SHIPPED, ShipmentState.DELIVERED))
    for pk, on in carried.values_list("order_line_id", "shipment__expected_on"):
        world.arrives[pk] = max(on, world.arrives.get(pk, on))
    return world


def _facts(ctx: Ctx, one: StoredEvent, event: Any, world: _World) -> Iterator[Fact]:
    on = one.at.astimezone(ctx.company.zone).date()
    yield from _given(one, event, world) if isinstance(event, GIVES) else ()
    if isinstance(event, OrderTakenOver):
        for line in world.of_order.get(event.order_id, ()):
            yield _promise(one, line, str(line.promised_on), "", "")
        yield from _there(world, event.order_id)
    elif isinstance(event, OrderAmended):
        yield from _given_up(ORDERED, event.lines_removed, on, event.reason or event.difference)
        yield from _there(world, event.order_id)
    elif isinstance(event, OrderCancelled):
        offered = [world.ordered[pk].quote_line_id for pk in event.line_ids if pk in world.ordered]
        yield from _given_up(ORDERED, event.line_ids, on, event.reason)
        yield from _given_up(QUOTED, [pk for pk in offered if pk is not None], on, event.reason)
    elif isinstance(event, QuoteAccepted):
        bought = {line.quote_line_id for line in world.of_order.get(event.order_id, ())}
        left = {line.pk for line in world.of_quote.get(event.quote_id, ())} - bought
        yield from _given_up(QUOTED, left, on, event.order)
    elif isinstance(event, GONE):
        quote = event.former_id if isinstance(event, QuoteRevised) else event.quote_id
        yield from _given_up(QUOTED, [x.pk for x in world.of_quote.get(quote, ())], on, one.sentence)
    elif isinstance(event, LEFT):
        yield from _there(world, event.order_id)


def _given(one: StoredEvent, event: Any, world: _World) -> Iterator[Fact]:
    is_quote, days = isinstance(event, QuoteSent), event.days
    lines: dict[int, Any] = dict(world.quoted if is_quote else world.ordered)
    if not days and not isinstance(event, OrderAmended):
        # Told before events knew the days of their lines.
        own = world.of_quote.get(event.quote_id) if is_quote else world.of_order.get(event.order_id)
        days = [line.promised for line in own or ()]
    for pk, day, method, limit in days:
        if pk in lines and day:
            yield _promise(one, lines[pk], day, method, limit)


def _promise(one: StoredEvent, line: Any, day: str, method: str, limit: str) -> Given:
    document = line.order if (is_order := isinstance(line, OrderLine)) else line.quote
    return Given(
        subject=(ORDERED if is_order else QUOTED, line.pk),
        document=document.number,
        customer_id=document.customer_id,
        due_on=date.fromisoformat(day),
        by_id=one.activity.actor_id,
        at=one.at,
        item_id=line.item_id,
        quantity=line.quantity,
        method=method,
        limit=limit,
        binds=is_order,
        follows=(QUOTED, line.quote_line_id) if is_order and line.quote_line_id else None,
    )


def _given_up(kind: str, keys: Iterable[int], on: date, reason: str) -> Iterator[Fact]:
    for pk in keys:
        yield GivenUp(subject=(kind, pk), on=on, reason=reason)


def _there(world: _World, order_id: int) -> Iterator[Fact]:
    """What has left whole: there when its last shipment is; without shipments, when it left."""
    for line in world.of_order.get(order_id, ()):
        on = world.arrives.get(line.pk) or line.expected_on
        if line.open_quantity == 0 and on is not None:
            yield There(subject=(ORDERED, line.pk), on=on)
