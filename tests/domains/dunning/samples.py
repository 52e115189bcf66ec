"""What the filler of the contract tests cannot see in the fields of dunning."""

from __future__ import annotations

from typing import Any

from loomline.domains.parties.models import Party

SAMPLES: dict[str, dict[str, Any]] = {
    "dunning_dunningpolicy": {"customer": lambda filler: filler.another(Party)},
    "dunning_reminder": {"state": "dropped", "open_amount": 100, "total": 100, "level": 1},
    "dunning_reminderline": {"level": 1, "days": 10, "open_amount": 100},
    "dunning_credithold": {"customer": lambda filler: filler.another(Party)},
}
