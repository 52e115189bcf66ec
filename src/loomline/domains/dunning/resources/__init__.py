"""How policies, runs, reminders, disputes and promises are shown, by noun."""

from loomline.domains.dunning.resources.around import at_customer, at_invoice
from loomline.domains.dunning.resources.policy import DunningPolicy
from loomline.domains.dunning.resources.reminders import DunningRun, Reminder, ReminderLine
from loomline.domains.dunning.resources.resting import CreditHold, Dispute, PaymentPromise

__all__ = [
    "CreditHold",
    "Dispute",
    "DunningPolicy",
    "DunningRun",
    "PaymentPromise",
    "Reminder",
    "ReminderLine",
    "at_customer",
    "at_invoice",
]
