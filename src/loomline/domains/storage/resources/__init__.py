"""How bins, putaway rules and transfers are shown, entered, found and exported."""

from loomline.domains.storage.resources import bins, labels, transfers

__all__ = ["bins", "labels", "transfers"]
