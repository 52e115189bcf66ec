"""What the filler of the contract tests cannot see in the fields of sales."""

from __future__ import annotations

from typing import Any

SAMPLES: dict[str, dict[str, Any]] = {
    # An alternative stands in for another line, never for itself.
    # Goods are held only for a quote that stands.
    "sales_quote": {"held_until": None},
    "sales_quoteline": {"price": 10, "alternative_of": None},
}
