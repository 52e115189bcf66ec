"""What the filler of the contract tests cannot see in the fields of accounts."""

from __future__ import annotations

from typing import Any

SAMPLES: dict[str, dict[str, Any]] = {
    "accounts_apitoken": {"scopes": ["read"]},
}
