"""A sweater made of merino: dyed in Braga, knitted and tailored in Porto, checked and packed at home."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeVar

from loomline.domains.accounts.models import User
from loomline.domains.bills import commands as bills
from loomline.domains.bills.models import Bill
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog import queries as items
from loomline.domains.catalog import reference as units
from loomline.domains.catalog.models import Item, Style
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.sites import commands as sites
from loomline.domains.sites import reference
from loomline.domains.sites.models import Site
from loomline.kernel.context import Ctx

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)  # a Monday


K = TypeVar("K", bound="Knit")


@dataclass
class Knit:
    """A style with its bill and route, and everybody who has a hand in it."""

    ctx: Ctx
    home: Site
    dyehouse: Site
    dyer: Party
    knitter: Party
    style: Style
    merino: Item
    dyed: Item
    label: Item
    bill: Bill

    def variant(self, colour: str = "pine", size: str = "M") -> Item:
        """One colour and size of the style."""
        return items.variants_of(style_id=self.style.pk)[colour, size]


def make_ctx() -> Ctx:
    """The administrator at work, with the units and places every company has."""
    admin = User.objects.create(email="ada@example.org", name="Ada Boss", is_superuser=True)
    made = Ctx.new(actor=admin, via="page", now=NOW)
    units.load(made)
    reference.load(made)
    return made


def make_knit(ctx: Ctx, kind: type[K]) -> K:
    """Write the style, its materials and its bill."""
    home = sites.open_site(ctx, code="PORTO", name="Porto works")
    dyer = parties.open_party(ctx, name="Braga Dye", roles=["subcontractor"])
    knitter = parties.open_party(ctx, name="Porto Knit", roles=["subcontractor"])
    dyehouse = sites.open_site(ctx, code="BRAGA", name="Braga dyehouse", party=dyer)
    sites.open_site(ctx, code="KNIT", name="Knitting hall", party=knitter)
    style = catalog.add_style(
        ctx, code="FJORD", name="Fjord", colours=["oat", "pine"], sizes=["S", "M", "L", "XL"], tracking="lot"
    )
    merino = catalog.add_item(
        ctx, sku="MER-248", name="Merino 2/48", unit="kg", tracking="lot", standard_cost=Decimal("31.50")
    )
    dyed = catalog.add_item(ctx, sku="MER-DYED", name="Dyed merino", unit="kg", tracking="lot", supply="make")
    label = catalog.add_item(ctx, sku="LAB-1", name="Woven label", unit="pcs", standard_cost=Decimal("0.08"))
    bill = bills.add_bill(
        ctx,
        style=style,
        lines=[
            bills.BillLineDraft(
                component=merino, quantity=Decimal("0.42"), scrap=Decimal("0.04"), stage_position=1
            ),
            bills.BillLineDraft(component=label, quantity=Decimal(1), stage_position=3),
        ],
        stages=[
            bills.StageDraft(
                name="Dyeing",
                kind="dyeing",
                days=3,
                partner=dyer,
                item=dyed,
                factor=Decimal("0.4368"),
                move_days=1,
                rate=Decimal("1.20"),
            ),
            bills.StageDraft(name="Knitting", kind="knitting", days=6, partner=knitter, rate=Decimal(4)),
            bills.StageDraft(name="Tailoring", kind="tailoring", days=4, partner=knitter, rate=Decimal(3)),
            bills.StageDraft(name="Quality check", kind="check", days=1),
            bills.StageDraft(name="Packing", kind="packing", days=1),
        ],
    )
    return kind(ctx, home, dyehouse, dyer, knitter, style, merino, dyed, label, bill)
