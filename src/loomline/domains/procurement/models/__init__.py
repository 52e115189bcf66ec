"""The tables of procurement, by noun."""

from loomline.domains.procurement.models.purchase import (
    LineAnswer,
    Purchase,
    PurchaseLine,
    PurchaseState,
    PurchaseVersion,
)
from loomline.domains.procurement.models.receipt import Receipt, ReceiptLine, ReceiptState
from loomline.domains.procurement.models.supply import SupplierItem

__all__ = [
    "LineAnswer",
    "Purchase",
    "PurchaseLine",
    "PurchaseState",
    "PurchaseVersion",
    "Receipt",
    "ReceiptLine",
    "ReceiptState",
    "SupplierItem",
]
