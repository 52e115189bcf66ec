"""What the filler of the contract tests cannot see in the fields of the schedule."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from loomline.domains.workcentres.models import WorkCentre

SAMPLES: dict[str, dict[str, Any]] = {
    "scheduling_operation": {
        "centre": None,
        "machine": 0,
        "setup_at": datetime(2026, 11, 23, 9, tzinfo=UTC),
        "starts_at": datetime(2026, 11, 23, 9, tzinfo=UTC),
        "ends_at": datetime(2026, 11, 23, 11, tzinfo=UTC),
    },
    "scheduling_stabilitylimit": {"centre": lambda filler: filler.another(WorkCentre), "working_days": 2},
}
