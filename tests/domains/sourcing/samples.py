"""What the filler of the contract tests cannot see in the fields of sourcing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

SAMPLES: dict[str, dict[str, Any]] = {
    "sourcing_criterion": {"weight": Decimal("0.5")},
}
