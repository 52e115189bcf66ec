"""Classes of customers, and what they pay."""

from __future__ import annotations

from decimal import Decimal

import pytest

from loomline.domains.catalog.models import Item
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.pricing import commands as pricing
from loomline.domains.pricing.models import PriceList, Tier, TierMember
from loomline.domains.pricing.queries import price_for, tiers_of
from loomline.kernel.context import Ctx


def paid(ctx: Ctx, item: Item, customer: Party) -> Decimal | None:
    found = price_for(item=item, quantity=Decimal(1), customer=customer, currency="EUR", on=ctx.today)
    return found.unit_price if found else None


@pytest.fixture
def gold(ctx: Ctx, sweater: Item) -> Tier:
    made: Tier = Tier.objects.create(name="Gold")
    listed = PriceList.objects.create(name="Gold", currency="EUR", tier=made)
    pricing.set_price(ctx, price_list=listed, item=sweater, unit_price=Decimal(40))
    return made


def test_a_tiers_list_serves_its_customers_and_nobody_else(
    ctx: Ctx, sweater: Item, shop: Party, gold: Tier
) -> None:
    other = parties.open_party(ctx, name="Sud", roles=["customer"])
    pricing.put_in_tier(ctx, tier=gold, parties=[shop])

    assert (paid(ctx, sweater, shop), paid(ctx, sweater, other)) == (Decimal(40), Decimal("49.90"))
    assert tiers_of(parties=[shop.pk, other.pk]) == {shop.pk: "Gold"}


def test_a_list_of_ones_own_comes_before_the_tiers_and_the_tiers_before_everybodys(
    ctx: Ctx, sweater: Item, shop: Party, gold: Tier, retail: PriceList, wholesale: PriceList
) -> None:
    pricing.set_price(ctx, price_list=retail, item=sweater, unit_price=Decimal(45))
    pricing.set_price(ctx, price_list=wholesale, item=sweater, unit_price=Decimal(38))
    assert paid(ctx, sweater, shop) == Decimal(45)
    pricing.put_in_tier(ctx, tier=gold, parties=[shop])
    assert paid(ctx, sweater, shop) == Decimal(40)
    pricing.give_price_list(ctx, price_list=wholesale, party=shop, position=9)
    assert paid(ctx, sweater, shop) == Decimal(38)


def test_a_branch_buys_at_the_tier_of_its_company_unless_it_has_its_own(
    ctx: Ctx, sweater: Item, shop: Party, gold: Tier
) -> None:
    branch = parties.open_party(ctx, name="Nord Living Bremen", roles=["customer"], parent=shop)
    pricing.put_in_tier(ctx, tier=gold, parties=[shop])
    assert paid(ctx, sweater, branch) == Decimal(40)
    club = Tier.objects.create(name="Club", rank=2)
    listed = PriceList.objects.create(name="Club", currency="EUR", tier=club)
    pricing.set_price(ctx, price_list=listed, item=sweater, unit_price=Decimal(42))
    pricing.put_in_tier(ctx, tier=club, parties=[branch])
    assert paid(ctx, sweater, branch) == Decimal(42)


def test_a_customer_is_in_one_tier_at_a_time(ctx: Ctx, shop: Party, gold: Tier) -> None:
    club = Tier.objects.create(name="Club", rank=2)
    pricing.put_in_tier(ctx, tier=gold, parties=[shop])
    pricing.put_in_tier(ctx, tier=club, parties=[shop, shop])

    assert [(m.party, m.tier) for m in TierMember.objects.all()] == [(shop, club)]
    with pytest.raises(pricing.NotInTier):
        pricing.take_from_tier(ctx, tier=gold, party=shop)
    pricing.take_from_tier(ctx, tier=club, party=shop)
    assert not TierMember.objects.exists()


def test_nobody_named_is_refused(ctx: Ctx, gold: Tier) -> None:
    with pytest.raises(pricing.NobodyNamed):
        pricing.put_in_tier(ctx, tier=gold, parties=[])
