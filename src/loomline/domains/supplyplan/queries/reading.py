"""The engine's plan without limits, read back as rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.domains.supplyplan.models import Advice
from loomline.domains.supplyplan.queries.buckets import Buckets, Days, filled
from loomline.domains.supplyplan.queries.documents import ZERO
from loomline.domains.supplyplan.queries.pegs import amount_of
from loomline.domains.supplyplan.queries.proposals import Proposal, Told
from loomline.engines.heavy import heavy
from loomline.engines.mrp.messages import Action, action_messages
from loomline.engines.mrp.netting import Netting
from loomline.engines.mrp.orders import PlannedOrders

if TYPE_CHECKING:
    import numpy as np
else:
    np = heavy("numpy")

# What runs or is on the road can only be hurried.
UNDERWAY = frozenset({Action.DEFER, Action.DECREASE, Action.INCREASE, Action.CANCEL})
# An order that comes a few days early is left alone.
EARLY_DAYS = 7
ADVICE = {
    Action.EXPEDITE: Advice.EXPEDITE,
    Action.DEFER: Advice.DEFER,
    Action.CANCEL: Advice.CANCEL,
    Action.DECREASE: Advice.DECREASE,
    Action.INCREASE: Advice.INCREASE,
    Action.RELEASE: Advice.RELEASE,
    Action.RELEASE_LATE: Advice.RELEASE_LATE,
    Action.NO_SOURCE: Advice.NO_SOURCE,
}


@dataclass(frozen=True)
class Reading(Days):
    """The arrays of a netting, read back as rows."""

    netting: Netting
    planned: PlannedOrders

    def number(self, supply: int) -> int:
        """Planned orders stand in the first rows of the supplies."""
        return supply

    def orders(self) -> Iterator[Proposal]:
        planned = self.planned
        for n in range(len(planned)):
            quantity = amount_of(planned.quantity[n])
            yield Proposal(
                self.laid.rows[int(planned.item[n])],
                quantity,
                max(amount_of(planned.started[n]), quantity),
                self.day(planned.start[n]),
                self.day(planned.due[n]),
                self.day(planned.need[n]),
                bool(planned.start[n] < 0),
            )

    def told(self) -> Iterator[Told]:
        for one in action_messages(self.netting, self.planned):
            at, to = self.day(one.at), max(self.day(one.to), self.found.today)
            planning, quantity = self.laid.rows[one.item], amount_of(one.quantity)
            receipt = self.found.brought[one.receipt] if one.receipt is not None else None
            if receipt is not None and receipt.is_underway and one.action in UNDERWAY:
                continue
            if one.action == Action.DEFER and (to - at).days < EARLY_DAYS:
                continue
            if one.action == Action.DECREASE and receipt is not None:
                quantity = planning.lot(quantity)
                if quantity >= receipt.quantity:
                    continue
            yield Told(planning, ADVICE[one.action], one.order, receipt, at, to, quantity)

    def required(self, item: int) -> Buckets:
        """All that is asked for, but what another item stands in for."""
        found = filled(self.netting.gross[item])
        for swap in self.netting.substitution.swaps.get(item, ()):
            found[swap.bucket] = found.get(swap.bucket, ZERO) - amount_of(swap.quantity)
        return found

    def planned_of(self, item: int) -> Buckets:
        """What planned orders bring, and what comes out beside others."""
        found = filled(self.netting.planned[item])
        outputs = self.netting.explosion.outputs(np.array([item]))
        for at, amount in filled(outputs[0]).items() if outputs is not None else ():
            found[at] = found.get(at, ZERO) + amount
        return found
