"""What the filler of the contract tests cannot see in the fields of sites."""

from __future__ import annotations

from typing import Any

from loomline.domains.sites.models import Site

SAMPLES: dict[str, dict[str, Any]] = {
    "sites_location": {"site": lambda filler: filler.one(Site), "kind": "storage"},
}
