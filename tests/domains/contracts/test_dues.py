"""Burn-down, rebates, penalties and shortfalls come from what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from loomline.domains.contracts import commands as contracts
from loomline.domains.contracts import queries
from loomline.domains.contracts.commands import PriceDraft
from loomline.domains.contracts.models import (
    Commitment,
    Contract,
    Due,
    DueState,
    Penalty,
    Rebate,
    Trigger,
)
from loomline.domains.ledger.models import ExchangeRate
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import MoveRefused, Refused
from tests.domains.contracts.conftest import ENDS, STARTS, World

Bought = Callable[..., Purchase]


@pytest.fixture
def held(ctx: Ctx, world: World) -> Contract:
    """The contract, holding, with a price for merino."""
    contracts.agree_prices(
        ctx, contract=world.contract, prices=[PriceDraft(item=world.merino, price=Decimal(30))]
    )
    return contracts.activate_contract(ctx, contract=world.contract)


def at(ctx: Ctx, day: date) -> Ctx:
    return replace(ctx, now=ctx.now.replace(year=day.year, month=day.month, day=day.day))


def test_a_commitment_burns_down_by_what_came_and_says_whether_it_is_behind(
    ctx: Ctx, world: World, held: Contract, bought: Bought
) -> None:
    Commitment.objects.create(
        contract=held, item=world.merino, starts_on=STARTS, ends_on=ENDS, quantity=Decimal(1000)
    )
    Commitment.objects.create(contract=held, starts_on=STARTS, ends_on=ENDS, amount=Decimal(40000))
    bought("100", "30", came=date(2026, 10, 20))
    bought("50", "30", came=date(2026, 11, 10), rejected="10")
    came = queries.bought(ctx, contract=held)
    pieces, money = queries.burn_downs(ctx, contract=held, came=came)
    assert (pieces.came, pieces.missing, pieces.share) == (140, 860, Decimal("0.14"))
    assert (money.came, money.share) == (4200, Decimal("0.105"))
    # 54 of 365 days are gone: 14.8 %.
    assert pieces.time_share == Decimal("0.1479")
    assert (pieces.on_order, pieces.is_behind, money.is_behind) == (10, False, True)


def test_late_goods_cost_a_share_for_each_working_day_after_the_grace(
    ctx: Ctx, held: Contract, bought: Bought
) -> None:
    Penalty.objects.create(
        contract=held, trigger=Trigger.LATE, rate=Decimal("0.01"), grace_days=1, most=Decimal("0.05")
    )
    bought("100", "30", came=date(2026, 10, 14), confirmed=date(2026, 10, 9))  # Friday to Wednesday: 3
    bought("100", "30", came=date(2026, 10, 19), confirmed=date(2026, 10, 16))  # within the grace
    bought("100", "30", came=date(2026, 11, 20), confirmed=date(2026, 11, 2))  # 14, capped
    made = contracts.reckon_dues(ctx, contract=held)
    assert [(due.on, due.amount) for due in sorted(made, key=lambda due: due.on)] == [
        (date(2026, 10, 14), Decimal(60)),
        (date(2026, 11, 20), Decimal(150)),
    ]
    assert contracts.reckon_dues(ctx, contract=held) == []
    assert Due.objects.count() == 2


def test_rejected_goods_cost_a_share_and_a_reversed_receipt_takes_the_due_away(
    ctx: Ctx, held: Contract, bought: Bought
) -> None:
    Penalty.objects.create(contract=held, trigger=Trigger.REJECTED, rate=Decimal("0.10"))
    order = bought("100", "30", came=date(2026, 10, 14), rejected="20")
    [due] = contracts.reckon_dues(ctx, contract=held)
    assert (due.amount, due.says) == (60, "20 kg Merino 2/48 rejected, 10 % of 600")
    procurement.reverse_receipt(ctx, receipt=order.receipts.get(), reason="Wrong order")
    contracts.reckon_dues(ctx, contract=held)
    assert not Due.objects.exists()


@pytest.mark.parametrize(("on_all", "amount"), [(True, "180"), (False, "80")])
def test_a_rebate_comes_when_a_year_of_the_contract_is_over(
    ctx: Ctx, held: Contract, bought: Bought, on_all: bool, amount: str
) -> None:
    Rebate.objects.create(contract=held, from_amount=Decimal(5000), rate=Decimal("0.01"), on_all=on_all)
    Rebate.objects.create(contract=held, from_amount=Decimal(7000), rate=Decimal("0.02"), on_all=on_all)
    bought("200", "30", came=date(2026, 10, 14))
    bought("100", "30", came=date(2026, 11, 14))
    assert contracts.reckon_dues(ctx, contract=held) == []
    # 9,000: 2 % of all, or 1 % of 2,000 and 2 % of 2,000 above.
    [due] = contracts.reckon_dues(at(ctx, ENDS), contract=held)
    assert (due.amount, due.on) == (Decimal(amount) if on_all else Decimal(60), ENDS)


def test_what_was_promised_and_not_bought_is_owed_in_part(
    ctx: Ctx, world: World, held: Contract, bought: Bought
) -> None:
    Commitment.objects.create(
        contract=held, item=world.merino, starts_on=STARTS, ends_on=date(2026, 10, 31),
        quantity=Decimal(100), shortfall_rate=Decimal("0.10"),
    )  # fmt: skip
    bought("80", "25", came=date(2026, 10, 14))
    [due] = contracts.reckon_dues(ctx, contract=held)
    assert (due.kind, due.amount) == ("shortfall", 50)


def test_settled_and_waived_dues_stay_as_they_ended(ctx: Ctx, held: Contract, bought: Bought) -> None:
    penalty = Penalty.objects.create(contract=held, trigger=Trigger.REJECTED, rate=Decimal("0.10"))
    bought("100", "30", came=date(2026, 10, 14), rejected="20")
    bought("100", "30", came=date(2026, 10, 15), rejected="10")
    first, second = sorted(contracts.reckon_dues(ctx, contract=held), key=lambda due: due.on)
    with pytest.raises(Refused):
        contracts.settle_dues(ctx, dues=[first], reference=" ")
    contracts.settle_dues(ctx, dues=[first], reference="CN-17")
    with pytest.raises(contracts.ReasonMissing):
        contracts.waive_due(ctx, due=second, reason="")
    contracts.waive_due(ctx, due=second, reason="Goodwill")
    Penalty.objects.filter(pk=penalty.pk).update(rate=Decimal("0.20"))
    contracts.reckon_dues(ctx, contract=held)
    ended = {due.pk: (due.state, due.amount) for due in Due.objects.all()}
    assert ended == {first.pk: (DueState.SETTLED, 60), second.pk: (DueState.WAIVED, 30)}
    with pytest.raises(MoveRefused):
        contracts.waive_due(ctx, due=first, reason="Twice")


def test_other_currencies_count_at_the_rate_of_their_day(ctx: Ctx, held: Contract, bought: Bought) -> None:
    ExchangeRate.objects.create(currency="USD", into="EUR", on=date(2026, 10, 1), rate=Decimal("0.9"))
    bought("10", "100", came=date(2026, 10, 14), currency="USD")
    bought("10", "100", came=date(2026, 10, 14), currency="CHF")
    assert [one.worth for one in queries.bought(ctx, contract=held)] == [900]


def test_spend_beside_a_contract_that_held_is_told_apart_from_spend_without_one(
    ctx: Ctx, client: Client, world: World, held: Contract, bought: Bought
) -> None:
    bought("100", "30", came=date(2026, 10, 14))
    bought("10", "40", came=date(2026, 10, 14), supplier=world.other)
    bought("10", "5", came=date(2026, 10, 14), supplier=world.other, item=world.label)
    rows = {
        row.supplier: (row.within, row.elsewhere, row.without)
        for row in queries.spend(ctx, since=date(2026, 1, 1), until=ctx.today)
    }
    assert rows == {"Biella Yarns": (3000, 0, 0), "Filatura Serra": (0, 400, 50)}
    [line] = queries.off_contract_lines(since=date(2026, 1, 1), until=ctx.today)
    assert (line.purchase.supplier, line.item) == (world.other, world.merino)
    text = client.get("/contracts/spend/").content.decode()
    assert "Filatura Serra" in text
    assert line.purchase.number in text
