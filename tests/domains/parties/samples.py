"""What the filler of the contract tests cannot see in the fields of parties."""

from __future__ import annotations

from typing import Any

from loomline.domains.parties.models import Party

SAMPLES: dict[str, dict[str, Any]] = {
    "parties_duplicate": {
        "first": lambda filler: filler.one(Party),
        "second": lambda filler: filler.another(Party),
    },
    "parties_relationship": {"organisation": lambda filler: filler.another(Party)},
}
