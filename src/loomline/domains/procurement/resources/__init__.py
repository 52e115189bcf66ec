"""How purchase orders, receipts and suppliers' terms are shown, entered, found and exported, by noun."""

from loomline.domains.procurement.resources.lines import PurchaseLine
from loomline.domains.procurement.resources.purchases import Purchase, PurchaseVersion
from loomline.domains.procurement.resources.receipts import Receipt, ReceiptLine
from loomline.domains.procurement.resources.supply import SupplierItem

__all__ = ["Purchase", "PurchaseLine", "PurchaseVersion", "Receipt", "ReceiptLine", "SupplierItem"]
