"""What marketing brings back: return on a campaign, cost of a customer, lifetime value to cost, payback."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from loomline.engines.bad_input import BadInput


@dataclass(frozen=True)
class Campaign:
    """A campaign or a channel with what was attributed to it and what it cost."""

    name: str
    margin: Decimal
    cost: Decimal
    new_customers: int = 0


@dataclass(frozen=True)
class CampaignReturn:
    """`roi` is (margin - cost) / cost and `cac` the cost of a new customer; None where nothing divides."""

    name: str
    margin: Decimal
    cost: Decimal
    roi: Decimal | None
    cac: Decimal | None


def return_of(campaign: Campaign) -> CampaignReturn:
    """Return on investment and cost per new customer; raises BadInput for a negative cost or count."""
    if campaign.cost < 0 or campaign.new_customers < 0:
        raise BadInput(f"{campaign.name} has a cost or a count below 0.", remedy="Correct it.")
    return CampaignReturn(
        campaign.name,
        campaign.margin,
        campaign.cost,
        (campaign.margin - campaign.cost) / campaign.cost if campaign.cost else None,
        campaign.cost / campaign.new_customers if campaign.new_customers else None,
    )


def value_to_cost(lifetime_value: Decimal, cac: Decimal) -> Decimal:
    """LTV:CAC, how often a customer brings in what winning one costs; the cost must be positive."""
    if cac <= 0:
        raise BadInput(f"The cost of a customer is {cac}.", remedy="Give a positive one.")
    return lifetime_value / cac


def payback_months(cac: Decimal, margins: Sequence[Decimal]) -> int | None:
    """The first month (from 1) by whose end the margins of a customer add up to the cost of winning one.

    `margins` are those of the first month, the second and so on; None when they do not get there, 0 when
    winning a customer costs nothing.
    """
    if cac <= 0:
        return 0
    earned = Decimal()
    for month, margin in enumerate(margins, start=1):
        earned += margin
        if earned >= cac:
            return month
    return None
