"""What the filler of the contract tests cannot see in the fields of taxes."""

from __future__ import annotations

from typing import Any

SAMPLES: dict[str, dict[str, Any]] = {
    "taxes_taxrate": {"country": "PT", "rate": 0},
}
