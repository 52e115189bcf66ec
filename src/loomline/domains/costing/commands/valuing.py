"""Giving moves their cost: what comes in opens layers, what goes out uses them up."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _t

from loomline.domains.catalog.models import Item
from loomline.domains.costing import queries
from loomline.domains.costing.commands.book import Book
from loomline.domains.costing.commands.rules import add_reference
from loomline.domains.costing.commands.shelf import Shelf
from loomline.domains.costing.models import Counter, ItemCosting, Method, Reason
from loomline.domains.costing.queries import Came, Rules, Valued
from loomline.domains.inventory.models import StockMove
from loomline.engines.valuation import Layer, Use, part
from loomline.kernel.command import command
from loomline.kernel.context import Ctx

ZERO = Decimal(0)
# An item and the moment at which its moves were recorded.
Together = tuple[int, datetime]


@command(hidden=True)
def value_moves(ctx: Ctx, *, moves: list[StockMove]) -> None:
    """Give moves their cost, in the ledger of cost and in the journal."""
    found = queries.valued(moves=moves)
    if not found:
        return
    rules = queries.rules() or add_reference(ctx)
    costings = lock_costings(rules, {one.move.item_id for one in found})
    for some in _rounds(found):
        _Posting(ctx, rules, costings, some).write()


def _rounds(found: Sequence[Valued]) -> list[list[Valued]]:
    """What can be valued at once: all moves, but those that ask what earlier ones of their item have written.

    Items know nothing of each other, so there are as many rounds as the most entangled item needs.
    """
    rounds: list[list[Valued]] = []
    at: dict[int, _Run] = {}
    for one in sorted(found, key=lambda one: one.move.pk):
        run = at.setdefault(one.move.item_id, _Run())
        if run.parts(one):
            run = at[one.move.item_id] = _Run(run.number + 1)
        run.add(one)
        if run.number == len(rounds):
            rounds.append([])
        rounds[run.number].append(one)
    return rounds


@dataclass(slots=True)
class _Run:
    """Moves of one item that are valued in one round."""

    number: int = 0
    has_in: bool = False
    has_out: bool = False
    has_return: bool = False

    def add(self, one: Valued) -> None:
        """One more move."""
        self.has_in |= one.is_in
        self.has_out |= not one.is_in
        self.has_return |= queries.may_come_back(one)

    def parts(self, one: Valued) -> bool:
        """True where a move must find written what this run has in it."""
        if not one.is_in:
            # What takes a receipt back finds its layer; what came back has its old turn.
            return self.has_return or (one.move.reverses_id is not None and self.has_in)
        if queries.may_come_back(one):
            return self.has_out or (self.has_in and one.move.unit_cost is None)
        return self.has_in and (one.move.unit_cost is None or one.counter == Counter.ADJUSTMENT)


def lock_costings(rules: Rules, item_ids: Iterable[int]) -> dict[int, ItemCosting]:
    """How items are valued, locked; those that are met for the first time are valued as the item says."""
    wanted = set(item_ids)
    found = queries.costings_to_change(item_ids=wanted)
    missing = wanted - found.keys()
    if not missing:
        return found
    ItemCosting.objects.bulk_create(
        [
            ItemCosting(
                item=item,
                method=item.cost_method,
                account_id=rules.account(Counter.STOCK, item.category_id) or 0,
                standard=item.standard_cost if item.cost_method == Method.STANDARD else None,
            )
            for item in Item.objects.filter(pk__in=missing).order_by("pk")
        ],
        ignore_conflicts=True,
    )
    return queries.costings_to_change(item_ids=wanted)


class _Posting:
    """One posting on its way into the books."""

    def __init__(
        self, ctx: Ctx, rules: Rules, costings: dict[int, ItemCosting], found: Sequence[Valued]
    ) -> None:
        self.ctx, self.costings = ctx, costings
        self.book = Book(ctx=ctx, rules=rules, costings=costings, text=_text(found))
        self.coin = self.book.coin
        self.rows = sorted(found, key=lambda one: one.move.pk)
        # What was recorded together happened at once: what came is there for what went before it.
        self.coming: dict[Together, deque[Valued]] = defaultdict(deque)
        for one in self.rows:
            if one.is_in:
                self.coming[one.move.item_id, one.move.recorded_at].append(one)
        self.came = queries.came_back(found)
        self.owed = queries.owed_for(found)
        self.shelf = Shelf(costings)
        self.shelf.fill(
            self.shelf.pool(one.move.item_id, one.move.lot_id)
            for one in found
            if not one.is_in or costings[one.move.item_id].method == Method.AVERAGE
        )
        found_more = {one.move.item_id for one in found if one.is_in and one.counter == Counter.ADJUSTMENT}
        # What is counted of an item that nobody has valued before was there already.
        self.unheard = queries.without_layers(item_ids=found_more) if found_more else set()
        unpriced = {one.move.item_id for one in found if one.is_in and one.move.unit_cost is None}
        self.known = queries.known_costs(item_ids=unpriced) if unpriced else {}

    def write(self) -> None:
        """Value move by move, then write everything."""
        for one in self.rows:
            if not one.is_in:
                self._take_out(one)
            elif one in (coming := self.coming[one.move.item_id, one.move.recorded_at]):
                coming.remove(one)
                self._take_in(one)
        self.book.write()

    # In

    def _take_in(self, one: Valued) -> None:
        missing = one.move.quantity
        for came in self.came.get(one.move.pk, ()):
            quantity = min(missing, came.left)
            if quantity > 0:
                begins = came.quantity - came.left
                value = part(came.value, came.quantity, begins, begins + quantity, self.coin)
                self._open(one, quantity, value, came=came, begins=begins)
                came.left -= quantity
                missing -= quantity
        if missing > 0:
            cost = one.move.unit_cost
            self._open(one, missing, self._round(missing * (self._known(one) if cost is None else cost)))

    def _open(
        self,
        one: Valued,
        quantity: Decimal,
        counter_value: Decimal,
        *,
        came: Came | None = None,
        begins: Decimal | None = None,
    ) -> None:
        costing = self.costings[one.move.item_id]
        value = self._at_standard(costing, quantity, counter_value)
        layer = self._layer_for(costing, one, quantity, value, turn=came.turn if came else one.move.pk)
        self.book.came(
            layer,
            item=costing.item,
            quantity=quantity,
            value=value,
            counter=self._counter(one),
            on=self._day(one.move),
            reason=Reason.RETURNED if came else Reason.MOVED,
            move=one.move,
            variance=value - counter_value,
            source=came.use_id if came else None,
            begins=begins,
        )

    def _counter(self, one: Valued) -> Counter:
        is_opening = one.counter == Counter.ADJUSTMENT and one.move.item_id in self.unheard
        return Counter.OPENING if is_opening else one.counter

    def _layer_for(
        self, costing: ItemCosting, one: Valued, quantity: Decimal, value: Decimal, *, turn: int
    ) -> Layer:
        """A layer of its own; with a moving average, the one in which everything is mixed."""
        queue = self.shelf.queue(self.shelf.pool(costing.item_id, one.move.lot_id))
        if queue is None or costing.method != Method.AVERAGE:
            layer = self._new(one, quantity, value, turn)
            if queue is not None:
                queue.append(layer)
            return layer
        last = queue.last
        if last is not None and last.key < 0 and not last.used:
            return self.book.grow(last, quantity, value)
        uses = queue.take_all(self.coin)
        whole = quantity + sum((use.quantity for use in uses), ZERO)
        mixed = self._new(one, whole, value + sum((use.value for use in uses), ZERO), one.move.pk)
        for use in uses:
            self.book.mix(use, mixed, item=costing.item, on=self._day(one.move))
        queue.append(mixed)
        return mixed

    def _new(self, one: Valued, quantity: Decimal, value: Decimal, turn: int) -> Layer:
        is_mixed = self.costings[one.move.item_id].method == Method.AVERAGE
        return self.book.open(
            item_id=one.move.item_id,
            lot_id=None if is_mixed else one.move.lot_id,
            quantity=quantity,
            value=value,
            turn=turn,
            on=self._day(one.move),
        )

    # Out

    def _take_out(self, one: Valued) -> None:
        move, item = one.move, self.costings[one.move.item_id].item
        owed = self.owed.get(move.reverses_id or 0)
        uses = self._of_its_own(one) if owed else []
        queue = self.shelf.queue(self.shelf.pool(move.item_id, move.lot_id))
        assert queue is not None
        more, missing = queue.take(move.quantity - sum((use.quantity for use in uses), ZERO), self.coin)
        uses += more
        coming = self.coming[move.item_id, move.recorded_at]
        while missing > 0 and coming:
            self._take_in(coming.popleft())
            more, missing = queue.take(missing, self.coin)
            uses += more
        if missing > 0:
            uses.append(self._uncovered(one, missing))
        # What a receipt brought is owed back as it was; a difference is one of price.
        difference = owed.counter_value - sum((use.value for use in uses), ZERO) if owed else ZERO
        for place, use in enumerate(uses, start=1):
            variance = difference if place == len(uses) else ZERO
            self.book.went(
                use, item=item, counter=one.counter, on=self._day(move), move=move, variance=variance
            )

    def _of_its_own(self, one: Valued) -> list[Use]:
        """What takes a receipt back takes it from the layers that the receipt has opened."""
        missing, uses = one.move.quantity, []
        for layer in self.shelf.layers(self.owed[one.move.reverses_id or 0].layers):
            quantity = min(missing, layer.left)
            if quantity > 0:
                uses.append(layer.use(quantity, self.coin))
                missing -= quantity
        return uses

    def _uncovered(self, one: Valued, quantity: Decimal) -> Use:
        """Goods that were there before anybody kept their cost come in at what is known of it."""
        costing = self.costings[one.move.item_id]
        value = self._at_standard(costing, quantity, self._round(quantity * self._known(one)))
        layer = self._new(one, quantity, value, 0)
        self.book.came(
            layer,
            item=costing.item,
            quantity=quantity,
            value=value,
            counter=Counter.OPENING,
            on=self._day(one.move),
            reason=Reason.OPENED,
        )
        return layer.use(quantity, self.coin)

    # Figures

    def _known(self, one: Valued) -> Decimal:
        if one.move.item_id not in self.known:
            self.known |= queries.known_costs(item_ids=[one.move.item_id])
        return self.known[one.move.item_id]

    def _at_standard(self, costing: ItemCosting, quantity: Decimal, value: Decimal) -> Decimal:
        if costing.method != Method.STANDARD or costing.standard is None:
            return value
        return self._round(quantity * costing.standard)

    def _round(self, value: Decimal) -> Decimal:
        return value.quantize(self.coin, ROUND_HALF_UP)

    def _day(self, move: StockMove) -> date:
        return move.effective_at.astimezone(self.ctx.company.zone).date()


def _text(found: Sequence[Valued]) -> str:
    """What the entry in the journal says."""
    kinds = {(one.counter, one.is_in) for one in found}
    if len(kinds) > 1:
        return _t("Goods moved")
    [(counter, is_in)] = kinds
    words = {
        (Counter.SUPPLIER, True): _t("Goods received"),
        (Counter.SUPPLIER, False): _t("Goods sent back"),
        (Counter.CUSTOMER, False): _t("Goods shipped"),
        (Counter.CUSTOMER, True): _t("Goods taken back"),
        (Counter.PRODUCTION, False): _t("Material issued"),
        (Counter.PRODUCTION, True): _t("Goods made"),
        (Counter.SCRAP, False): _t("Goods scrapped"),
        (Counter.ADJUSTMENT, True): _t("Counted more"),
        (Counter.ADJUSTMENT, False): _t("Counted less"),
    }
    return words.get((counter, is_in), _t("Goods moved"))
