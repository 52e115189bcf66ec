"""What the filler of the contract tests cannot see in the fields of procurement."""

from __future__ import annotations

from typing import Any

SAMPLES: dict[str, dict[str, Any]] = {
    "procurement_purchaseline": {"position": lambda filler: filler.next()},
}
