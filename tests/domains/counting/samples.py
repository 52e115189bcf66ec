"""What the filler of the contract tests cannot see in the fields of counting."""

from __future__ import annotations

from itertools import cycle
from typing import Any

from loomline.domains.catalog.models import Item

# There is one rule for each class, and never more than three rules.
CLASSES = cycle("ABC")

SAMPLES: dict[str, dict[str, Any]] = {
    "counting_countrule": {"count_class": lambda _filler: next(CLASSES)},
    "counting_countrequest": {"item": lambda filler: filler.another(Item)},
    "counting_countline": {"item": lambda filler: filler.another(Item)},
}
