"""The verbs of procurement."""

from loomline.domains.procurement.commands.amending import (
    BelowAccepted,
    NothingChanged,
    PurchaseLineChange,
    amend_purchase,
    change_purchase,
)
from loomline.domains.procurement.commands.ending import (
    StillAwaited,
    await_goods,
    cancel_purchase,
    close_purchase,
    complete_purchase,
    reopen_purchase,
)
from loomline.domains.procurement.commands.opening import (
    OrderedDayMissing,
    PurchaseDraft,
    PurchaseLineDraft,
    open_purchase,
    open_purchases,
    take_over_purchases,
)
from loomline.domains.procurement.commands.ordering import (
    BelowMinimum,
    ConfirmedBeforeOrdered,
    NothingAwaited,
    NotLater,
    PriceMissing,
    PurchaseEmpty,
    confirm_purchase,
    report_delay,
    send_purchase,
)
from loomline.domains.procurement.commands.receiving import (
    ReceivedLine,
    ReceivedMore,
    SiteMissing,
    TooMuchReceived,
    receive_goods,
)
from loomline.domains.procurement.commands.rejecting import (
    MoreThanAccepted,
    NothingToReturn,
    reject_goods,
    return_goods,
    reverse_receipt,
)
from loomline.domains.procurement.commands.supply import (
    SupplierItemDraft,
    agree_supply,
    prefer_supplier,
)

__all__ = [
    "BelowAccepted",
    "BelowMinimum",
    "ConfirmedBeforeOrdered",
    "MoreThanAccepted",
    "NotLater",
    "NothingAwaited",
    "NothingChanged",
    "NothingToReturn",
    "OrderedDayMissing",
    "PriceMissing",
    "PurchaseDraft",
    "PurchaseEmpty",
    "PurchaseLineChange",
    "PurchaseLineDraft",
    "ReceivedLine",
    "ReceivedMore",
    "SiteMissing",
    "StillAwaited",
    "SupplierItemDraft",
    "TooMuchReceived",
    "agree_supply",
    "amend_purchase",
    "await_goods",
    "cancel_purchase",
    "change_purchase",
    "close_purchase",
    "complete_purchase",
    "confirm_purchase",
    "open_purchase",
    "open_purchases",
    "prefer_supplier",
    "receive_goods",
    "reject_goods",
    "reopen_purchase",
    "report_delay",
    "return_goods",
    "reverse_receipt",
    "send_purchase",
    "take_over_purchases",
]
