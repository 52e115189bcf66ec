"""What the filler of the contract tests cannot see in the fields of work centres."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

SAMPLES: dict[str, dict[str, Any]] = {
    "workcentres_shift": {"starts": "06:00", "ends": "14:00"},
    "workcentres_window": {
        "starts_at": datetime(2026, 11, 23, 9, tzinfo=UTC),
        "ends_at": datetime(2026, 11, 23, 11, tzinfo=UTC),
    },
}
