"""The verbs of planning."""

from loomline.domains.planning.commands.covering import NothingToPlan, plan_orders, plan_supply
from loomline.domains.planning.commands.direct import (
    NobodyDelivers,
    OrderLineGone,
    follow_direct,
    lose_direct,
    note_direct,
    review_direct,
    undo_direct,
)
from loomline.domains.planning.commands.following import end_pegs, follow_supply, note_stages
from loomline.domains.planning.commands.holding import (
    HeldTooLong,
    NothingHeld,
    NothingToHold,
    QuoteNotStanding,
    end_hold,
    hold_goods,
    keep_hold,
    lapse_holds,
    last_day,
    let_go,
    send_and_hold,
    turn_hold,
)
from loomline.domains.planning.commands.keeping import keep_for_demands
from loomline.domains.planning.commands.outside import (
    NoService,
    OtherUnit,
    OwnStage,
    StageNotOrdered,
    StageOrdered,
    StageOver,
    SuppliedOtherwise,
    order_stage,
    receive_stage,
)
from loomline.domains.planning.commands.promising import lose_supply, promise_again
from loomline.domains.planning.commands.stopping import wait_for_centre, wait_no_longer

__all__ = [
    "HeldTooLong",
    "NoService",
    "NobodyDelivers",
    "NothingHeld",
    "NothingToHold",
    "NothingToPlan",
    "OrderLineGone",
    "OtherUnit",
    "OwnStage",
    "QuoteNotStanding",
    "StageNotOrdered",
    "StageOrdered",
    "StageOver",
    "SuppliedOtherwise",
    "end_hold",
    "end_pegs",
    "follow_direct",
    "follow_supply",
    "hold_goods",
    "keep_for_demands",
    "keep_hold",
    "lapse_holds",
    "last_day",
    "let_go",
    "lose_direct",
    "lose_supply",
    "note_direct",
    "note_stages",
    "order_stage",
    "plan_orders",
    "plan_supply",
    "promise_again",
    "receive_stage",
    "review_direct",
    "send_and_hold",
    "turn_hold",
    "undo_direct",
    "wait_for_centre",
    "wait_no_longer",
]
