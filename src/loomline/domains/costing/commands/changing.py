"""Changing what layers are worth: landed cost, other prices, the real cost of work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.costing import queries
from loomline.domains.costing.commands.book import Book
from loomline.domains.costing.commands.pending import catch_up
from loomline.domains.costing.commands.repricing import reprice_items
from loomline.domains.costing.commands.rules import add_reference
from loomline.domains.costing.commands.shelf import Shelf
from loomline.domains.costing.models import CostEntry, Counter, EntryKind, LayerBalance, Pending, Reason
from loomline.domains.inventory.models import StockMove
from loomline.domains.ledger.models import EntryKind as JournalKind
from loomline.engines.freight.rating import allocate
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused

ZERO = Decimal(0)


class NoCostKept(Refused):
    """A move that brought nothing into stock, or has no value yet."""

    says = _(
        "{move} brought nothing into stock, or has no value yet. Choose receipts; what came just now has its"
        " value in a few seconds."
    )


class BelowNothing(Refused):
    """Goods are worth nothing or more."""

    says = _("{item} that came with {move} is worth {value}; {amount} cannot be taken off it.")


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueChange:
    """What the goods of one receipt are worth more, or less, in the company's currency."""

    move_id: int
    amount: Decimal


@command(hidden=True)
def change_values(
    ctx: Ctx,
    *,
    changes: list[ValueChange],
    reason: Reason,
    counter: Counter,
    on: date,
    text: str = "",
    origin_kind: str = "",
    origin_id: int | None = None,
) -> None:
    """Let receipts be worth more or less: what is left takes its part, what was used hands its part on."""
    catch_up(ctx)
    entries = _entries(changes)
    rules = queries.rules() or add_reference(ctx)
    costings = queries.costings_to_change(
        item_ids={entry.item_id for found in entries.values() for entry in found}
    )

    book = Book(
        ctx=ctx, rules=rules, costings=costings, text=text, kind=JournalKind.COST,
        origin=(origin_kind, origin_id) if origin_kind else None,
    )  # fmt: skip
    layers = Shelf(costings).layers(
        queries.layers(keys=[e.layer_id for found in entries.values() for e in found])
    )
    by_key = {layer.key: layer for layer in layers}
    for change in changes:
        for entry, amount in _split(change, entries[change.move_id], book.coin):
            layer = by_key[entry.layer_id]
            if layer.value + amount < 0:
                item = costings[entry.item_id].item
                raise BelowNothing(item=item, move=entry.move, value=layer.value, amount=-amount)
            book.changed(
                layer, amount, item=costings[entry.item_id].item, counter=counter, on=on, reason=reason,
                move=entry.move,
            )  # fmt: skip
    book.write()
    mark_pending([layer.key for layer in layers], origin=(origin_kind, origin_id))
    reprice_items(ctx, item_ids=list(costings))


def mark_pending(layer_ids: Sequence[int], *, origin: tuple[str, int | None]) -> None:
    """Remember the layers of which something was used: those uses take their part next."""
    used = LayerBalance.objects.filter(layer__in=layer_ids, used__gt=0).values_list("layer_id", flat=True)
    Pending.objects.bulk_create(
        [Pending(layer_id=key, origin_kind=origin[0], origin_id=origin[1]) for key in sorted(used)],
        update_conflicts=True,
        unique_fields=["layer"],
        update_fields=["done_to", "origin_kind", "origin_id"],
    )


def _entries(changes: Sequence[ValueChange]) -> dict[int, list[CostEntry]]:
    found: dict[int, list[CostEntry]] = defaultdict(list)
    rows = CostEntry.objects.filter(move__in=[c.move_id for c in changes], kind=EntryKind.IN)
    for entry in rows.select_related("move").order_by("pk"):
        found[entry.move_id or 0].append(entry)
    for change in changes:
        if change.move_id not in found:
            raise NoCostKept(move=StockMove(pk=change.move_id))
    return found


def _split(
    change: ValueChange, entries: Sequence[CostEntry], coin: Decimal
) -> list[tuple[CostEntry, Decimal]]:
    places = -int(coin.as_tuple().exponent)
    parts = allocate(change.amount, [entry.quantity for entry in entries], places=places)
    return [(entry, part) for entry, part in zip(entries, parts, strict=True) if part]
