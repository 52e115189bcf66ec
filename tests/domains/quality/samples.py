"""What the filler of the contract tests cannot see in the fields of quality."""

from __future__ import annotations

from typing import Any

SAMPLES: dict[str, dict[str, Any]] = {
    "quality_checkplan": {"stage": lambda filler: f"Stage {filler.next()}"},
}
