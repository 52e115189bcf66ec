"""The sweater of merino, with stock and work orders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.catalog.models import Item
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Lot
from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing.models import WorkOrder, WorkStage
from loomline.domains.sites import queries as places
from loomline.domains.sites.models import Site
from loomline.kernel.context import Ctx
from tests.domains.bills.knit import TODAY, Knit, make_ctx, make_knit


class World(Knit):
    """What the tests of manufacturing stand on."""

    def buy(self, item: Item, quantity: str, *, lot: str = "") -> Lot | None:
        """Put bought stock into our storage."""
        made = inventory.open_lot(self.ctx, item=item, number=lot) if lot else None
        inventory.move_stock(
            self.ctx,
            moves=[
                inventory.MoveDraft(
                    item_id=item.pk,
                    lot_id=made.pk if made else None,
                    quantity=Decimal(quantity),
                    source_id=places.virtual("supplier").pk,
                    destination_id=places.storage_of(self.home).pk,
                )
            ],
        )
        return made

    def on_hand(self, item: Item, *, at: Site | None = None) -> Decimal:
        """What of an item lies at a site."""
        return stock.stock_of(item_id=item.pk, site_id=(at or self.home).pk, on=TODAY).on_hand

    def stage(self, work: WorkOrder, name: str) -> WorkStage:
        """A stage of a work order by its name."""
        found: WorkStage = work.stages.select_related("work").get(name=name)
        return found


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


@pytest.fixture
def world(ctx: Ctx) -> World:
    return make_knit(ctx, World)


@pytest.fixture
def plan(ctx: Ctx, world: World) -> Callable[..., WorkOrder]:
    """Plan 1 200 pine sweaters in M, materials ready today, unless told otherwise."""

    def make(
        quantity: str = "1200",
        *,
        lines: dict[tuple[str, str], str] | None = None,
        starts_on: date | None = TODAY,
        due_on: date | None = date(2026, 12, 21),
        released: bool = False,
        origin: int | None = 17,
    ) -> WorkOrder:
        wanted = lines or {("pine", "M"): quantity}
        work = manufacturing.open_work(
            ctx,
            lines=[
                manufacturing.WorkLineDraft(
                    item=world.variant(colour, size),
                    quantity=Decimal(amount),
                    origin_kind="sales.orderline" if origin else "",
                    origin_id=origin,
                )
                for (colour, size), amount in wanted.items()
            ],
            starts_on=starts_on,
            due_on=due_on,
        )
        if released:
            world.buy(world.merino, "600", lot="BY-7781")
            world.buy(world.label, "2000")
            work = manufacturing.release_work(ctx, work=work)
        return work

    return make
