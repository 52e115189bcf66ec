"""A maker whose shops order, and whose deals ask for more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from loomline.domains.demand import commands as demand
from loomline.domains.demand.models import Run
from loomline.domains.demand.queries import FigureDraft, Key, Reckoned
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import Opportunity
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Order
from loomline.kernel.context import Ctx
from tests.domains.sales.shop import TODAY, World, make_ctx, make_world

MONDAY = TODAY
Ordered = Callable[..., Order]
Dealt = Callable[..., Opportunity]
Ran = Callable[..., Run]


def week(n: int) -> date:
    """The Monday of the n-th week from this one on."""
    return MONDAY + timedelta(weeks=n)


def numbers(*values: int | str) -> list[Decimal]:
    return [Decimal(value) for value in values]


def at(ctx: Ctx, day: date) -> Ctx:
    """The same person on another day."""
    return replace(ctx, now=datetime.combine(day, time(9), ctx.now.tzinfo))


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


@pytest.fixture
def world(ctx: Ctx) -> World:
    return make_world(ctx)


@pytest.fixture
def other(ctx: Ctx) -> Party:
    return parties.open_party(ctx, name="Harbour & Pine", roles=["customer"])


@pytest.fixture
def key(world: World) -> Key:
    """The shop's sweaters from Porto."""
    return world.sweater.pk, world.site.pk, world.shop.pk


@pytest.fixture
def ordered(ctx: Ctx, world: World) -> Ordered:
    """A confirmed order of so many sweaters, wanted on a day."""

    def make(quantity: int | str, day: date, **given: object) -> Order:
        item = given.pop("item", world.sweater)
        customer = given.pop("customer", world.shop)
        line = sales.LineDraft(item=item, quantity=Decimal(quantity), wanted_on=day)
        order = sales.open_order(ctx, customer=customer, lines=[line], **given)
        shrug = frozenset({"PromiseLater", "CreditExceeded", "WantedPassed"})
        return sales.confirm_order(replace(ctx, accepted=shrug), order=order)

    return make


@pytest.fixture
def deal(ctx: Ctx, world: World) -> Dealt:
    """An open deal over so many sweaters, wanted on a day, at a probability."""

    def make(quantity: int | str, day: date | None, chance: int, **given: object) -> Opportunity:
        line = pipeline.OpportunityLineDraft(
            item=world.sweater, quantity=Decimal(quantity), price=Decimal(45), wanted_on=day
        )
        values = {"name": "Autumn range", "party": world.shop, "probability_override": chance}
        return pipeline.open_opportunity(ctx, lines=[line], **{**values, **given})

    return make


@pytest.fixture
def ran(ctx: Ctx) -> Ran:
    """Keep a run that expects these figures of each series."""

    def make(figures: dict[Key, list[Decimal]], *, on: date = MONDAY) -> Run:
        drafts = [
            FigureDraft(
                item_id=item, site_id=site, customer_id=customer, kind="smooth", method="said",
                mean=mean, p10=[v / 2 for v in mean], p50=mean, p90=[v * 2 for v in mean],
            )
            for (item, site, customer), mean in figures.items()
        ]  # fmt: skip
        for item in dict.fromkeys(key[0] for key in figures):
            parts = [draft.mean for draft in drafts if draft.item_id == item]
            mean = [sum(values, Decimal(0)) for values in zip(*parts, strict=True)]
            drafts.append(
                FigureDraft(item_id=item, is_sum=True, kind="smooth", mean=mean, p10=mean, p50=mean, p90=mean)
            )
        weeks = max(len(mean) for mean in figures.values())
        first = on - timedelta(days=on.weekday())
        return demand.keep_run(at(ctx, on), made=Reckoned(first_week=first, weeks=weeks, figures=drafts))

    return make
