"""A mill with terms, people with roles, and rules of approval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest

from loomline.domains.accounts.models import Role, RoleHolder, User
from loomline.domains.approvals.models import ApprovalRule, RuleStep
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog import reference as units
from loomline.domains.catalog.models import Category, Item
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.procurement import commands as procurement
from loomline.domains.sites import commands as sites
from loomline.domains.sites import reference as places
from loomline.domains.sites.models import Site
from loomline.kernel.context import Ctx
from tests.conftest import NOW


@dataclass
class World:
    """What the tests of requisitions stand on."""

    mill: Party
    site: Site
    yarns: Category
    merino: Item
    label: Item


@pytest.fixture
def world(ctx: Ctx) -> World:
    units.load(ctx)
    places.load(ctx)
    mill = parties.open_party(ctx, name="Biella Yarns", roles=["supplier"])
    site = sites.open_site(ctx, code="PORTO", name="Porto works")
    fibres = Category.objects.create(name="Fibres")
    yarns = Category.objects.create(name="Yarns", parent=fibres)
    merino = catalog.add_item(ctx, sku="MER-248", name="Merino 2/48", unit="kg", category=yarns)
    label = catalog.add_item(ctx, sku="LAB-1", name="Woven label", unit="pcs", standard_cost=Decimal("0.25"))
    terms = procurement.SupplierItemDraft(
        supplier=mill, item=merino, price=Decimal(30), lead_days=14, is_preferred=True
    )
    procurement.agree_supply(ctx, drafts=[terms])
    return World(mill, site, yarns, merino, label)


@pytest.fixture
def role(db: None) -> Callable[[str], Role]:
    """A role of people who buy, ask and decide."""

    def make(name: str) -> Role:
        made: Role = Role.objects.create(name=name)
        for permission in ("approvals.*", "requisitions.*", "procurement.*"):
            made.grants.create(permission=permission, level=5)
        return made

    return make


@pytest.fixture
def person(db: None) -> Callable[..., Ctx]:
    """Somebody at work who holds these roles."""

    def make(name: str, *roles: Role) -> Ctx:
        user = User.objects.create(email=f"{name.lower()}@example.org", name=name)
        for held in roles:
            RoleHolder.objects.create(user=user, role=held)
        return Ctx.new(actor=user, via="page", now=NOW)

    return make


@pytest.fixture
def rule(db: None) -> Callable[..., ApprovalRule]:
    """A rule with steps (above, role or person)."""

    def make(document: str, *steps: tuple[str, Role | User], **more: object) -> ApprovalRule:
        made: ApprovalRule = ApprovalRule.objects.create(
            document=document, **{"name": f"Rule {ApprovalRule.objects.count() + 1}", **more}
        )
        for level, (above, who) in enumerate(steps, start=1):
            by = {"role": who} if isinstance(who, Role) else {"person": who}
            RuleStep.objects.create(rule=made, level=level, above=Decimal(above), **by)
        return made

    return make
