"""The verbs of bills, by noun."""

from loomline.domains.bills.commands.beside import AlternateUnclear, CoProductDraft, CoProductWrong
from loomline.domains.bills.commands.bills import (
    BillDraft,
    BillLineDraft,
    BillLoop,
    BillOfWhat,
    MaterialQuantity,
    MaterialUnclear,
    SizeUnknown,
    StageDraft,
    StageTwice,
    StageUnknown,
    add_bill,
    add_bills,
    retire_bill,
    revise_bill,
)

__all__ = [
    "AlternateUnclear",
    "BillDraft",
    "BillLineDraft",
    "BillLoop",
    "BillOfWhat",
    "CoProductDraft",
    "CoProductWrong",
    "MaterialQuantity",
    "MaterialUnclear",
    "SizeUnknown",
    "StageDraft",
    "StageTwice",
    "StageUnknown",
    "add_bill",
    "add_bills",
    "retire_bill",
    "revise_bill",
]
