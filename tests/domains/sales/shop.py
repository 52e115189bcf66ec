"""A maker of knitwear and a shop that buys from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from loomline.domains.accounts.models import User
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog import reference as units
from loomline.domains.catalog.models import Item
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import reference as stages
from loomline.domains.sites import commands as sites
from loomline.domains.sites import reference as places
from loomline.domains.sites.models import Site
from loomline.kernel.context import Ctx

# A Monday; five working days later is Monday 30 November, fifteen Monday 14 December.
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


@dataclass
class World:
    """What the tests of selling stand on."""

    shop: Party
    site: Site
    sweater: Item
    scarf: Item
    fitting: Item


def make_ctx() -> Ctx:
    """The administrator on a Monday morning, with units, virtual locations and a pipeline in place."""
    admin = User.objects.create(email="ada@example.org", name="Ada Boss", is_superuser=True)
    made = Ctx.new(actor=admin, via="page", now=NOW)
    units.load(made)
    places.load(made)
    stages.load(made)
    return made


def make_world(ctx: Ctx) -> World:
    """A shop in Hamburg with a credit limit, our works in Porto, two goods and a service."""
    shop = parties.open_party(
        ctx,
        name="Nord Living",
        roles=["customer"],
        payment_days=45,
        credit_limit=Decimal(80_000),
        addresses=[
            parties.AddressDraft(
                purpose="shipping", line1="Kaistrasse 4", postcode="20457", city="Hamburg", country="DE"
            )
        ],
    )
    return World(
        shop=shop,
        site=sites.open_site(ctx, code="PORTO", name="Porto works"),
        sweater=catalog.add_item(
            ctx,
            sku="FJ-PIN-M",
            name="Fjord pine M",
            list_price=Decimal(45),
            standard_cost=Decimal(21),
            lead_days=15,
        ),
        scarf=catalog.add_item(ctx, sku="SC-OAT", name="Scarf oat", list_price=Decimal("19.90"), lead_days=5),
        fitting=catalog.add_item(ctx, sku="FIT", name="Fitting", kind="service", list_price=Decimal(120)),
    )
