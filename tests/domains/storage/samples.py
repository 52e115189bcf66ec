"""What the filler of the contract tests cannot see in the fields of storage."""

from __future__ import annotations

from typing import Any

from loomline.domains.sites.models import Location, Site

SAMPLES: dict[str, dict[str, Any]] = {
    "storage_bin": {"location": lambda filler: filler.another(Location)},
    "storage_transfer": {"destination": lambda filler: filler.another(Site)},
    "storage_transferline": {"position": lambda filler: filler.next()},
}
