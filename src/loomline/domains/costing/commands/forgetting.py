"""Taking back what was derived from moves that leave the ledger with the import that brought them in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.costing import queries
from loomline.domains.costing.commands.rules import add_reference
from loomline.domains.costing.commands.valuing import value_moves
from loomline.domains.costing.commands.workbook import WorkBook
from loomline.domains.costing.models import CostEntry, Counter, ItemCosting, Reason
from loomline.domains.inventory.models import StockMove
from loomline.domains.ledger import commands as ledger
from loomline.domains.ledger import queries as books
from loomline.domains.ledger.models import Period
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused

# What follows from moves alone, and can be derived from them once more.
PLAIN = (Reason.MOVED, Reason.RETURNED, Reason.MERGED, Reason.OPENED)

# Rows of ledgers go with an import only; the database refuses it otherwise.
FORGET = """
SELECT set_config('loomline.undo', 'on', true);
DELETE FROM costing_pending p USING costing_costlayer l
WHERE p.layer_id = l.id AND l.item_id = ANY(%(items)s);
DELETE FROM costing_layerbalance WHERE item_id = ANY(%(items)s);
DELETE FROM costing_costentry WHERE item_id = ANY(%(items)s);
DELETE FROM costing_costlayer WHERE item_id = ANY(%(items)s);
SELECT set_config('loomline.undo', '', true);
"""


class ValueShut(Refused):
    """What was valued in a closed period stays as it is."""

    says = _(
        "{item} came into stock on {day}, and {period} takes no more changes: its books have been closed."
        " Correct the stock by counting it instead."
    )


class ValueChanged(Refused):
    """Goods have been given another value since, which would be lost."""

    says = _(
        "What {item} is worth has been changed since ({reason}). Correct the stock by counting it instead."
    )


@command(hidden=True)
def forget_moves(ctx: Ctx, *, move_ids: list[int], item_ids: list[int]) -> int:
    """Take back what was derived from moves that are about to go, and from items that go with them.

    The items lose all that was derived, the journal by an opposite entry on the same day; what other moves of
    theirs had derived is derived anew. Returns how many items.
    """
    at = queries.progress_to_change(waits=True)
    moved = CostEntry.objects.filter(move__in=move_ids).order_by().values_list("item", flat=True)
    costings = queries.costings_to_change(item_ids={*moved.distinct(), *item_ids})
    if not costings:
        return 0
    entries = list(CostEntry.objects.filter(item__in=costings).select_related("item").order_by("pk"))
    _refuse_changed(entries)
    _refuse_shut(ctx, entries)

    _post_back(ctx, costings, entries)
    with connection.cursor() as cursor:
        cursor.execute(FORGET, {"items": list(costings)})
    rest = StockMove.objects.filter(item__in=costings, pk__lte=at.position if at else 0)
    value_moves(ctx, moves=list(rest.exclude(pk__in=move_ids).order_by("pk")))
    ItemCosting.objects.filter(item__in=item_ids).delete()
    return len(costings)


def _refuse_changed(entries: Iterable[CostEntry]) -> None:
    for entry in entries:
        if entry.reason not in PLAIN:
            raise ValueChanged(item=entry.item, reason=str(Reason(entry.reason).label).lower())


def _refuse_shut(ctx: Ctx, entries: Iterable[CostEntry]) -> None:
    """The periods of all entries are open, and nobody closes them before we are done."""
    first: dict[date, CostEntry] = {}
    for entry in entries:
        first.setdefault(entry.posted_on, entry)
    for day, entry in sorted(first.items()):
        found = books.first_open(day=day)
        if found is None or found.begins_on > day:
            period = Period.objects.filter(begins_on__lte=day, ends_on__gte=day).first()
            raise ValueShut(item=entry.item, day=day, period=period or day)


def _post_back(ctx: Ctx, costings: dict[int, ItemCosting], entries: Collection[CostEntry]) -> None:
    """The opposite of what these entries posted, day by day, in the journal and in work."""
    rules = queries.rules() or add_reference(ctx)
    sums: dict[date, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    work = WorkBook()
    moves = StockMove.objects.in_bulk(
        {e.move_id for e in entries if e.move_id and e.counter == Counter.PRODUCTION}
    )
    for entry in entries:
        of_day = sums[entry.posted_on]
        of_day[costings[entry.item_id].account_id] -= entry.value
        of_day[entry.account_id] += entry.value - entry.variance
        if entry.variance:
            of_day[rules.account(Counter.PRICE, entry.item.category_id) or 0] += entry.variance
        if entry.move_id in moves:
            move, kind, reason = moves[entry.move_id], entry.kind, entry.reason
            if move.origin_kind and move.origin_id:
                origin, amount = (move.origin_kind, move.origin_id), entry.value - entry.variance
                work.put(origin, amount, kind=kind, reason=reason)
    drafts = []
    for day, of_day in sorted(sums.items()):
        lines = [ledger.LineDraft(account_id=pk, amount=amount) for pk, amount in of_day.items() if amount]
        if lines:
            drafts.append(
                ledger.EntryDraft(
                    lines=sorted(lines, key=lambda line: (line.amount < 0, line.account_id)),
                    happened_on=day,
                    text=_t("Import taken back"),
                )
            )
    if drafts:
        ledger.post_entries(ctx, entries=drafts)
    work.write()
