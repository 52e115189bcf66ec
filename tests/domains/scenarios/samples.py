"""What the filler of the contract tests cannot see in the fields of scenarios."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from loomline.domains.parties.models import Party

NOTHING = dict.fromkeys(
    (
        *("item", "site", "centre", "deal", "order_line", "purchase_line"),
        *("quantity", "percent", "machines", "from_on", "until_on"),
    )
)

SAMPLES: dict[str, dict[str, Any]] = {
    "scenarios_scenario": {"state": "draft", "planned_at": None, "committed_at": None},
    "scenarios_change": {
        **NOTHING,
        "kind": "supplier",
        "supplier": lambda filler: filler.one(Party),
        "days": 3,
        "parameter": "",
        "is_chosen": False,
    },
    "scenarios_outcome": {"on_time_value": Decimal(0), "demand_value": Decimal(0)},
    "scenarios_scenarioorder": {"quantity": Decimal(2), "started": Decimal(2)},
}
