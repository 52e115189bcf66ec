"""What the filler of the contract tests cannot see in the fields of catalog."""

from __future__ import annotations

from typing import Any

from loomline.domains.catalog.models import Unit

SAMPLES: dict[str, dict[str, Any]] = {
    "catalog_conversion": {"to_unit": lambda filler: filler.another(Unit)},
}
