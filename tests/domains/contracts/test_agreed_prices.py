"""What a contract says is what an order asks for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.contracts import commands as contracts
from loomline.domains.contracts import queries
from loomline.domains.contracts.commands import PriceDraft
from loomline.domains.contracts.models import Contract, ContractState, IndexValue, PriceIndex
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.commands import PurchaseLineDraft, SupplierItemDraft
from loomline.domains.procurement.ports import TermsAsk
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import MoveRefused, Refused
from tests.domains.contracts.conftest import World


def price_of(ctx: Ctx, world: World, quantity: str, **more: object) -> Decimal:
    line = PurchaseLineDraft(item=world.merino, quantity=Decimal(quantity))
    order = procurement.open_purchase(
        ctx,
        supplier=more.get("supplier") or world.mill,
        lines=[line],
        currency=str(more.get("currency") or "EUR"),  # type: ignore[arg-type]
    )
    found: Decimal = order.lines.get().price
    return found


def agree(ctx: Ctx, world: World, *tiers: str, **more: object) -> Contract:
    drafts = [
        PriceDraft(item=world.merino, from_quantity=Decimal(start), price=Decimal(price), **more)  # type: ignore[arg-type]
        for start, price in (one.split(":") for one in tiers)
    ]
    return contracts.agree_prices(ctx, contract=world.contract, prices=drafts)


def test_the_price_of_the_tier_fills_the_order_while_the_contract_holds(ctx: Ctx, world: World) -> None:
    terms = SupplierItemDraft(supplier=world.mill, item=world.merino, price=Decimal(33))
    procurement.agree_supply(ctx, drafts=[terms])
    agree(ctx, world, "0:30", "500:29", "2000:27.5")
    assert price_of(ctx, world, "600") == 33

    contracts.activate_contract(ctx, contract=world.contract)
    assert [price_of(ctx, world, q) for q in ("1", "499", "500", "1999", "2000")] == [
        30,
        30,
        29,
        29,
        Decimal("27.5"),
    ]
    assert price_of(ctx, world, "600", currency="USD") == 0
    assert price_of(ctx, world, "600", supplier=world.other) == 0
    world.contract.refresh_from_db()
    contracts.end_contract(ctx, contract=world.contract, reason="Sold", ends_on=date(2026, 11, 1))
    assert price_of(ctx, world, "600") == 33


def test_prices_hold_on_their_days_and_the_later_agreed_wins(ctx: Ctx, world: World) -> None:
    agree(ctx, world, "0:30")
    agree(ctx, world, "0:28", valid_from=date(2026, 11, 23))
    agree(ctx, world, "0:26", valid_from=date(2026, 12, 1))
    contracts.activate_contract(ctx, contract=world.contract)
    asks = [
        TermsAsk(supplier=world.mill, item=world.merino, quantity=Decimal(1), currency="EUR", on=on)
        for on in (
            date(2026, 9, 30),
            date(2026, 11, 22),
            date(2026, 11, 23),
            date(2026, 12, 1),
            date(2027, 10, 1),
        )
    ]
    assert [said.price for said in queries.agreed_for(asks=asks)] == [None, 30, 28, 26, None]


def test_a_share_of_the_price_moves_with_its_index(ctx: Ctx, world: World) -> None:
    wool = PriceIndex.objects.create(name="Wool")
    IndexValue.objects.create(index=wool, on=date(2026, 10, 1), value=Decimal(1000))
    IndexValue.objects.create(index=wool, on=date(2026, 11, 20), value=Decimal(1100))
    IndexValue.objects.create(index=wool, on=date(2026, 12, 1), value=Decimal(800))
    with pytest.raises(Refused, match="at which value of Wool"):
        agree(ctx, world, "0:30", index=wool)
    agree(ctx, world, "0:30", index=wool, index_base=Decimal(1000), index_share=Decimal("0.6"))
    contracts.activate_contract(ctx, contract=world.contract)
    # 30 x (1 + 0.6 x (1100 / 1000 - 1))
    assert price_of(ctx, world, "1") == Decimal("31.8")
    later = replace(ctx, now=ctx.now.replace(month=12, day=2))
    assert price_of(later, world, "1") == Decimal("26.4")


def test_an_order_above_the_price_or_before_the_lead_time_agreed_is_warned_of(ctx: Ctx, world: World) -> None:
    agree(ctx, world, "0:30", lead_days=10)
    contracts.activate_contract(ctx, contract=world.contract)
    line = PurchaseLineDraft(
        item=world.merino, quantity=Decimal(5), price=Decimal(31), requested_on=date(2026, 12, 1)
    )
    order = procurement.open_purchase(ctx, supplier=world.mill, lines=[line])
    with pytest.raises(procurement.AboveAgreed, match=r"at 31, above the 30 of contract C-"):
        procurement.send_purchase(ctx, purchase=order)
    dear = replace(ctx, accepted=frozenset({"AboveAgreed"}))
    with pytest.raises(procurement.SoonerThanAgreed, match="10 working days"):
        procurement.send_purchase(dear, purchase=order)
    both = replace(ctx, accepted=frozenset({"AboveAgreed", "SoonerThanAgreed"}))
    assert procurement.send_purchase(both, purchase=order).state == "sent"


def test_a_contract_begins_with_something_agreed_and_ends_with_a_reason(ctx: Ctx, world: World) -> None:
    with pytest.raises(contracts.ContractEmpty):
        contracts.activate_contract(ctx, contract=world.contract)
    agree(ctx, world, "0:30")
    made = contracts.activate_contract(ctx, contract=world.contract)
    twin = Contract.objects.create(
        title="Twin", supplier=world.mill, starts_on=made.starts_on, ends_on=made.ends_on, currency="EUR"
    )
    contracts.agree_prices(ctx, contract=twin, prices=[PriceDraft(item=world.merino, price=Decimal(25))])
    with pytest.raises(contracts.PricesOverlap, match="Merino 2/48"):
        contracts.activate_contract(ctx, contract=twin)
    contracts.cancel_contract(ctx, contract=twin, reason="Not needed")
    with pytest.raises(contracts.ReasonMissing):
        contracts.end_contract(ctx, contract=made, reason="")
    made = contracts.end_contract(ctx, contract=made, reason="Moved")
    assert (made.state, made.ends_on) == (ContractState.ENDED, ctx.today)
    with pytest.raises(Refused):
        agree(ctx, world, "0:20")


def test_a_contract_is_renewed_by_its_months_and_only_for_longer(ctx: Ctx, world: World) -> None:
    agree(ctx, world, "0:30")
    Contract.objects.filter(pk=world.contract.pk).update(renewal_months=12)
    with pytest.raises(Refused):
        contracts.renew_contract(ctx, contract=world.contract)
    contracts.activate_contract(ctx, contract=world.contract)
    made = contracts.renew_contract(ctx, contract=world.contract)
    assert (made.ends_on, made.revision) == (date(2028, 9, 30), 2)
    with pytest.raises(contracts.NotLonger):
        contracts.renew_contract(ctx, contract=world.contract, ends_on=date(2027, 1, 1))
    with pytest.raises(MoveRefused):
        contracts.activate_contract(ctx, contract=world.contract)
