"""What the filler of the contract tests cannot see in the fields of costing."""

from __future__ import annotations

from typing import Any

from loomline.domains.catalog.models import Category

SAMPLES: dict[str, dict[str, Any]] = {
    "costing_costentry": {"quantity": 5},
    "costing_postingrule": {"category": lambda filler: filler.another(Category)},
}
