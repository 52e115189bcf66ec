"""The sweater of merino, sold by the hundred: who wants it, who brings the yarn, and what lies there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.catalog.models import Item
from loomline.domains.inventory import commands as inventory
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.procurement import commands as procurement
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Order, OrderLine
from loomline.domains.sites import queries as places
from loomline.domains.sites.models import Site
from loomline.domains.supplyplan import commands, queries
from loomline.domains.supplyplan.models import PlanItem, PlannedOrder, PlanRun
from loomline.kernel.context import Ctx
from tests.domains.bills.knit import Knit, make_ctx, make_knit


class Works(Knit):
    """What the tests of the plan stand on."""

    customer: Party
    mill: Party

    def order(self, item: Item, quantity: str, *, on: date) -> Order:
        """A customer's order, promised for a day."""
        order = sales.open_order(
            self.ctx,
            customer=self.customer,
            lines=[sales.LineDraft(item=item, quantity=Decimal(quantity), price=Decimal(45))],
            site=self.home,
            wanted_on=on,
        )
        order = sales.confirm_order(replace(self.ctx, accepted=EVERYTHING), order=order)
        OrderLine.objects.filter(order=order).update(promised_on=on)
        return order

    def stock(self, item: Item, quantity: str, *, at: Site | None = None) -> None:
        """Goods into the storage of a site."""
        lot = inventory.open_lot(self.ctx, item=item) if item.tracking == "lot" else None
        draft = inventory.MoveDraft(
            item_id=item.pk,
            lot_id=lot.pk if lot else None,
            quantity=Decimal(quantity),
            source_id=places.virtual("supplier").pk,
            destination_id=places.storage_of(at or self.home).pk,
        )
        inventory.move_stock(self.ctx, moves=[draft])

    def sells(self, item: Item, *, days: int, least: str = "0", multiple: str = "0") -> None:
        """The mill brings an item so many working days after it was ordered."""
        terms = procurement.SupplierItemDraft(
            supplier=self.mill,
            item=item,
            price=Decimal(30),
            lead_days=days,
            min_quantity=Decimal(least),
            multiple=Decimal(multiple),
            is_preferred=True,
        )
        procurement.agree_supply(self.ctx, drafts=[terms])

    def run(self) -> PlanRun:
        """Plan everything."""
        place = queries.heard_by_now(self.ctx)
        return commands.keep_plan(self.ctx, plan=queries.reckon(self.ctx), place=place)

    def planned(self, item: Item) -> list[tuple[str, Decimal, date, date]]:
        """What is proposed for an item: kind, quantity, start and due."""
        rows = PlannedOrder.objects.filter(item=item, state="proposed").order_by("due_on", "pk")
        return [(row.kind, row.quantity, row.start_on, row.due_on) for row in rows]

    def figures(self, item: Item) -> PlanItem:
        """An item at home as the plan sees it."""
        found: PlanItem = PlanItem.objects.get(item=item, site=self.home)
        return found


EVERYTHING = frozenset({"CreditExceeded", "PromiseLate", "NoBill", "BelowMinimum", "PriceBelowCost"})


@dataclass
class _Made(Works):
    """Knit with a customer and a mill."""


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


@pytest.fixture
def works(ctx: Ctx) -> Works:
    return stock_the_world(make_knit(ctx, _Made))


def stock_the_world(made: Works) -> Works:
    """A customer, and a mill that sells what sweaters are made of."""
    ctx = made.ctx
    made.customer = parties.open_party(ctx, name="Nord Living", roles=["customer"])
    made.mill = parties.open_party(ctx, name="Biella Yarns", roles=["supplier"])
    for item in made.style.items.all():
        Item.objects.filter(pk=item.pk).update(supply="make")
    made.sells(made.merino, days=14)
    made.sells(made.label, days=5, least="1000", multiple="500")
    return made
