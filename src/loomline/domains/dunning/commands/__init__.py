"""The verbs of dunning, by noun."""

from loomline.domains.dunning.commands.charging import ChargedAlready, NothingToCharge, charge_reminder
from loomline.domains.dunning.commands.holding import NotOnHold, lift_hold
from loomline.domains.dunning.commands.proposing import (
    LeftOutAlready,
    NoPolicy,
    NothingOverdue,
    NotLeftOut,
    NotProposed,
    ReasonMissing,
    close_run,
    drop_reminders,
    leave_out,
    note_settled,
    propose_reminders,
    put_back,
)
from loomline.domains.dunning.commands.resting import (
    DayPassed,
    DisputedAlready,
    NothingOwed,
    dispute_invoice,
    promise_payment,
    settle_dispute,
)
from loomline.domains.dunning.commands.sending import NothingLeft, send_reminders

__all__ = [
    "ChargedAlready",
    "DayPassed",
    "DisputedAlready",
    "LeftOutAlready",
    "NoPolicy",
    "NotLeftOut",
    "NotOnHold",
    "NotProposed",
    "NothingLeft",
    "NothingOverdue",
    "NothingOwed",
    "NothingToCharge",
    "ReasonMissing",
    "charge_reminder",
    "close_run",
    "dispute_invoice",
    "drop_reminders",
    "leave_out",
    "lift_hold",
    "note_settled",
    "promise_payment",
    "propose_reminders",
    "put_back",
    "send_reminders",
    "settle_dispute",
]
