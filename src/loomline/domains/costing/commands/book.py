"""What one posting writes to the cost ledger and the journal: gathered first, then written at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from loomline.domains.catalog.models import Item
from loomline.domains.costing.commands.workbook import WorkBook
from loomline.domains.costing.models import (
    CostEntry,
    CostLayer,
    Counter,
    EntryKind,
    ItemCosting,
    Method,
    Reason,
)
from loomline.domains.costing.queries import Rules
from loomline.domains.inventory.models import StockMove
from loomline.domains.ledger import commands as ledger
from loomline.domains.ledger.models import EntryKind as JournalKind
from loomline.domains.ledger.models import JournalEntry
from loomline.engines.valuation import Layer, Use
from loomline.kernel.context import Ctx
from loomline.kernel.money import minor_unit
from loomline.kernel.prepared import execute
from loomline.kernel.refusal import Refused

ZERO = Decimal(0)

OPEN = """
INSERT INTO costing_layerbalance (layer_id, item_id, lot_id, turn, quantity, value, used, taken)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::numeric[], %s::numeric[],
                     %s::numeric[], %s::numeric[])
"""
TOUCH = """
UPDATE costing_layerbalance b SET value = t.value, used = t.used, taken = t.taken
FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::numeric[]) AS t (layer_id, value, used, taken)
WHERE b.layer_id = t.layer_id
"""


class NoRule(Refused):
    """The rules of a company always name an account for everything."""

    says = "No account stands against stock for {counter}. Set a posting rule for all items."


@dataclass
class Book:
    """Everything that one posting writes."""

    ctx: Ctx
    rules: Rules
    costings: Mapping[int, ItemCosting]
    text: str = ""
    kind: JournalKind = JournalKind.STOCK
    origin: tuple[str, int | None] | None = None
    difference: Counter = Counter.PRICE
    opened: dict[int, tuple[CostLayer, Layer]] = field(default_factory=dict)
    touched: dict[int, Layer] = field(default_factory=dict)
    outs: list[CostEntry] = field(default_factory=list)
    ins: list[CostEntry] = field(default_factory=list)
    sums: dict[date, dict[int, Decimal]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(Decimal))
    )
    origins: dict[date, set[tuple[str, int | None]]] = field(default_factory=lambda: defaultdict(set))

    work: WorkBook = field(default_factory=WorkBook)

    @property
    def coin(self) -> Decimal:
        """The smallest coin of the company's currency."""
        return minor_unit(self.ctx.company.currency)

    def account(self, counter: str, item: Item) -> int:
        """The account that stands against stock of an item."""
        if counter == Counter.STOCK:
            return self.costings[item.pk].account_id
        found = self.rules.account(counter, item.category_id)
        if found is None:
            raise NoRule(counter=counter)
        return found

    def open(
        self, *, item_id: int, lot_id: int | None, quantity: Decimal, value: Decimal, turn: int, on: date
    ) -> Layer:
        """A new layer; its key is below zero until it is written."""
        layer = Layer(key=-len(self.opened) - 1, quantity=quantity, value=value)
        record = CostLayer(
            item_id=item_id, lot_id=lot_id, quantity=quantity, turn=turn, opened_on=on, opened_at=self.ctx.now
        )
        self.opened[layer.key] = (record, layer)
        return layer

    def grow(self, layer: Layer, quantity: Decimal, value: Decimal) -> Layer:
        """More into a layer that this book has opened."""
        layer.quantity += quantity
        layer.value += value
        self.opened[layer.key][0].quantity = layer.quantity
        return layer

    def mix(self, use: Use, into: Layer, *, item: Item, on: date) -> None:
        """What is left of a layer becomes a part of another one."""
        entry = self.went(use, item=item, counter=Counter.STOCK, on=on, reason=Reason.MERGED)
        self.came(
            into,
            item=item,
            quantity=use.quantity,
            value=use.value,
            counter=Counter.STOCK,
            on=on,
            reason=Reason.MERGED,
            source=entry,
            begins=ZERO,
        )

    def came(
        self,
        layer: Layer,
        *,
        item: Item,
        quantity: Decimal,
        value: Decimal,
        counter: str,
        on: date,
        reason: Reason = Reason.MOVED,
        move: StockMove | None = None,
        variance: Decimal = ZERO,
        source: CostEntry | int | None = None,
        begins: Decimal | None = None,
    ) -> None:
        """Something came into a layer."""
        entry = self._entry(
            layer, item=item, kind=EntryKind.IN, reason=reason, move=move, quantity=quantity, value=value,
            counter=counter, variance=variance, on=on, begins=begins,
        )  # fmt: skip
        if isinstance(source, CostEntry):
            entry.source = source
        elif source is not None:
            entry.source_id = source
        self.ins.append(entry)

    def changed(
        self,
        layer: Layer,
        amount: Decimal,
        *,
        item: Item,
        counter: str,
        on: date,
        reason: Reason,
        move: StockMove | None = None,
        source_id: int | None = None,
    ) -> None:
        """A layer became worth more or less; at standard cost the difference is one of price."""
        is_set = self.costings[item.pk].method == Method.STANDARD and reason != Reason.REVALUED
        value = ZERO if is_set else amount
        entry = self._entry(
            layer, item=item, kind=EntryKind.CHANGE, reason=reason, move=move, quantity=ZERO, value=value,
            counter=counter, variance=value - amount, on=on, begins=None,
        )  # fmt: skip
        entry.source_id = source_id
        layer.value += value
        if layer.key > 0 and value:
            self.touched[layer.key] = layer
        self.ins.append(entry)

    def went(
        self,
        use: Use,
        *,
        item: Item,
        counter: str,
        on: date,
        reason: Reason = Reason.MOVED,
        move: StockMove | None = None,
        variance: Decimal = ZERO,
    ) -> CostEntry:
        """A part of a layer went out."""
        entry = self._entry(
            use.layer, item=item, kind=EntryKind.OUT, reason=reason, move=move, quantity=-use.quantity,
            value=-use.value, counter=counter, variance=variance, on=on, begins=use.begins,
        )  # fmt: skip
        if use.layer.key > 0:
            self.touched[use.layer.key] = use.layer
        self.outs.append(entry)
        return entry

    def _entry(
        self,
        layer: Layer,
        *,
        item: Item,
        kind: EntryKind,
        reason: Reason,
        move: StockMove | None,
        quantity: Decimal,
        value: Decimal,
        counter: str,
        variance: Decimal,
        on: date,
        begins: Decimal | None,
    ) -> CostEntry:
        account = self.account(counter, item)
        entry = CostEntry(
            item_id=item.pk, kind=kind, reason=reason, move_id=move.pk if move else None, quantity=quantity,
            begins=begins, value=value, counter=counter, account_id=account, variance=variance,
            posted_on=on, recorded_at=self.ctx.now,
        )  # fmt: skip
        if layer.key > 0:
            entry.layer_id = layer.key
        else:
            entry.layer = self.opened[layer.key][0]
        self._post(item, value, account, variance, on)
        if move is not None:
            self.origins[on].add((move.origin_kind, move.origin_id))
            if counter == Counter.PRODUCTION:
                self.work.add(move, variance - value, kind, reason)
        return entry

    def _post(self, item: Item, value: Decimal, account: int, variance: Decimal, on: date) -> None:
        sums = self.sums[on]
        sums[self.costings[item.pk].account_id] += value
        sums[account] -= value - variance
        if variance:
            sums[self.account(self.difference, item)] -= variance

    def write(self) -> None:
        """Write the journal, the layers, the entries and what is left of the layers."""
        posted = self._journal()
        CostLayer.objects.bulk_create([record for record, _layer in self.opened.values()])
        for entries in (self.outs, self.ins):
            for entry in entries:
                found = posted.get(entry.posted_on)
                entry.entry_id, entry.posted_on = found if found else (None, entry.posted_on)
            CostEntry.objects.bulk_create(entries)
        self._balances()
        self.work.write()

    def _journal(self) -> dict[date, tuple[int | None, date]]:
        drafts = []
        for day, sums in self.sums.items():
            lines = [ledger.LineDraft(account_id=pk, amount=amount) for pk, amount in sums.items() if amount]
            origins = {self.origin} if self.origin else self.origins[day]
            [(kind, pk)] = origins if len(origins) == 1 else [("", None)]
            if lines:
                drafts.append(
                    ledger.EntryDraft(
                        lines=sorted(lines, key=lambda line: (line.amount < 0, line.account_id)),
                        happened_on=day,
                        kind=self.kind,
                        text=self.text,
                        origin_kind=kind,
                        origin_id=pk,
                    )
                )
        made: list[JournalEntry] = ledger.post_entries(self.ctx, entries=drafts) if drafts else []
        found: dict[date, tuple[int | None, date]] = {
            entry.happened_on: (entry.pk, entry.posted_on) for entry in made
        }
        for day in self.sums:
            if day not in found:
                found[day] = (None, ledger.period_of(self.ctx, day=day)[1])
        return found

    def _balances(self) -> None:
        """What is left of the layers: few statements, however many they are."""
        if self.opened:
            rows = [
                (r.pk, r.item_id, r.lot_id, r.turn, one.quantity, one.value, one.used, one.taken)
                for r, one in self.opened.values()
            ]
            execute(OPEN, [list(column) for column in zip(*rows, strict=True)])
        if self.touched:
            changed = [(key, one.value, one.used, one.taken) for key, one in self.touched.items()]
            execute(TOUCH, [list(column) for column in zip(*changed, strict=True)])
