"""What the filler of the contract tests cannot see in the fields of approvals."""

from __future__ import annotations

from typing import Any

SAMPLES: dict[str, dict[str, Any]] = {
    "approvals_approval": {"document_id": lambda filler: filler.next()},
}
