"""What the filler of the contract tests cannot see in the fields of stocking."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from loomline.domains.sites.models import Site

SAMPLES: dict[str, dict[str, Any]] = {
    "stocking_recommendation": {"method": "none", "figures": {}, "reason": "As agreed"},
    "stocking_stockingrule": {
        "site": lambda filler: filler.another(Site),
        "target_a": Decimal("0.98"),
        "target_b": Decimal("0.95"),
        "target_c": Decimal("0.9"),
        "holding_rate": Decimal("0.2"),
        "share_a": Decimal("0.8"),
        "share_b": Decimal("0.95"),
    },
    "stocking_chainlink": {"units": Decimal(1)},
}
