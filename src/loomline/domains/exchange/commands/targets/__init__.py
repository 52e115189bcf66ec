"""What a recipe may fill: each target turns rows into drafts and calls the domain's own set-wise command."""

from loomline.domains.exchange.commands.targets.base import Target, registry

from loomline.domains.exchange.commands.targets import buying, catalog, making, people, selling, stock  # isort: skip

__all__ = ["Target", "buying", "catalog", "making", "people", "registry", "selling", "stock"]
