"""A dock with every flow in place: what one domain tells is heard by the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.catalog.models import Item
from loomline.domains.inventory import queries as stock
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import reference
from loomline.domains.pipeline.models import Opportunity
from loomline.domains.planning import commands as planning
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase
from loomline.domains.sales.models import Order
from loomline.kernel.event import StoredEvent
from tests.domains.mail.conftest import office as office
from tests.domains.warehouse.dock import Dock, make_dock


@pytest.fixture
def dock(db: None) -> Dock:
    made = make_dock()
    reference.load(made.ctx)
    return made


@pytest.fixture
def planned(dock: Dock) -> Callable[..., Order]:
    """A confirmed order of these items whose goods are kept, bought or made."""

    def make(*wants: tuple[Item, str]) -> Order:
        order = planning.plan_supply(dock.ctx, order=dock.order(*wants))
        order.refresh_from_db()
        return order

    return make


@pytest.fixture
def weaver(dock: Dock) -> Party:
    """Somebody who sells labels, ten days after they were ordered, and sweaters, twenty days after."""
    weaver = parties.open_party(dock.ctx, name="Weber Etiketten", roles=["supplier"])
    sells(dock, weaver, dock.label, days=10)
    sells(dock, weaver, dock.sweater, days=20)
    return weaver


@pytest.fixture
def bought(dock: Dock, weaver: Party) -> Callable[[], Purchase]:
    """Send the newest draft to the weaver, who confirms it for the day that was asked for."""

    def send() -> Purchase:
        draft = Purchase.objects.latest("pk")
        accepting = replace(dock.ctx, accepted=frozenset({"BelowMinimum"}))
        procurement.send_purchase(accepting, purchase=draft)
        return procurement.confirm_purchase(
            dock.ctx, purchase=draft, confirmed_on=draft.lines.earliest("requested_on").requested_on
        )

    return send


@pytest.fixture
def deal(dock: Dock) -> Callable[..., Opportunity]:
    """An open deal over these items, quantities and wanted days, at 45 euros a piece."""

    def make(*wants: tuple[Item, int, date | None]) -> Opportunity:
        lines = [
            pipeline.OpportunityLineDraft(
                item=item, quantity=Decimal(quantity), price=Decimal(45), wanted_on=wanted_on
            )
            for item, quantity, wanted_on in wants
        ]
        return pipeline.open_opportunity(dock.ctx, name="Autumn range", party=dock.customer, lines=lines)

    return make


def sells(dock: Dock, supplier: Party, item: Item, *, days: int) -> None:
    """A supplier brings an item that many days after it was ordered."""
    terms = procurement.SupplierItemDraft(
        supplier=supplier, item=item, price=Decimal(1), lead_days=days, is_preferred=True
    )
    procurement.agree_supply(dock.ctx, drafts=[terms])


def kept(order: Order) -> list[Decimal]:
    """What is reserved for each line of an order."""
    lines = list(order.lines.order_by("position").values_list("pk", flat=True))
    reserved = stock.reserved_for(kind="sales.orderline", ids=lines)
    return [reserved[pk] for pk in lines]


def free(dock: Dock, item: Item) -> Decimal:
    """What of an item may be promised."""
    return stock.available(item_ids=[item.pk], on=dock.ctx.today)[item.pk]


def expected(order: Order) -> date | None:
    """The day on which an order is expected now."""
    return Order.objects.get(pk=order.pk).expected_on


def told(name: str) -> list[str]:
    """What was told of a kind, in sentences, the first one first."""
    return [event.sentence for event in StoredEvent.objects.filter(name=name).order_by("pk")]
