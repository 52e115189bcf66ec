"""What the filler of the contract tests cannot see in the fields of the demand plan."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from loomline.domains.catalog.models import Item

MONDAY = date(2026, 11, 23)
WEEKS = [Decimal(3), Decimal(4)]

SAMPLES: dict[str, dict[str, Any]] = {
    "demand_run": {"first_week": MONDAY, "weeks": 2},
    "demand_demanditem": {"kind": "smooth"},
    "demand_promotion": {
        "item": lambda filler: filler.one(Item),
        "style": None,
        "category": None,
        "first_week": MONDAY,
        "weeks": 2,
        "uplift": Decimal(5),
        "agreed_at": None,
    },
    "demand_override": {"week": MONDAY},
    "demand_forecast": {"mean": WEEKS, "p10": WEEKS, "p50": WEEKS, "p90": WEEKS},
}
