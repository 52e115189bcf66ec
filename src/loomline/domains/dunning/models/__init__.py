"""The tables of dunning, by noun."""

from loomline.domains.dunning.models.policy import DunningLevel, DunningPolicy, LevelText
from loomline.domains.dunning.models.reminder import (
    DunningRun,
    Reminder,
    ReminderLine,
    ReminderState,
    RunState,
    SentReminder,
)
from loomline.domains.dunning.models.resting import CreditHold, Dispute, DisputeState, PaymentPromise

__all__ = [
    "CreditHold",
    "Dispute",
    "DisputeState",
    "DunningLevel",
    "DunningPolicy",
    "DunningRun",
    "LevelText",
    "PaymentPromise",
    "Reminder",
    "ReminderLine",
    "ReminderState",
    "RunState",
    "SentReminder",
]
