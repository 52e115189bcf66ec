"""What the filler cannot see in the fields of a model: values that its constraints ask for."""

from __future__ import annotations

from typing import Any

from loomline.domains.catalog.models import Unit
from loomline.domains.parties.models import Party
from loomline.domains.sites.models import Site

SAMPLES: dict[str, dict[str, Any]] = {
    "accounts_apitoken": {"scopes": ["read"]},
    "catalog_conversion": {"to_unit": lambda filler: filler.another(Unit)},
    "sites_location": {"site": lambda filler: filler.one(Site)},
    "parties_relationship": {"organisation": lambda filler: filler.another(Party)},
}
