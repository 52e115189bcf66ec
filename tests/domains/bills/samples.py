"""What the filler of the contract tests cannot see in the fields of bills."""

from __future__ import annotations

from typing import Any

from loomline.domains.catalog.models import Item

SAMPLES: dict[str, dict[str, Any]] = {
    "bills_bill": {"item": lambda filler: filler.another(Item)},
}
