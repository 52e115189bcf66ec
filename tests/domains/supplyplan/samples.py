"""What the filler of the contract tests cannot see in the fields of the plan."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

SAMPLES: dict[str, dict[str, Any]] = {
    "supplyplan_plannedorder": {"quantity": Decimal(2), "started": Decimal(2), "document_id": None},
    "supplyplan_itempolicy": {"site": None, "from_site": None, "yield_share": Decimal(1)},
}
