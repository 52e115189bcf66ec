"""What a recipe may fill: each target turns rows into drafts and calls the domain's own set-wise command."""

from loomline.domains.exchange.commands.targets.base import Target, kind_of, registry

from loomline.domains.exchange.commands.targets import (  # isort: skip
    attached,
    buying,
    campaigns,
    catalog,
    deals,
    making,
    notes,
    people,
    selling,
    stock,
)

__all__ = [
    "Target",
    "attached",
    "buying",
    "campaigns",
    "catalog",
    "deals",
    "kind_of",
    "making",
    "notes",
    "people",
    "registry",
    "selling",
    "stock",
]
