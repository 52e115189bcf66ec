"""How counts are shown, entered, found and exported."""

from loomline.domains.counting.resources import rules, sheets

__all__ = ["rules", "sheets"]
