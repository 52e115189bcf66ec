"""What the filler of the contract tests cannot see in the fields of stocking."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

SAMPLES: dict[str, dict[str, Any]] = {
    "stocking_recommendation": {"method": "none", "figures": {}, "reason": "As agreed"},
    "stocking_stockingrule": {"target_a": Decimal("0.98")},
    "stocking_chainlink": {"units": Decimal(1)},
}
