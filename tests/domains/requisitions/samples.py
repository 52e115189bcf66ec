"""What the filler of the contract tests cannot see in the fields of requisitions."""

from __future__ import annotations

from typing import Any

SAMPLES: dict[str, dict[str, Any]] = {
    "requisitions_requisitionline": {"position": lambda filler: filler.next()},
}
