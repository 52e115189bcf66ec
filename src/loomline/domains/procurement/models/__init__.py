"""The tables of procurement, by noun."""

from loomline.domains.procurement.models.purchase import Purchase, PurchaseLine, PurchaseState
from loomline.domains.procurement.models.receipt import Receipt, ReceiptLine, ReceiptState
from loomline.domains.procurement.models.supply import SupplierItem

__all__ = [
    "Purchase",
    "PurchaseLine",
    "PurchaseState",
    "Receipt",
    "ReceiptLine",
    "ReceiptState",
    "SupplierItem",
]
