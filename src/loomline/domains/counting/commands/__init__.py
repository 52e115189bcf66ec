"""The verbs of counting."""

from loomline.domains.counting.commands.asking import ask_for_count, class_items
from loomline.domains.counting.commands.opening import NothingDue, open_count, open_due_counts
from loomline.domains.counting.commands.posting import (
    CountOpen,
    NothingOff,
    OffTwice,
    OwnCount,
    approve_count,
    cancel_count,
    finish_count,
    recount_sheet,
)
from loomline.domains.counting.commands.sheets import (
    CountedLine,
    LineOfAnother,
    NoCount,
    NotCounting,
    add_found,
    enter_counts,
)

__all__ = [
    "CountOpen",
    "CountedLine",
    "LineOfAnother",
    "NoCount",
    "NotCounting",
    "NothingDue",
    "NothingOff",
    "OffTwice",
    "OwnCount",
    "add_found",
    "approve_count",
    "ask_for_count",
    "cancel_count",
    "class_items",
    "enter_counts",
    "finish_count",
    "open_count",
    "open_due_counts",
    "recount_sheet",
]
