"""What the filler of the contract tests cannot see in the fields of the plan."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from loomline.domains.sites.models import Site

SAMPLES: dict[str, dict[str, Any]] = {
    "supplyplan_plannedorder": {"quantity": Decimal(2), "started": Decimal(2), "document_id": None},
    "supplyplan_shipment": {
        "site": lambda filler: filler.another(Site),
        "wanted": Decimal(2),
        "quantity": Decimal(1),
        "leaves_on": date(2026, 11, 24),
        "arrives_on": date(2026, 11, 26),
        "document_id": None,
    },
    "supplyplan_itempolicy": {"site": None, "from_site": None, "yield_share": Decimal(1)},
}
