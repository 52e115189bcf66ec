"""A shop, its quotes, people with roles, and quoting's own answers to what sales asks."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from loomline.domains.accounts.models import Role, RoleHolder, User
from loomline.domains.quoting import commands as quoting
from loomline.domains.quoting.models import ApprovalPolicy, ApprovalStep, Measure, OfferLink
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Quote
from loomline.kernel.context import Ctx
from tests.domains.sales.shop import NOW, World, make_ctx, make_world


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


@pytest.fixture
def world(ctx: Ctx) -> World:
    return make_world(ctx)


@pytest.fixture
def person(db: None) -> Callable[..., Ctx]:
    """Somebody at work who holds these roles and no other right than their grants."""

    def make(name: str, *roles: Role) -> Ctx:
        user = User.objects.create(email=f"{name.lower()}@example.org", name=name)
        for role in roles:
            RoleHolder.objects.create(user=user, role=role)
        return Ctx.new(actor=user, via="page", now=NOW)

    return make


@pytest.fixture
def role(db: None) -> Callable[[str], Role]:
    """A role that may do everything in quoting and sales."""

    def make(name: str) -> Role:
        made: Role = Role.objects.create(name=name)
        for permission in ("quoting.*", "sales.*", "pipeline.*", "parties.*"):
            made.grants.create(permission=permission, level=5)
        return made

    return make


@pytest.fixture
def policy() -> Callable[..., ApprovalPolicy]:
    """A policy with steps (threshold, role)."""

    def make(
        measure: Measure, *steps: tuple[str, Role], own_authority: bool = True, name: str = ""
    ) -> ApprovalPolicy:
        made: ApprovalPolicy = ApprovalPolicy.objects.create(
            name=name or str(measure.label), measure=measure, own_authority=own_authority
        )
        for level, (threshold, who) in enumerate(steps, start=1):
            ApprovalStep.objects.create(policy=made, level=level, threshold=Decimal(threshold), role=who)
        return made

    return make


@pytest.fixture
def draft(ctx: Ctx, world: World) -> Callable[..., Quote]:
    """Ten sweaters at 45.00 with a discount, or the lines given; nobody has seen it."""

    def make(*lines: sales.QuoteLineDraft, discount: str = "0", **kwargs: object) -> Quote:
        drafts = lines or (
            sales.QuoteLineDraft(item=world.sweater, quantity=Decimal(10), discount=Decimal(discount)),
        )
        return sales.write_quote(ctx, customer=world.shop, lines=drafts, **kwargs)

    return make


@pytest.fixture
def offered(ctx: Ctx, draft: Callable[..., Quote]) -> Callable[..., OfferLink]:
    """A quote that was sent, with its paper and the customer's page."""

    def make(*lines: sales.QuoteLineDraft, **kwargs: object) -> OfferLink:
        quote = sales.send_quote(ctx, quote=draft(*lines, **kwargs))
        return quoting.hand_over(ctx, quote=quote)

    return make
