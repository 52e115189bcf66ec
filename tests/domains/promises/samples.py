"""What the filler of the contract tests cannot see in the fields of promises."""

from __future__ import annotations

from typing import Any

SAMPLES: dict[str, dict[str, Any]] = {
    "promises_promise": {"subject_kind": "sales.orderline", "status": "open", "superseded_by": None},
}
