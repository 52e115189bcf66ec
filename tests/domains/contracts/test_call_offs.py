"""Parts of what a contract agrees are called off as they are needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from loomline.domains.contracts import commands as contracts
from loomline.domains.contracts import queries
from loomline.domains.contracts.commands import CallOffDraft, PriceDraft
from loomline.domains.contracts.models import CallOff, Commitment, Contract
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase, PurchaseState
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused, Warned
from tests.domains.contracts.conftest import ENDS, STARTS, World

D = Decimal
WANTED = date(2027, 1, 15)


@pytest.fixture
def held(ctx: Ctx, world: World) -> Contract:
    """The contract, holding: merino at 30, at 28 from 400 kg, and 1,000 kg of it promised."""
    prices = [PriceDraft(item=world.merino, price=D(30))]
    prices.append(PriceDraft(item=world.merino, price=D(28), from_quantity=D(400)))
    contracts.agree_prices(ctx, contract=world.contract, prices=prices)
    Commitment.objects.create(
        contract=world.contract, item=world.merino, starts_on=STARTS, ends_on=ENDS, quantity=D(1000)
    )
    return contracts.activate_contract(ctx, contract=world.contract)


def called(ctx: Ctx, held: Contract, world: World, quantity: str, on: date = WANTED) -> Purchase:
    line = CallOffDraft(item=world.merino, quantity=D(quantity), wanted_on=on)
    return contracts.call_off(ctx, contract=held, lines=[line], site=world.site)


def left(ctx: Ctx, held: Contract) -> list[Decimal]:
    return [one.open for one in queries.left_to_call_off(ctx, contract=held)]


def test_a_call_off_is_a_purchase_order_at_the_prices_of_the_contract(
    ctx: Ctx, world: World, held: Contract
) -> None:
    order = called(ctx, held, world, "400")
    line = order.lines.get()
    assert (order.supplier, order.site, order.state) == (world.mill, world.site, PurchaseState.DRAFT)
    assert (line.price, line.amount, line.requested_on) == (28, 11200, WANTED)
    assert CallOff.objects.get().purchase == order


def test_drafts_orders_and_receipts_count_against_what_was_promised(
    ctx: Ctx, world: World, held: Contract
) -> None:
    assert left(ctx, held) == [1000]
    order = called(ctx, held, world, "600")
    assert left(ctx, held) == [400]
    easy = replace(ctx, accepted=frozenset({"BelowMinimum", "SoonerThanAgreed"}))
    procurement.send_purchase(easy, purchase=order)
    assert left(ctx, held) == [400]
    procurement.cancel_purchase(ctx, purchase=order, reason="Not needed")
    assert left(ctx, held) == [1000]


def test_more_than_was_promised_is_asked_about_and_changes_nothing_until_accepted(
    ctx: Ctx, world: World, held: Contract
) -> None:
    called(ctx, held, world, "600")
    with pytest.raises(Warned) as asked:
        called(ctx, held, world, "500")
    assert str(asked.value) == (
        f"{held.number}: with this, 1,100 kg of Merino 2/48 are called off; 1,000 were promised."
    )
    assert Purchase.objects.count() == 1
    called(replace(ctx, accepted=frozenset({"MoreThanPromised"})), held, world, "500")
    assert left(ctx, held) == [-100]


@pytest.mark.parametrize(
    ("spoilt", "says"),
    [
        ({"quantity": "0"}, "Merino 2/48: call off a quantity above 0, not 0."),
        (
            {"on": date(2027, 10, 1)},
            "Merino 2/48 is called off for 1 Oct 2027, but C-0001 holds from 1 Oct 2026 to 30 Sep 2027.",
        ),
    ],
)
def test_what_cannot_be_called_off_is_refused_in_a_sentence(
    ctx: Ctx, world: World, held: Contract, spoilt: dict[str, Any], says: str
) -> None:
    with pytest.raises(Refused) as refused:
        called(ctx, held, world, **{"quantity": "10", **spoilt})
    assert str(refused.value).replace(held.number, "C-0001") == says
    assert Purchase.objects.count() == 0


def test_goods_that_the_contract_does_not_name_are_ordered_elsewhere(
    ctx: Ctx, world: World, held: Contract
) -> None:
    line = CallOffDraft(item=world.label, quantity=D(10), wanted_on=WANTED)
    with pytest.raises(Refused, match=r"says nothing of Woven label\. Agree a price for it there"):
        contracts.call_off(ctx, contract=held, lines=[line])
    with pytest.raises(Refused, match="Say which goods are called off"):
        contracts.call_off(ctx, contract=held, lines=[])


def test_only_a_contract_that_holds_is_called_off_from(ctx: Ctx, world: World, held: Contract) -> None:
    contracts.end_contract(ctx, contract=held, reason="Sold")
    with pytest.raises(Refused, match=r"is ended\. Goods are called off from a contract that holds\."):
        called(ctx, held, world, "10")


def test_the_dialog_proposes_what_is_left_and_leads_to_the_order(
    client: Client, ctx: Ctx, world: World, held: Contract
) -> None:
    client.force_login(ctx.actor)
    called(ctx, held, world, "600")
    here = f"/contracts/contracts/do/call_off/?ids={held.pk}"
    asked = client.get(here).content.decode()
    assert 'name="lines-0-quantity" value="400"' in asked
    answer = client.post(
        here,
        {
            "lines-TOTAL_FORMS": "1",
            "lines-INITIAL_FORMS": "0",
            "lines-0-item": world.merino.pk,
            "lines-0-quantity": "250",
            "lines-0-wanted_on": WANTED.isoformat(),
        },
    )
    order = Purchase.objects.order_by("-pk").first()
    assert order is not None
    assert answer["Location"] == f"/procurement/purchases/{order.pk}/"
    assert "Call-offs" in client.get(f"/contracts/contracts/{held.pk}/").content.decode()
