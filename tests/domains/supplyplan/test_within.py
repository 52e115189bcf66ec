"""A plan within capacity: no work centre is asked for more on a day than it can do."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils.formats import date_format

from loomline.domains.bills import commands as bills
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item
from loomline.domains.supplyplan import commands, jobs, queries
from loomline.domains.supplyplan.models import ActionMessage, PlanLoad, PlannedOrder, PlanRun
from loomline.domains.workcentres import commands as centres
from loomline.domains.workcentres.models import WorkCentre
from loomline.kernel.job import JobRun, perform
from tests.domains.bills.knit import TODAY
from tests.domains.supplyplan.checker import faults
from tests.domains.supplyplan.conftest import Works

D = Decimal
WANTED = date(2027, 2, 22)


@pytest.fixture
def centre(works: Works) -> WorkCentre:
    """Eight hours on five days."""
    shift = centres.ShiftDraft(name="Day", starts="08:00", ends="16:00")
    return centres.open_centre(works.ctx, code="SEW", name="Sewing", site=works.home, shifts=[shift])


@pytest.fixture
def cushion(works: Works, centre: WorkCentre) -> Item:
    """Twelve minutes each: forty a day. The cloth comes in three days."""
    cloth = catalog.add_item(works.ctx, sku="CLOTH", name="Cloth", unit="m")
    works.sells(cloth, days=3)
    item = catalog.add_item(works.ctx, sku="CUSHION", name="Cushion", unit="pcs", supply="make")
    sewing = bills.StageDraft(name="Sewing", days=1, centre=centre, run_minutes=D(12))
    packing = bills.StageDraft(name="Packing", days=1)
    line = bills.BillLineDraft(component=cloth, quantity=D(1))
    bills.add_bill(works.ctx, item=item, lines=[line], stages=[sewing, packing])
    return item


def run(works: Works) -> PlanRun:
    place = queries.heard_by_now(works.ctx)
    plan = queries.reckon(works.ctx, within_capacity=True)
    return commands.keep_plan(works.ctx, plan=plan, place=place)


def wrong(works: Works) -> list[str]:
    return faults(queries.read_documents(works.ctx, until=TODAY + timedelta(days=365)))


def test_work_that_does_not_fit_begins_earlier_and_says_why(
    works: Works, centre: WorkCentre, cushion: Item
) -> None:
    """Two orders for one Monday, each of two days: one of them is sewn before the other."""
    works.order(cushion, "80", on=WANTED)
    works.order(cushion, "80", on=WANTED)
    assert run(works).within_capacity
    rows = list(PlannedOrder.objects.filter(item=cushion).order_by("start_on"))
    # Ready on Thursday 18 February: packed on Wednesday, sewn on Monday and Tuesday, or the week before.
    assert [(row.start_on, row.moved_days < 0, row.centre) for row in rows] == [
        (date(2027, 2, 11), True, centre),
        (date(2027, 2, 15), False, None),
    ]
    loads = PlanLoad.objects.order_by("day").values_list("day", "minutes")
    assert [(day.day, minutes) for day, minutes in loads] == [
        *((11, D(480)), (12, D(480))),
        *((15, D(480)), (16, D(480))),
    ]
    assert wrong(works) == []
    [full] = queries.fullness(today=date(2027, 2, 8), weeks=2)
    assert (full.planned, full.capacity) == (D(32), D(80))


def test_demand_that_is_late_by_capacity_is_told(works: Works, centre: WorkCentre, cushion: Item) -> None:
    """Twenty days of work for next Monday week."""
    order = works.order(cushion, "800", on=TODAY + timedelta(days=14))
    run(works)
    late = PlannedOrder.objects.get(item=cushion)
    assert (late.is_late, late.moved_days > 0, late.centre) == (True, True, centre)
    [message] = ActionMessage.objects.filter(advice="capacity")
    assert message.order == late
    assert message.says.startswith(f"800 pcs of Cushion for {order.number} come on ")
    assert message.says.endswith("instead of 3 Dec: Sewing is full.")
    assert wrong(works) == []
    # A plan without limits knows no such message, and the same documents.
    works.run()
    assert not ActionMessage.objects.filter(advice="capacity").exists()
    assert not PlanLoad.objects.exists()
    assert wrong(works) == []


def test_work_that_ends_beyond_the_horizon_still_finds_its_hours(
    works: Works, centre: WorkCentre, cushion: Item
) -> None:
    """A year holds some 10,400 cushions: the rest takes hours of the year after, as full as any."""
    works.order(cushion, "12000", on=TODAY + timedelta(days=30))
    run(works)
    late = PlannedOrder.objects.get(item=cushion)
    assert late.due_on > TODAY + timedelta(days=365)
    loads = list(PlanLoad.objects.filter(order=late).values_list("minutes", flat=True))
    assert (sum(loads), max(loads), len(loads)) == (D(144_000), D(480), 300)
    assert not ActionMessage.objects.filter(advice="beyond").exists()
    assert wrong(works) == []

    works.order(cushion, "12000", on=TODAY + timedelta(days=31))
    run(works)
    [message] = ActionMessage.objects.filter(advice="beyond")
    last = TODAY + timedelta(days=365 + 400 - 1)
    assert message.order is not None
    assert (message.at_on, message.to_on) == (last, message.order.due_on)
    assert message.order.due_on > last
    assert message.says == (
        f"12,000 pcs of Cushion are made until {date_format(message.to_on, 'j M Y')}, but hours of Sewing "
        f"are known until {date_format(last, 'j M Y')} only: what runs after that day is planned as if "
        "nothing were full."
    )
    assert wrong(works) == []


def test_a_season_within_capacity_adds_up(works: Works, centre: WorkCentre, cushion: Item) -> None:
    for n in range(12):
        works.order(cushion, str(30 + 17 * n), on=TODAY + timedelta(days=25 + 4 * n))
        works.order(works.variant("pine", "M"), str(10 + n), on=WANTED + timedelta(days=n))
    works.stock(cushion, "100")
    item = cushion
    item.safety_stock = D(20)
    item.save()
    run(works)
    assert wrong(works) == []
    before = set(PlannedOrder.objects.values_list("pk", flat=True))
    run(works)
    assert set(PlannedOrder.objects.values_list("pk", flat=True)) == before


def test_the_page_plans_within_capacity(works: Works, cushion: Item) -> None:
    works.order(cushion, "800", on=TODAY + timedelta(days=14))
    client = Client()
    client.force_login(works.ctx.actor)
    assert "Within capacity" in client.get("/supplyplan/").content.decode()
    assert client.post("/supplyplan/now/?within=capacity").status_code in (200, 204, 302, 303)
    assert perform(JobRun.objects.get(name=jobs.plan_supply.name)).state == "done"
    shown = client.get("/supplyplan/").content.decode()
    for said in ("Within the capacity of work centres", "Fullest work centres", "Sewing", "Late by capacity"):
        assert said in shown
    order = PlannedOrder.objects.get(item=cushion)
    page = client.get(f"/supplyplan/orders/{order.pk}/").content.decode()
    assert "Sewing is full" in page
    tab = client.get(f"/supplyplan/orders/{order.pk}/?tab=hours").content.decode()
    assert "480" in tab
