"""What the filler of the contract tests cannot see in the fields of coaching."""

from __future__ import annotations

from typing import Any

from loomline.domains.accounts.models import User

SAMPLES: dict[str, dict[str, Any]] = {
    "coaching_activitytarget": {"person": lambda filler: filler.another(User)},
}
