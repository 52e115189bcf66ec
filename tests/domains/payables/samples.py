"""What the filler of the contract tests cannot see in the fields of payables."""

from __future__ import annotations

from typing import Any

from loomline.domains.parties.models import Party

SAMPLES: dict[str, dict[str, Any]] = {
    "payables_matchallocation": {"quantity": 1},
    "payables_matchtolerance": {"supplier": lambda filler: filler.another(Party)},
}
