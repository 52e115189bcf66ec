"""What the records that a recipe fills must and may be given, by target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Takes:
    """What a target cannot do without, on the row and on each line; and all it takes where that is fixed."""

    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    line_needs: tuple[str, ...] = ()
    line_takes: tuple[str, ...] = ()


ANYTHING = Takes()
UNITS = "unit", "unit_id"
TAKES: Mapping[str, Takes] = {
    **dict.fromkeys(
        (
            *("accounts.user", "marketing.campaign", "marketing.member", "parties.party", "parties.person"),
            *("pipeline.lead", "pipeline.opportunity", "timeline.file", "timeline.note"),
        ),
        ANYTHING,
    ),
    "bills.bill": Takes(
        needs=("item",),
        takes=("item",),
        line_needs=("component", "quantity"),
        line_takes=("component", "quantity", *UNITS),
    ),
    "catalog.category": Takes(needs=("name",)),
    "catalog.item": Takes(needs=("sku", "name")),
    "catalog.unit": Takes(needs=("code", "name"), takes=("code", "name", "dimension")),
    "inventory.stock": Takes(needs=("item", "quantity"), takes=("item", "location", "quantity")),
    "manufacturing.workorder": Takes(
        needs=("number", "item", "quantity"),
        takes=("number", "item", "quantity", "done", "scrapped", "started_on", "due_on"),
    ),
    "procurement.purchase": Takes(
        needs=("number", "supplier"),
        takes=("number", "supplier", "state", "ordered_on", "currency"),
        line_needs=("item", "quantity"),
        line_takes=("item", "quantity", *UNITS, "price", "received", "rejected", "requested_on"),
    ),
    "procurement.supplieritem": Takes(
        needs=("supplier", "item"),
        takes=(
            *("supplier", "item", "price", "currency", "lead_days"),
            *("min_quantity", "multiple", "is_preferred"),
        ),
    ),
    "sales.order": Takes(
        needs=("number", "customer", "ordered_on"),
        takes=(
            *("number", "customer", "owner", "carrier", "ordered_on", "wanted_on", "shipped_at", "freight"),
            *("currency", "ship_name", "ship_address", "customer_reference"),
        ),
        line_needs=("item", "quantity", "price"),
        line_takes=("item", "quantity", *UNITS, "price", "discount", "tax_rate"),
    ),
    "sites.location": Takes(needs=("code", "name"), takes=("code", "name")),
}
# What a field of this name holds, whatever it goes into.
KIND_OF: Mapping[str, str] = {
    **dict.fromkeys(
        (
            *("quantity", "price", "discount", "tax_rate", "received", "rejected", "done", "scrapped"),
            *("freight", "list_price", "standard_cost", "reorder_level", "safety_stock", "weight_kg"),
            *("min_quantity", "multiple", "purchase_price", "volume_m3"),
        ),
        "decimal",
    ),
    **dict.fromkeys(("lead_days", "shelf_life_days", "min_remaining_days"), "integer"),
    **dict.fromkeys(("ordered_on", "wanted_on", "requested_on", "started_on", "due_on"), "date"),
    "shipped_at": "moment",
}
