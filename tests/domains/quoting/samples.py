"""What the filler of the contract tests cannot see in the fields of quoting."""

from __future__ import annotations

from typing import Any

SAMPLES: dict[str, dict[str, Any]] = {
    "quoting_sentpaper": {"body": b"%PDF-1.7", "sha256": "0" * 64},
    "quoting_terms": {"language": lambda filler: f"x-{filler.next()}"},
    "quoting_evidence": {"answer": "declined"},
    "quoting_approvalstep": {"threshold": 0.1},
}
