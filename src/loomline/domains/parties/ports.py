"""What parties ask of the domains above them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from loomline.domains.parties.models import Party
from loomline.kernel.context import Ctx
from loomline.kernel.port import port


@dataclass(frozen=True, kw_only=True)
class Summary:
    """How it stands with a party, in the company's currency; None where nothing is known or may be seen.

    Everything counts what belongs to the party too, except `sold_alone`. `drivers` are what moves the
    health most, each with the points it adds or takes. `promises_due` and `promises_kept` are the days given
    first that came in a year.
    """

    sold: Decimal | None = None
    sold_alone: Decimal | None = None
    promises: int | None = None
    late: int = 0
    promises_due: int = 0
    promises_kept: int = 0
    next_promise_on: date | None = None
    owed: Decimal | None = None
    overdue: Decimal = Decimal(0)
    payable: Decimal | None = None
    deals: Decimal | None = None
    next_step: str = ""
    next_step_on: date | None = None
    deal_id: int | None = None
    health: int | None = None
    drivers: tuple[tuple[str, int], ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def exposure(self) -> Decimal | None:
        """What they owe us less what we owe them: what would be lost if both stopped paying."""
        if self.owed is None or not self.payable:
            return None
        return self.owed - self.payable


@port
def summary(ctx: Ctx, *, party: Party) -> Summary | None:
    """The figures over a party's page; without anybody who trades with it there are none."""
    return None
