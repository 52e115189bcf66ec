"""A shop with one shelf, and what its stock is worth by a book kept by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Sum

from loomline.domains.catalog.models import Item
from loomline.domains.costing import commands as costing
from loomline.domains.costing import queries
from loomline.domains.costing.models import Counter, ItemCosting, Method
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Lot, StockMove
from loomline.domains.ledger import queries as ledger
from loomline.domains.ledger.models import JournalLine
from loomline.domains.sites import queries as places
from loomline.domains.sites.models import Location, LocationKind
from loomline.kernel.context import Ctx
from tests.domains.inventory.mill import Mill, make_mill

D = Decimal


@dataclass
class Store:
    """What the tests of costing stand on."""

    mill: Mill
    production: Location
    scrap: Location

    @property
    def ctx(self) -> Ctx:
        return self.mill.ctx

    @property
    def button(self) -> Item:
        return self.mill.button

    @property
    def yarn(self) -> Item:
        return self.mill.yarn

    def place(self, name: str) -> Location:
        """A place by its word."""
        found: Location = getattr(self, name, None) or getattr(self.mill, name)
        return found

    def move(
        self,
        quantity: str | Decimal,
        source: str,
        target: str,
        *,
        cost: str | Decimal | None = None,
        item: Item | None = None,
        lot: Lot | None = None,
        at: datetime | None = None,
        origin: tuple[str, int] | None = None,
        ctx: Ctx | None = None,
        is_valued: bool = True,
    ) -> StockMove:
        """One move, in a posting of its own."""
        draft = inventory.MoveDraft(
            item_id=(item or (lot.item if lot else self.button)).pk,
            lot_id=lot.pk if lot else None,
            quantity=D(quantity),
            source_id=self.place(source).pk,
            destination_id=self.place(target).pk,
            unit_cost=None if cost is None else D(cost),
            effective_at=at,
            origin_kind=origin[0] if origin else "",
            origin_id=origin[1] if origin else None,
        )
        [made] = inventory.move_stock(ctx or self.ctx, moves=[draft])
        if is_valued:
            self.value()
        return made

    def value(self) -> None:
        """Value what has been moved, as the worker does."""
        while costing.value_pending(self.ctx):
            continue

    def receive(self, quantity: str, cost: str | None, **more: object) -> StockMove:
        """Goods from the supplier."""
        return self.move(quantity, "supplier", "shelf", cost=cost, **more)  # type: ignore[arg-type]

    def ship(self, quantity: str, **more: object) -> StockMove:
        """Goods to the customer."""
        return self.move(quantity, "shelf", "customer", **more)  # type: ignore[arg-type]

    def use_method(
        self, method: Method, *, item: Item | None = None, standard: str | None = None
    ) -> ItemCosting:
        """Value an item in this way."""
        [kept] = costing.keep_cost(self.ctx, items=[item or self.button])
        if kept.method != method:
            costing.change_method(
                self.ctx, costing=kept, method=method, standard=None if standard is None else D(standard)
            )
            kept.refresh_from_db()
        return kept

    def left(self, item: Item | None = None) -> tuple[Decimal, Decimal]:
        """Quantity and value on hand."""
        self.value()
        pk = (item or self.button).pk
        quantity, value = queries.left_of(item_ids=[pk]).get(pk, (D(0), D(0)))
        return quantity, value

    def booked(self, counter: Counter) -> Decimal:
        """What stands on the account of a counter, a debit above zero."""
        self.value()
        account = queries.rules().account(counter, None)
        assert account is not None
        return ledger.balances(account_ids=[account])[account]

    def cost_of(self, move: StockMove) -> Decimal:
        """What a move out has cost, later changes included."""
        self.value()
        uses = list(move.cost_entries.filter(kind="out"))
        shares = sum(
            (u.consequences.filter(kind="share").aggregate(n=Sum("value"))["n"] or D(0)) for u in uses
        )
        return -sum((u.value for u in uses), D(0)) - shares

    def agrees(self) -> None:
        """Layers, cost ledger, stock and accounts say the same, and every entry is even."""
        self.value()
        assert queries.compare_layers() == []
        assert queries.compare_accounts() == []
        assert queries.compare_stock() == []
        sums = JournalLine.objects.values("entry").annotate(d=Sum("debit"), c=Sum("credit"))
        assert all(row["d"] == row["c"] for row in sums)
        worth = {w.item_id: (w.quantity, w.value) for w in queries.worth_now()}
        last = {w.item_id: (w.quantity, w.value) for w in queries.worth_on(day=date.max)}
        assert worth == last


def make_store() -> Store:
    """Set the shop up through the same commands as people."""
    mill = make_mill()
    world = places.virtuals(kinds=places.VIRTUAL)
    costing.add_reference(mill.ctx)
    return Store(mill=mill, production=world[LocationKind.PRODUCTION], scrap=world[LocationKind.SCRAP])


def receipts(*moves: StockMove) -> list[costing.ShareDraft]:
    """Receipts that are to bear a charge."""
    return [costing.ShareDraft(move=move) for move in moves]
