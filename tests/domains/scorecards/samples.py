"""What the filler of the contract tests cannot see in the fields of scorecards."""

from __future__ import annotations

from itertools import cycle
from typing import Any

from loomline.domains.scorecards.models import Measure

MEASURES = cycle(Measure.values)

SAMPLES: dict[str, dict[str, Any]] = {
    "scorecards_rule": {"measure": lambda _filler: next(MEASURES)},
}
