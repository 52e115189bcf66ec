"""Tables of costing."""

from loomline.domains.catalog.models import CostMethod as Method
from loomline.domains.costing.models.book import (
    CostEntry,
    CostLayer,
    EntryKind,
    LayerBalance,
    Pending,
    Reason,
)
from loomline.domains.costing.models.landed import Basis, LandedCost, LandedShare, LandedState
from loomline.domains.costing.models.progress import MOVES, Progress
from loomline.domains.costing.models.rule import Counter, ItemCosting, PostingRule
from loomline.domains.costing.models.work import ChargeKind, WorkCharge, WorkInProgress

__all__ = [
    "MOVES",
    "Basis",
    "ChargeKind",
    "CostEntry",
    "CostLayer",
    "Counter",
    "EntryKind",
    "ItemCosting",
    "LandedCost",
    "LandedShare",
    "LandedState",
    "LayerBalance",
    "Method",
    "Pending",
    "PostingRule",
    "Progress",
    "Reason",
    "WorkCharge",
    "WorkInProgress",
]
