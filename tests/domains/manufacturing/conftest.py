"""A sweater made of merino: dyed in Braga, knitted and tailored in Porto, checked and packed at home."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from loomline.domains.accounts.models import User
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog import queries as items
from loomline.domains.catalog import reference as units
from loomline.domains.catalog.models import Item, Style
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Lot
from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing.models import Bill, WorkOrder, WorkStage
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.sites import commands as sites
from loomline.domains.sites import queries as places
from loomline.domains.sites import reference
from loomline.domains.sites.models import Site
from loomline.kernel.context import Ctx

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)  # a Monday


@dataclass
class World:
    """What the tests of manufacturing stand on."""

    ctx: Ctx
    home: Site
    dyehouse: Site
    dyer: Party
    knitter: Party
    style: Style
    merino: Item
    dyed: Item
    label: Item
    bill: Bill

    def variant(self, colour: str = "pine", size: str = "M") -> Item:
        """One colour and size of the style."""
        return items.variants_of(style_id=self.style.pk)[colour, size]

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
    admin = User.objects.create(email="ada@example.org", name="Ada Boss", is_superuser=True)
    made = Ctx.new(actor=admin, via="page", now=NOW)
    units.load(made)
    reference.load(made)
    return made


@pytest.fixture
def world(ctx: Ctx) -> World:
    home = sites.open_site(ctx, code="PORTO", name="Porto works")
    dyer = parties.open_party(ctx, name="Braga Dye", roles=["subcontractor"])
    knitter = parties.open_party(ctx, name="Porto Knit", roles=["subcontractor"])
    dyehouse = sites.open_site(ctx, code="BRAGA", name="Braga dyehouse", party=dyer)
    sites.open_site(ctx, code="KNIT", name="Knitting hall", party=knitter)
    style = catalog.add_style(
        ctx, code="FJORD", name="Fjord", colours=["oat", "pine"], sizes=["S", "M", "L", "XL"], tracking="lot"
    )
    merino = catalog.add_item(
        ctx, sku="MER-248", name="Merino 2/48", unit="kg", tracking="lot", standard_cost=Decimal("31.50")
    )
    dyed = catalog.add_item(ctx, sku="MER-DYED", name="Dyed merino", unit="kg", tracking="lot", supply="make")
    label = catalog.add_item(ctx, sku="LAB-1", name="Woven label", unit="pcs", standard_cost=Decimal("0.08"))
    bill = manufacturing.add_bill(
        ctx,
        style=style,
        lines=[
            manufacturing.BillLineDraft(
                component=merino, quantity=Decimal("0.42"), scrap=Decimal("0.04"), stage_position=1
            ),
            manufacturing.BillLineDraft(component=label, quantity=Decimal(1), stage_position=3),
        ],
        stages=[
            manufacturing.StageDraft(
                name="Dyeing",
                kind="dyeing",
                days=3,
                partner=dyer,
                item=dyed,
                factor=Decimal("0.4368"),
                move_days=1,
                rate=Decimal("1.20"),
            ),
            manufacturing.StageDraft(
                name="Knitting", kind="knitting", days=6, partner=knitter, rate=Decimal(4)
            ),
            manufacturing.StageDraft(
                name="Tailoring", kind="tailoring", days=4, partner=knitter, rate=Decimal(3)
            ),
            manufacturing.StageDraft(name="Quality check", kind="check", days=1),
            manufacturing.StageDraft(name="Packing", kind="packing", days=1),
        ],
    )
    return World(ctx, home, dyehouse, dyer, knitter, style, merino, dyed, label, bill)


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
