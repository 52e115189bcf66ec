"""The key figures of the control tower."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from loomline.domains.accounts.models import Grant, Role, RoleHolder, User
from loomline.domains.insights import queries
from loomline.domains.insights.queries.figures import Figure
from loomline.domains.parties import commands as parties
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import reference
from loomline.domains.pipeline.models import Stage
from loomline.domains.sales import commands as sales
from loomline.kernel.access import Level
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from tests.domains.pipeline.desk import make_ctx


@pytest.fixture
def ctx(db: None) -> Ctx:
    made = make_ctx()
    reference.load(made)
    return made


def weighted(ctx: Ctx) -> Figure:
    return next(figure for figure in queries.figures(ctx) if figure.key == "pipeline")


def test_amounts_of_different_currencies_are_never_added_up(ctx: Ctx) -> None:
    shop = parties.open_party(ctx, name="Nord Living", roles=["prospect"])
    half = Stage.objects.filter(probability=50).first()
    assert half is not None
    for amount, currency in (("100000", "EUR"), ("20000", "EUR"), ("30000", "USD")):
        pipeline.open_opportunity(
            ctx, name="Autumn range", party=shop, amount=Decimal(amount), currency=currency, stage=half
        )

    figure = weighted(ctx)

    assert (figure.value, figure.unit) == (Decimal(60000), "EUR")
    assert figure.note == "and $15k; 3 open deals, by closing week"


def test_the_tower_of_an_empty_company_says_so(ctx: Ctx) -> None:
    client = Client()
    client.force_login(ctx.actor)

    page = client.get("/").content.decode()

    assert weighted(ctx).value == 0
    assert "Every open order will keep its promise." in page
    assert "Nothing is on the road now." in page


def test_moved_dates_of_orders_that_one_may_not_see_are_not_counted(ctx: Ctx) -> None:
    shop = parties.open_party(ctx, name="Nord Living", roles=["customer"])
    order = sales.open_order(ctx, customer=shop)
    told = Activity.objects.latest("id")
    about = [f"sales.order:{order.pk}", f"parties.party:{shop.pk}"]
    StoredEvent.objects.create(at=ctx.now, name="sales.DeliveryMoved", payload={}, activity=told, about=about)
    clerk = User.objects.create(email="cle@example.org", name="Cle")
    role = Role.objects.create(name="Own orders")
    RoleHolder.objects.create(user=clerk, role=role)
    Grant.objects.create(role=role, permission="sales.view", level=Level.OWN)

    def news(who: Ctx) -> object:
        return next(figure for figure in queries.figures(who) if figure.key == "at_risk").change

    assert news(ctx) == 1
    assert news(Ctx.new(actor=clerk, via="page", now=ctx.now)) is None
