"""What the filler of the contract tests cannot see in the fields of manufacturing."""

from __future__ import annotations

from typing import Any

from loomline.domains.catalog.models import Item

SAMPLES: dict[str, dict[str, Any]] = {
    "manufacturing_workorder": {"item": lambda filler: filler.one(Item)},
}
