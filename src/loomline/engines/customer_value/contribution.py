"""What a customer contributes after everything that serving him costs, as a waterfall without a remainder."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import ROUND_HALF_EVEN, Decimal

from loomline.engines.bad_input import BadInput

CENT = Decimal("0.01")


@dataclass(frozen=True)
class CostToServe:
    """The costs of one customer in one period, all 0 or more; service is minutes times a rate per minute."""

    goods: Decimal = Decimal()
    freight: Decimal = Decimal()
    returns: Decimal = Decimal()
    credit_notes: Decimal = Decimal()
    service_minutes: Decimal = Decimal()
    service_rate: Decimal = Decimal()
    payment: Decimal = Decimal()
    loyalty: Decimal = Decimal()

    def __post_init__(self) -> None:
        for each in fields(self):
            if not getattr(self, each.name) >= 0:
                raise BadInput(
                    f"The cost of {each.name} is not 0 or more.", remedy="Give costs without a sign."
                )


@dataclass(frozen=True)
class Step:
    """One step of the waterfall: its name, what it changes, and what is left after it."""

    name: str
    change: Decimal
    left: Decimal


def contribution(revenue: Decimal, costs: CostToServe, *, unit: Decimal = CENT) -> list[Step]:
    """The waterfall from revenue to contribution; the last step says what is left.

    Each step is rounded to the unit once and the next starts from it, so that the steps add up to the
    contribution exactly.
    """
    changes = {
        "revenue": revenue,
        "goods": -costs.goods,
        "freight": -costs.freight,
        "returns": -costs.returns,
        "credit notes": -costs.credit_notes,
        "service": -costs.service_minutes * costs.service_rate,
        "payment": -costs.payment,
        "loyalty": -costs.loyalty,
    }
    steps: list[Step] = []
    left = Decimal()
    for name, change in changes.items():
        rounded = change.quantize(unit, ROUND_HALF_EVEN)
        left += rounded
        steps.append(Step(name, rounded, left))
    return steps
