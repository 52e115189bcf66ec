"""Planning work orders over several partners' stages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from loomline.domains.bills import commands as bills
from loomline.domains.catalog import commands as catalog
from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing import queries
from loomline.domains.manufacturing.models import WorkOrder, WorkStage, WorkState
from loomline.domains.sites import commands as sites
from loomline.domains.sites.models import Calendar, Site
from loomline.kernel.context import Ctx
from loomline.kernel.event import EventAbout, StoredEvent
from loomline.kernel.quantity import Quantity
from tests.domains.bills.knit import TODAY
from tests.domains.manufacturing.conftest import World

Line = manufacturing.WorkLineDraft


def _days(work: WorkOrder) -> list[tuple[str, date, date]]:
    return [(s.name, s.planned_start, s.planned_end) for s in work.stages.order_by("position")]


def test_the_needs_of_1200_sweaters_are_exact(plan: Callable[..., WorkOrder]) -> None:
    needs = queries.needs_of(work=plan("1200"))
    assert [(n.sku, n.quantity, n.stage_position) for n in needs] == [
        ("MER-248", Quantity("524.16", "kg"), 1),
        ("LAB-1", Quantity("1200", "pcs"), 3),
    ]


def test_needs_of_several_variants_are_added_up(plan: Callable[..., WorkOrder]) -> None:
    work = plan(lines={("pine", "M"): "700", ("oat", "L"): "500"})

    assert (work.style.name, work.item, work.quantity) == ("Fjord", None, Decimal(1200))
    assert [n.quantity for n in queries.needs_of(work=work)] == [
        Quantity("524.16", "kg"),
        Quantity("1200", "pcs"),
    ]


def test_stages_are_planned_forward_from_the_materials(world: World, plan: Callable[..., WorkOrder]) -> None:
    work = plan(starts_on=TODAY)

    assert _days(work) == [
        ("Dyeing", date(2026, 11, 23), date(2026, 11, 25)),
        ("Knitting", date(2026, 11, 27), date(2026, 12, 4)),
        ("Tailoring", date(2026, 12, 7), date(2026, 12, 10)),
        ("Quality check", date(2026, 12, 11), date(2026, 12, 11)),
        ("Packing", date(2026, 12, 14), date(2026, 12, 14)),
    ]
    assert (work.planned_on, work.expected_on, work.days_late) == (date(2026, 12, 14), date(2026, 12, 14), -7)
    dyeing = world.stage(work, "Dyeing")
    assert (dyeing.partner, dyeing.site, dyeing.quantity) == (world.dyer, world.dyehouse, Decimal("524.16"))
    assert (dyeing.unit.code, dyeing.icon) == ("kg", "droplet")


def test_without_a_start_stages_are_planned_backward_from_the_due_day(plan: Callable[..., WorkOrder]) -> None:
    work = plan(starts_on=None, due_on=date(2027, 1, 15))
    assert _days(work)[-1] == ("Packing", date(2027, 1, 15), date(2027, 1, 15))
    assert work.starts_on == date(2026, 12, 25)


def test_a_due_day_that_cannot_be_met_is_planned_from_today_and_said(plan: Callable[..., WorkOrder]) -> None:
    work = plan(starts_on=None, due_on=date(2026, 12, 1))
    assert (work.starts_on, work.expected_on, work.days_late) == (TODAY, date(2026, 12, 14), 13)


def test_the_partners_holidays_count_at_the_partners(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    calendar = Calendar.objects.create(name="Knitters")
    sites.close_days(ctx, calendar=calendar, first=date(2026, 11, 30), last=date(2026, 12, 1))
    Site.objects.filter(code="KNIT").update(calendar=calendar)

    work = plan()

    assert _days(work)[:2] == [
        ("Dyeing", date(2026, 11, 23), date(2026, 11, 25)),
        ("Knitting", date(2026, 11, 27), date(2026, 12, 8)),
    ]


def test_a_plan_is_about_the_record_that_asked_for_it(plan: Callable[..., WorkOrder]) -> None:
    work = plan()
    told = StoredEvent.objects.get(name="manufacturing.WorkPlanned")
    assert told.sentence == f"Work order {work.number} planned: 1,200 pcs Fjord pine M, expected 14 Dec"
    assert set(EventAbout.objects.filter(event=told).values_list("kind", "object_id")) == {
        ("manufacturing.workorder", work.pk),
        ("catalog.item", work.item_id),
        ("sales.orderline", 17),
    }


def test_things_of_different_bills_are_not_made_together(ctx: Ctx, world: World) -> None:
    with pytest.raises(manufacturing.MixedWork):
        manufacturing.open_work(
            ctx,
            lines=[
                Line(item=world.variant(), quantity=Decimal(1)),
                Line(item=world.label, quantity=Decimal(1)),
            ],
        )
    assert not WorkOrder.objects.exists()


def test_a_thing_without_a_bill_is_warned_of(ctx: Ctx, world: World) -> None:
    with pytest.raises(manufacturing.NoBill, match="Woven label has no bill of materials"):
        manufacturing.open_work(ctx, lines=[Line(item=world.label, quantity=Decimal(1))])


@pytest.mark.parametrize("quantity", ["0", "-1"])
def test_a_work_order_makes_something(ctx: Ctx, world: World, quantity: str) -> None:
    with pytest.raises(manufacturing.NothingToMake):
        manufacturing.open_work(ctx, lines=[Line(item=world.variant(), quantity=Decimal(quantity))])
    with pytest.raises(manufacturing.NothingToMake):
        manufacturing.open_work(ctx, lines=[])
    assert not WorkOrder.objects.exists()


def test_a_hundred_work_orders_cost_no_more_statements_than_one(
    ctx: Ctx, world: World, django_assert_max_num_queries: Any
) -> None:
    item = world.variant()
    drafts = [
        manufacturing.WorkDraft(lines=[Line(item=item, quantity=Decimal(n + 1))], starts_on=TODAY)
        for n in range(100)
    ]
    with django_assert_max_num_queries(17):
        works = manufacturing.plan_work(ctx, drafts=drafts)

    assert len({work.number for work in works}) == 100
    assert WorkStage.objects.count() == 500
    with django_assert_max_num_queries(3):
        needs = queries.needs_of_all(works=works)
    assert needs[works[99].pk][0].quantity == Quantity("43.68", "kg")


def test_work_of_another_system_is_taken_over_as_it_stands(ctx: Ctx, world: World) -> None:
    draft = manufacturing.WorkDraft(
        number="72591",
        state=WorkState.DONE,
        lines=[Line(item=world.variant(), quantity=Decimal(10), done=Decimal(9), rejected=Decimal(1))],
    )
    [work] = manufacturing.take_over_work(ctx, drafts=[draft])

    work.refresh_from_db()
    assert (work.number, work.state, work.done, work.rejected) == ("72591", WorkState.DONE, 9, 1)
    assert not work.stages.exists()
    assert queries.making() == []


def test_new_materials_days_move_work_and_say_why(ctx: Ctx, plan: Callable[..., WorkOrder]) -> None:
    first, second = plan(), plan(origin=18)

    moved = manufacturing.move_materials(
        ctx,
        starts={first.pk: date(2026, 11, 27), second.pk: TODAY},
        causes={first.pk: "Merino late from Biella Yarns"},
    )

    assert moved == [first]
    first.refresh_from_db()
    assert (first.planned_on, first.expected_on) == (date(2026, 12, 14), date(2026, 12, 18))
    assert first.cause == "Merino late from Biella Yarns"
    told = StoredEvent.objects.get(name="manufacturing.WorkMoved")
    assert told.sentence == (
        f"{first.number} (Fjord pine M) moved by 4 days to 18 Dec: Merino late from Biella Yarns"
    )
    assert told.tone == "warn"
    assert EventAbout.objects.filter(event=told, kind="sales.orderline", object_id=17).exists()


def test_a_work_order_is_planned_anew(ctx: Ctx, plan: Callable[..., WorkOrder]) -> None:
    work = manufacturing.replan_work(ctx, work=plan(), starts_on=date(2026, 12, 7))
    assert _days(work)[0] == ("Dyeing", date(2026, 12, 7), date(2026, 12, 9))
    assert (work.planned_on, work.expected_on, work.cause) == (date(2026, 12, 28), date(2026, 12, 28), "")

    with pytest.raises(manufacturing.NoDayGiven):
        manufacturing.replan_work(ctx, work=work)


def test_a_phantom_is_never_needed_itself(ctx: Ctx, world: World) -> None:
    kit = catalog.add_item(ctx, sku="KIT", name="Kit", unit="pcs", kind="phantom")
    screw = catalog.add_item(ctx, sku="SCREW", name="Screw", unit="pcs")
    table = catalog.add_item(ctx, sku="TABLE", name="Table", unit="pcs")
    for item, part, quantity in ((kit, screw, 8), (table, kit, 2)):
        bills.add_bill(
            ctx, item=item, lines=[bills.BillLineDraft(component=part, quantity=Decimal(quantity))]
        )

    work = manufacturing.open_work(
        ctx, lines=[manufacturing.WorkLineDraft(item=table, quantity=Decimal(3))], starts_on=TODAY
    )

    assert [(need.sku, need.quantity) for need in queries.needs_of(work=work)] == [
        ("SCREW", Quantity("48", "pcs"))
    ]
