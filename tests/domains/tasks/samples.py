"""What the filler of the contract tests cannot see in the fields of tasks."""

from __future__ import annotations

from typing import Any

from loomline.domains.accounts.models import User

SAMPLES: dict[str, dict[str, Any]] = {
    "tasks_notice": {
        "user": lambda filler: User.objects.filter(email="ada@example.org").first() or filler.one(User)
    },
}
