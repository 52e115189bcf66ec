"""What the filler of the contract tests cannot see in the fields of finance."""

from __future__ import annotations

from typing import Any

SAMPLES: dict[str, dict[str, Any]] = {
    "finance_invoice": {"net": 100, "total": 100},
    "finance_payment": {"amount": 100},
    "finance_paymentallocation": {"amount": 1},
}
