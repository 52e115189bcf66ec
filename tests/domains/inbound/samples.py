"""What the filler of the contract tests cannot see in the fields of inbound."""

from __future__ import annotations

from datetime import date
from typing import Any

SAMPLES: dict[str, dict[str, Any]] = {
    "inbound_shippingnotice": {"shipped_on": date(2026, 11, 24), "expected_on": date(2026, 11, 28)},
}
