"""The verbs of bills, by noun."""

from loomline.domains.bills.commands.beside import AlternateUnclear, CoProductDraft, CoProductWrong
from loomline.domains.bills.commands.bills import BillLoop, add_bill, add_bills, retire_bill, revise_bill
from loomline.domains.bills.commands.drafts import (
    BillDraft,
    BillLineDraft,
    BillOfWhat,
    MaterialQuantity,
    MaterialUnclear,
    SizeUnknown,
    StageDraft,
    StageTwice,
    StageUnknown,
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
