"""Repricing: when a layer's value changes, every use of it takes its part, and hands it on.

One step takes some uses of some layers of one item, in a transaction of its own: each may be the last before
somebody stops, and the next one goes on where it ended. Between steps stock, layers and accounts are equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t

from loomline.domains.costing import queries
from loomline.domains.costing.commands.rules import add_reference
from loomline.domains.costing.commands.workbook import WorkBook
from loomline.domains.costing.models import Counter, EntryKind, ItemCosting, Method, Pending, Reason
from loomline.domains.ledger import commands as ledger
from loomline.domains.ledger.models import EntryKind as JournalKind
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.money import minor_unit
from loomline.kernel.prepared import execute, fetch

ZERO = Decimal(0)
STEP = 5000
# So many uses are repriced at once while somebody waits; the rest is done by a job.
AT_ONCE = 2000

USES = """
SELECT e.id, t.layer_id, e.item_id, e.begins - e.quantity AS ends, e.counter, e.account_id,
       m.origin_kind, m.origin_id,
       round(b.value * (e.begins - e.quantity) / b.quantity, %(places)s)
       - round(b.value * e.begins / b.quantity, %(places)s) + e.value + coalesce(s.value, 0) AS more
FROM (
    SELECT p.layer_id, p.done_to FROM costing_pending p
    JOIN costing_layerbalance b ON b.layer_id = p.layer_id
    WHERE b.item_id = ANY(%(items)s) AND p.origin_kind = %(kind)s AND p.origin_id IS NOT DISTINCT FROM %(pk)s
    ORDER BY p.layer_id LIMIT %(most)s
) t
JOIN costing_layerbalance b ON b.layer_id = t.layer_id
LEFT JOIN costing_costentry e ON e.layer_id = t.layer_id AND e.kind = 'out' AND e.begins >= t.done_to
LEFT JOIN LATERAL (
    SELECT sum(s.value) AS value FROM costing_costentry s WHERE s.source_id = e.id AND s.kind = 'share'
) s ON true
LEFT JOIN inventory_stockmove m ON m.id = e.move_id AND e.counter = 'production'
ORDER BY t.layer_id, e.begins LIMIT %(most)s
"""

# What came in because something else had gone out is worth what that is worth now.
FOLLOWING = """
SELECT i.id, i.layer_id, i.item_id, i.begins, i.counter, i.account_id, m.origin_kind, m.origin_id,
       round(u.value * (i.begins + i.quantity) / u.quantity, %(places)s)
       - round(u.value * i.begins / u.quantity, %(places)s) - (i.value - i.variance) - coalesce(c.value, 0)
FROM (
    SELECT e.id, -e.quantity AS quantity, t.more - e.value - coalesce((
        SELECT sum(s.value) FROM costing_costentry s WHERE s.source_id = e.id AND s.kind = 'share'
    ), 0) AS value
    FROM unnest(%(uses)s::bigint[], %(mores)s::numeric[]) t (id, more) JOIN costing_costentry e ON e.id = t.id
) u
JOIN costing_costentry i ON i.source_id = u.id AND i.kind = 'in'
LEFT JOIN LATERAL (
    SELECT sum(c.value - c.variance) AS value FROM costing_costentry c
    WHERE c.source_id = i.id AND c.kind = 'change'
) c ON true
LEFT JOIN inventory_stockmove m ON m.id = i.move_id AND i.counter = 'production'
ORDER BY i.id
"""

WRITE = """
INSERT INTO costing_costentry (layer_id, item_id, kind, reason, quantity, value, counter, account_id,
                               variance, source_id, entry_id, posted_on, recorded_at)
SELECT t.layer_id, t.item_id, %(entry_kind)s, 'passed', 0, t.value, t.counter, t.account_id, t.variance,
       t.source_id, %(entry)s, %(posted_on)s, %(now)s
FROM unnest(%(layers)s::bigint[], %(items)s::bigint[], %(values)s::numeric[], %(counters)s::text[],
            %(accounts)s::bigint[], %(variances)s::numeric[], %(sources)s::bigint[])
    AS t (layer_id, item_id, value, counter, account_id, variance, source_id)
"""
TAKE = """
UPDATE costing_layerbalance b SET {column} = b.{column} + t.value
FROM (SELECT layer_id, sum(value) AS value FROM unnest(%s::bigint[], %s::numeric[]) u (layer_id, value)
      GROUP BY layer_id ORDER BY layer_id) t
WHERE b.layer_id = t.layer_id
"""
AGAIN = """
INSERT INTO costing_pending (layer_id, done_to, origin_kind, origin_id)
SELECT DISTINCT b.layer_id, 0::numeric, %s::text, %s::bigint FROM costing_layerbalance b
WHERE b.layer_id = ANY(%s) AND b.used > 0
ON CONFLICT (layer_id) DO UPDATE SET done_to = 0
"""
DONE = """
WITH over AS (DELETE FROM costing_pending p WHERE p.layer_id = ANY(%s))
UPDATE costing_pending SET done_to = %s WHERE layer_id = %s
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A use, or something that follows from one, and by how much its value changes."""

    pk: int
    layer_id: int
    item_id: int
    place: Decimal
    counter: str
    account_id: int
    origin_kind: str | None
    origin_id: int | None
    more: Decimal


@command(hidden=True)
def reprice_step(ctx: Ctx, *, item: int, most: int | None = None) -> int:
    """Reprice some uses of one item's layers. Returns how many; 0 when there is nothing left to do."""
    return _step(ctx, [item], most or STEP)


def reprice_items(ctx: Ctx, *, item_ids: Sequence[int]) -> None:
    """Reprice at once what is not much; the rest waits for the job. The items are locked already."""
    left = AT_ONCE
    while left > 0:
        done = _step(ctx, list(item_ids), min(left, STEP))
        if not done:
            return
        left -= done


def _step(ctx: Ctx, item_ids: list[int], most: int) -> int:
    costings = queries.costings_to_change(item_ids=item_ids)
    first = Pending.objects.filter(layer__item__in=item_ids).order_by("layer_id").first()
    if first is None:
        return 0
    places = -int(minor_unit(ctx.company.currency).as_tuple().exponent)
    asked = {"kind": first.origin_kind, "pk": first.origin_id, "places": places}
    found = fetch(USES, {**asked, "items": item_ids, "most": most})
    rows = [Row(*row) for row in found if row[0] is not None]

    changed = [row for row in rows if row.more]
    if changed:
        _Step(ctx, costings, asked).write(changed)
    layers = list(dict.fromkeys(row[1] for row in found))
    last = layers.pop() if len(found) == most else None
    execute(DONE, [layers, rows[-1].place if last and rows else ZERO, last])
    return len(found)


class _Step:
    """What one step writes."""

    def __init__(self, ctx: Ctx, costings: Mapping[int, ItemCosting], asked: Mapping[str, Any]) -> None:
        self.ctx, self.costings, self.asked = ctx, costings, asked
        self.rules = queries.rules() or add_reference(ctx)
        self.sums: dict[int, Decimal] = defaultdict(Decimal)
        self.work = WorkBook()

    def write(self, uses: Sequence[Row]) -> None:
        """The uses take their part, and what follows from them changes with them."""
        given = {"uses": [row.pk for row in uses], "mores": [row.more for row in uses]}
        following = [Row(*row) for row in fetch(FOLLOWING, {**self.asked, **given})]
        following = [row for row in following if row.more]
        accounts = [self._use(row) for row in uses]
        values = [self._follow(row) for row in following]
        entry, posted_on = self._journal()
        about = {"entry": entry, "posted_on": posted_on, "now": self.ctx.now}
        shares = _columns(
            uses, values=[-row.more for row in uses], variances=[ZERO] * len(uses), accounts=accounts
        )
        execute(WRITE, {**shares, **about, "entry_kind": "share"})
        execute(TAKE.format(column="taken"), [shares["layers"], given["mores"]])
        if following:
            changes = _columns(
                following,
                values=values,
                variances=[value - row.more for value, row in zip(values, following, strict=True)],
                accounts=[row.account_id for row in following],
            )
            execute(WRITE, {**changes, **about, "entry_kind": "change"})
            execute(TAKE.format(column="value"), [changes["layers"], values])
            execute(AGAIN, [self.asked["kind"], self.asked["pk"], changes["layers"]])
        self.work.write()

    def _use(self, row: Row) -> int:
        """A use costs more: stock less, what it went to more. Returns the account it went to."""
        account = row.account_id
        if row.counter == Counter.SUPPLIER:
            # What has gone back to the supplier is owed to us at the price paid, not with the freight.
            account = self._account(Counter.PRICE, row.item_id)
        self.sums[self.costings[row.item_id].account_id] -= row.more
        self.sums[account] += row.more
        self._works(row, row.more, EntryKind.SHARE)
        return account

    def _follow(self, row: Row) -> Decimal:
        """What came back is worth more; at standard cost that is a difference of price. Its value."""
        costing = self.costings[row.item_id]
        value = ZERO if costing.method == Method.STANDARD else row.more
        self.sums[costing.account_id] += value
        self.sums[row.account_id] -= row.more
        if value != row.more:
            self.sums[self._account(Counter.PRICE, row.item_id)] += row.more
        self._works(row, -row.more, EntryKind.CHANGE)
        return value

    def _works(self, row: Row, amount: Decimal, kind: EntryKind) -> None:
        if row.origin_kind and row.origin_id:
            self.work.put((row.origin_kind, row.origin_id), amount, kind=kind, reason=Reason.PASSED)

    def _account(self, counter: Counter, item_id: int) -> int:
        found = self.rules.account(counter, self.costings[item_id].item.category_id)
        assert found is not None
        return found

    def _journal(self) -> tuple[int | None, date]:
        lines = [ledger.LineDraft(account_id=pk, amount=amount) for pk, amount in self.sums.items() if amount]
        if not lines:
            return None, ledger.period_of(self.ctx, day=self.ctx.today)[1]
        draft = ledger.EntryDraft(
            lines=sorted(lines, key=lambda line: (line.amount < 0, line.account_id)),
            happened_on=self.ctx.today,
            kind=JournalKind.COST,
            text=_t("Passed on to what was used"),
            origin_kind=self.asked["kind"],
            origin_id=self.asked["pk"],
        )
        [entry] = ledger.post_entries(self.ctx, entries=[draft])
        return entry.pk, entry.posted_on


def _columns(
    rows: Sequence[Row], *, values: Sequence[Decimal], variances: Sequence[Decimal], accounts: Sequence[int]
) -> dict[str, Any]:
    return {
        "layers": [row.layer_id for row in rows],
        "items": [row.item_id for row in rows],
        "values": list(values),
        "counters": [row.counter for row in rows],
        "accounts": list(accounts),
        "variances": list(variances),
        "sources": [row.pk for row in rows],
    }
