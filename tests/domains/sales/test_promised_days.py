"""What is promised for each day is what the lines of orders say, whatever was done to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from loomline.domains.accounts.models import Grant, Role, RoleHolder, User
from loomline.domains.catalog.models import Item
from loomline.domains.sales import commands as sales
from loomline.domains.sales import jobs, queries
from loomline.domains.sales.commands import LineDraft
from loomline.domains.sales.models import Order, OrderLine, PromisedDay
from loomline.kernel.access import Level
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, JobState, perform
from loomline.surface import registry
from tests.domains.sales.shop import World


def promised(ctx: Ctx, supply: str) -> Decimal:
    """All that is promised from now on, as the control tower reads it, and proved."""
    assert queries.compare_promised_days() == []
    days = queries.promised_by_day(
        ctx, supply=supply, starts_on=ctx.today - timedelta(days=365), ends_on=ctx.today + timedelta(days=365)
    )
    return sum(days.values(), Decimal(0))


def supply_of(world: World) -> str:
    return Item.objects.get(pk=world.sweater.pk).supply


def of_sweaters(order: Order, world: World) -> OrderLine:
    return order.lines.get(item=world.sweater)


def test_a_draft_promises_nothing_and_a_confirmed_order_its_lines(
    ctx: Ctx, order: Callable[..., Order], world: World
) -> None:
    supply = supply_of(world)
    order()
    assert promised(ctx, supply) == 0

    made = order(confirmed=True)

    expected = sum(line.quantity for line in made.lines.select_related("item") if line.item.supply == supply)
    assert promised(ctx, supply) == expected
    assert expected > 0


def test_what_is_amended_and_what_is_cancelled_is_counted_at_once(
    ctx: Ctx, order: Callable[..., Order], world: World
) -> None:
    made = order(confirmed=True)
    sweater = of_sweaters(made, world)
    draft = LineDraft(item=world.sweater, quantity=Decimal(12), price=sweater.price, line=sweater)

    sales.amend_order(ctx, order=made, lines=[draft])
    assert promised(ctx, supply_of(world)) == 12

    sales.cancel_order(ctx, order=made, reason="Shop closed")
    assert promised(ctx, supply_of(world)) == 0


def test_an_item_that_is_bought_from_now_on_takes_its_promises_along(
    ctx: Ctx, order: Callable[..., Order], world: World
) -> None:
    made = order(confirmed=True)
    quantity, other = of_sweaters(made, world).quantity, "buy" if supply_of(world) == "make" else "make"
    before = promised(ctx, supply_of(world)), promised(ctx, other)

    was = supply_of(world)
    Item.objects.filter(pk=world.sweater.pk).update(supply=other)

    assert (promised(ctx, was), promised(ctx, other)) == (before[0] - quantity, before[1] + quantity)


def test_lines_and_orders_that_are_removed_in_any_sequence_promise_nothing_more(
    ctx: Ctx, order: Callable[..., Order], world: World
) -> None:
    first, second = order(confirmed=True), order(confirmed=True)
    both = Order.objects.filter(pk__in=(first.pk, second.pk))

    with transaction.atomic():
        OrderLine.objects.filter(order=first)._raw_delete("default")
        both._raw_delete("default")
        OrderLine.objects.filter(order=second)._raw_delete("default")
        assert queries.compare_promised_days() == []
        assert promised(ctx, supply_of(world)) == 0
        transaction.set_rollback(True)


def test_who_sees_only_some_orders_counts_only_these(
    ctx: Ctx, order: Callable[..., Order], world: World
) -> None:
    registry.load()
    clerk = User.objects.create(email="cle@example.org", name="Cle")
    role = Role.objects.create(name="Own orders")
    RoleHolder.objects.create(user=clerk, role=role)
    Grant.objects.create(role=role, permission="sales.view", level=Level.OWN)
    theirs, _others = order(confirmed=True), order(confirmed=True)
    Order.objects.filter(pk=theirs.pk).update(owner=clerk)
    seen = Ctx.new(actor=clerk, via="page", now=ctx.now)

    supply = supply_of(world)

    assert promised(seen, supply) * 2 == promised(ctx, supply)
    assert promised(seen, supply) > 0


def test_at_night_the_days_are_proved_and_become_one_row_each(
    ctx: Ctx, order: Callable[..., Order], world: World
) -> None:
    order(confirmed=True)
    order(confirmed=True)
    supply = supply_of(world)
    before = promised(ctx, supply)

    run = perform(jobs.compare_promised_days.start(ctx))

    keys = list(PromisedDay.objects.values_list("supply", "day"))
    assert (run.state, run.result) == (JobState.DONE, {"days": len(keys)})
    assert len(keys) == len(set(keys))
    assert promised(ctx, supply) == before


def test_a_day_that_is_wrong_fails_the_job_and_is_mended_by_another(
    ctx: Ctx, order: Callable[..., Order], world: World
) -> None:
    order(confirmed=True)
    before = promised(ctx, supply_of(world))
    PromisedDay.objects.update(quantity=99)

    failed = perform(jobs.compare_promised_days.start(ctx))
    assert failed.state == JobState.FAILED
    assert "differs from the lines of orders on 2 days: 2026-11-30 99 / 20;" in failed.message

    perform(jobs.rebuild_promised_days.start(ctx))
    assert promised(ctx, supply_of(world)) == before


@pytest.mark.django_db
def test_each_night_the_proof_is_put_on_the_list_of_jobs() -> None:
    jobs.prove_promised_days(timestamp=0)
    assert JobRun.objects.get().name == "sales.compare_promised_days"
