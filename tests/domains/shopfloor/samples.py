"""What the filler of the contract tests cannot see in the fields of the shop floor."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

SAMPLES: dict[str, dict[str, Any]] = {
    "shopfloor_timeentry": {"kind": "run"},
    "shopfloor_report": {"good": Decimal(5)},
}
