"""A bicycle maker's catalogue, brought in from its files: hundreds of orders planned through four levels."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from loomline.domains.bills.models import Bill, RouteStage
from loomline.domains.catalog.models import Item
from loomline.domains.parties.models import Party
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import OrderLine
from loomline.domains.sites import queries as sites
from loomline.domains.supplyplan import commands, jobs, queries
from loomline.domains.supplyplan.models import ItemPolicy, PlanLoad, PlannedOrder
from loomline.domains.workcentres import commands as centres
from loomline.kernel.context import Ctx
from tests.domains.exchange.conftest import ctx as ctx
from tests.domains.exchange.taking import take
from tests.domains.exchange.test_other_systems import ANSWERS
from tests.domains.supplyplan.checker import faults

pytestmark = pytest.mark.slow
WANTED = date(2027, 3, 1)


@pytest.fixture
def bicycles(ctx: Ctx, public_data: Path) -> list[Item]:
    take(ctx, "adventureworks", public_data / "supply-chain" / "adventureworks", answers=ANSWERS)
    return list(Item.objects.filter(sku__startswith="BK-", supply="make").order_by("sku"))


def order(ctx: Ctx, items: list[Item], *, on: date) -> None:
    """Each of these, more of every next one, for a customer."""
    customer = Party.objects.filter(is_active=True).order_by("pk").first()
    assert customer is not None
    lines = [
        sales.LineDraft(item=item, quantity=Decimal(100 + 3 * n), price=Decimal(1000))
        for n, item in enumerate(items)
    ]
    made = sales.open_order(
        ctx, customer=customer, lines=lines, site=sites.own_sites().order_by("pk").first()
    )
    sales.confirm_order(ctx, order=made)
    OrderLine.objects.filter(order=made).update(promised_on=on)


def test_the_whole_catalogue_is_planned_and_adds_up(ctx: Ctx, bicycles: list[Item]) -> None:
    order(ctx, bicycles, on=WANTED)
    place = queries.heard_by_now(ctx)
    run = commands.keep_plan(ctx, plan=queries.reckon(ctx), place=place)
    found = queries.read_documents(ctx, until=ctx.today + timedelta(days=365))
    assert faults(found) == []
    assert len(bicycles) == 97
    assert run.orders > 300
    bearing = PlannedOrder.objects.filter(item__sku="BB-7421", state="proposed").first()
    assert bearing is not None
    assert {one.demand_kind for one in queries.chain(order=bearing, most=500) if one.is_end} <= {
        "sales.order",
        "",
    }

    ItemPolicy.objects.filter(item=bicycles[0]).delete()
    order(ctx, bicycles[:1], on=WANTED)
    assert jobs.follow(ctx) > 10
    assert faults(queries.read_documents(ctx, until=ctx.today + timedelta(days=365))) == []

    # Every bicycle is assembled and every frame welded at a centre of its own, within its hours.
    first = sites.own_sites().order_by("pk").first()
    assert first is not None
    shift = centres.ShiftDraft(name="Day", starts="06:00", ends="22:00")
    assembly = centres.open_centre(ctx, code="ASM", name="Assembly", site=first, machines=4, shifts=[shift])
    welding = centres.open_centre(ctx, code="WELD", name="Welding", site=first, shifts=[shift])
    for code, centre, minutes in (("BK-", assembly, 30), ("FR-", welding, 5)):
        RouteStage.objects.bulk_create(
            RouteStage(
                bill=bill, position=1, name=centre.name, centre=centre, run_minutes=minutes, setup_minutes=10
            )
            for bill in Bill.objects.filter(is_active=True, item__sku__startswith=code, stages=None)
        )
    plan = queries.reckon(ctx, within_capacity=True)
    run = commands.keep_plan(ctx, plan=plan, place=queries.heard_by_now(ctx))
    assert run.orders > 300
    assert PlanLoad.objects.filter(centre=assembly).exists()
    assert PlannedOrder.objects.filter(centre=assembly, moved_days__lt=0).exists()
    assert faults(queries.read_documents(ctx, until=ctx.today + timedelta(days=365))) == []
