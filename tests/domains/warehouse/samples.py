"""What the filler of the contract tests cannot see in the fields of warehouse."""

from __future__ import annotations

from typing import Any

SAMPLES: dict[str, dict[str, Any]] = {
    "warehouse_companyprefix": {"digits": lambda filler: f"{5600000 + filler.next()}", "is_active": False},
    "warehouse_package": {"sscc": lambda filler: f"{filler.next():018}"},
}
