"""The verbs of recalls."""

from loomline.domains.recalls.commands.notices import (
    AddressMissing,
    MoreThanDelivered,
    reach_customer,
    record_answer,
    send_notices,
)
from loomline.domains.recalls.commands.recalls import (
    LotsMissing,
    NotEffective,
    ReasonMissing,
    TracingOver,
    cancel_recall,
    close_recall,
    open_recall,
    start_recall,
    trace_again,
)

__all__ = [
    "AddressMissing",
    "LotsMissing",
    "MoreThanDelivered",
    "NotEffective",
    "ReasonMissing",
    "TracingOver",
    "cancel_recall",
    "close_recall",
    "open_recall",
    "reach_customer",
    "record_answer",
    "send_notices",
    "start_recall",
    "trace_again",
]
