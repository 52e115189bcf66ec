"""How stocking is shown."""

from loomline.domains.stocking.resources import advice, chains, rules

__all__ = ["advice", "chains", "rules"]
