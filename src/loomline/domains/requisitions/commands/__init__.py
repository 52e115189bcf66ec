"""The verbs of requisitions, by noun."""

from loomline.domains.requisitions.commands.approving import (
    ApprovalImpossible,
    approve_requisition,
    refuse_requisition,
    request_purchase_approval,
    submit_requisition,
    take_back_requisition,
)
from loomline.domains.requisitions.commands.ordering import SupplierUnknown, order_requisition
from loomline.domains.requisitions.commands.writing import (
    CancelReasonMissing,
    NothingNeeded,
    RequisitionClosed,
    RequisitionLineDraft,
    amend_requisition,
    cancel_requisition,
    open_requisition,
)

__all__ = [
    "ApprovalImpossible",
    "CancelReasonMissing",
    "NothingNeeded",
    "RequisitionClosed",
    "RequisitionLineDraft",
    "SupplierUnknown",
    "amend_requisition",
    "approve_requisition",
    "cancel_requisition",
    "open_requisition",
    "order_requisition",
    "refuse_requisition",
    "request_purchase_approval",
    "submit_requisition",
    "take_back_requisition",
]
