"""What the filler of the contract tests cannot see in the fields of marketing and of mail providers."""

from __future__ import annotations

from typing import Any

from loomline.domains.parties.models import Party

SAMPLES: dict[str, dict[str, Any]] = {
    "marketing_campaign": {"parent": None, "starts_on": None, "ends_on": None},
    "marketing_campaignmember": {
        "lead": None,
        "party": lambda filler: filler.one(Party),
        "response": "reached",
    },
}
