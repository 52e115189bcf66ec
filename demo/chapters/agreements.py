"""What is agreed with suppliers for a time, an answer that differs, and an order that changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from loomline.domains.contracts import commands as contracts
from loomline.domains.contracts.models import (
    Clause,
    Commitment,
    Contract,
    Due,
    IndexValue,
    Penalty,
    PriceIndex,
    Rebate,
    Trigger,
)
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.commands import LineAnswerDraft, PurchaseLineDraft
from loomline.domains.procurement.models import Purchase, PurchaseVersion
from loomline_demo.halden import Halden
from loomline_demo.story import DAY


def ends(halden: Halden) -> None:
    """The mill in Biella has a contract that is reckoned; the mill in Serra answers otherwise."""
    _contract(halden)
    _answer(halden)


def proves(halden: Halden) -> None:
    """What happened came to something by the contract, and an order is kept in two versions."""
    halden.s.expect(Due.objects.exists(), "what happened came to something by the contract")
    halden.s.expect(PurchaseVersion.objects.filter(revision=2).exists(), "an order changed after it had left")


def _contract(halden: Halden) -> None:
    """Merino of Biella for a year: it moves with wool, comes back in part, and is paid for when late."""
    s = halden.s
    buyer = s.by("buyer")
    merino = halden.yarns["merino"]
    wool = PriceIndex.objects.create(name="AWEX Eastern Market Indicator", source="AWEX")
    since = s.start
    for on, value in ((since, "1150"), (s.today - 30 * DAY, "1178"), (s.today, "1191")):
        IndexValue.objects.create(index=wool, on=on, value=Decimal(value))
    contract = Contract.objects.create(
        title="Merino for a year",
        supplier=halden.partners["biella"],
        owner=s.people["buyer"],
        starts_on=since,
        ends_on=date(since.year + 1, since.month, min(since.day, 28)),
        notice_days=90,
        renewal_months=12,
    )
    contracts.agree_prices(
        buyer,
        contract=contract,
        prices=[
            contracts.PriceDraft(
                item=merino, from_quantity=Decimal(start), price=Decimal(price), lead_days=14,
                index=wool, index_base=Decimal(1150), index_share=Decimal("0.6"),
            )
            for start, price in (("0", "27.90"), ("500", "27.20"), ("2000", "26.60"))
        ],
    )  # fmt: skip
    Commitment.objects.create(
        contract=contract, item=merino, starts_on=contract.starts_on, ends_on=contract.ends_on,
        quantity=Decimal(6000), shortfall_rate=Decimal("0.08"),
    )  # fmt: skip
    Commitment.objects.create(
        contract=contract, item=merino, starts_on=since, ends_on=since + 55 * DAY,
        quantity=Decimal(2500), shortfall_rate=Decimal("0.02"),
    )  # fmt: skip
    Rebate.objects.create(contract=contract, from_amount=Decimal(50000), rate=Decimal("0.01"))
    Rebate.objects.create(contract=contract, from_amount=Decimal(100000), rate=Decimal("0.02"))
    Penalty.objects.create(
        contract=contract, trigger=Trigger.LATE, rate=Decimal("0.005"), grace_days=1, most=Decimal("0.05")
    )
    Penalty.objects.create(contract=contract, trigger=Trigger.REJECTED, rate=Decimal("0.10"))
    for position, (title, text) in enumerate(CLAUSES, 1):
        Clause.objects.create(contract=contract, position=position, title=title, text=text)
    contracts.activate_contract(buyer, contract=contract)
    contracts.reckon_dues(buyer, contract=contract)
    order = contracts.call_off(
        buyer,
        contract=contract,
        lines=[contracts.CallOffDraft(item=merino, quantity=Decimal(600), wanted_on=s.today + 42 * DAY)],
    )
    price = order.lines.get().price
    halden.s.expect(price == Decimal("27.781843"), "27.20 moved by 60 percent of what wool rose, 27.78")


CLAUSES = (
    ("Animal welfare", "Wool of farms certified mulesing-free; the certificate comes with each lot."),
    ("Shade", "Natural white within 0.8 dE of the master cone; what lies beyond is taken back."),
)


def _answer(halden: Halden) -> None:
    """Serra has less than was ordered and asks more for it: it is taken over as a second version."""
    s = halden.s
    yarns = list(halden.yarns.values())[:2]
    lines = [
        PurchaseLineDraft(item=yarn, quantity=Decimal(quantity), price=Decimal(price))
        for yarn, quantity, price in zip(yarns, ("80", "60"), ("28.60", "19.40"), strict=True)
    ]
    made: list[Purchase] = []
    for _n in range(2):
        order = procurement.open_purchase(
            s.by("buyer"), supplier=halden.partners["serra"], lines=lines, requested_on=s.today + 30 * DAY
        )
        buyer = replace(s.by("buyer"), accepted=frozenset({"BelowMinimum", "PriceMissing"}))
        made.append(procurement.send_purchase(buyer, purchase=order))
        first, second = made[-1].lines.order_by("position")
        procurement.answer_purchase(
            s.by("buyer"),
            purchase=made[-1],
            lines=[
                LineAnswerDraft(line=first, confirmed_on=s.today + 33 * DAY, price=Decimal("28.95")),
                LineAnswerDraft(line=second, confirmed_on=s.today + 30 * DAY, quantity=Decimal(55)),
            ],
            supplier_reference=f"OC-26{len(made):03}",
        )
    procurement.accept_answer(s.by("buyer"), purchase=made[0])
