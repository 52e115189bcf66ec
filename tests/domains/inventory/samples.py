"""What the filler of the contract tests cannot see in the fields of inventory."""

from __future__ import annotations

from typing import Any

from loomline.domains.catalog.models import Item

SAMPLES: dict[str, dict[str, Any]] = {
    "inventory_balance": {"is_physical": True, "on_hand": 5},
    "inventory_pickingrule": {"item": lambda filler: filler.another(Item), "strategy": "fifo"},
    "inventory_handlingunit": {"sscc": lambda filler: f"{filler.next():018}"},
}
