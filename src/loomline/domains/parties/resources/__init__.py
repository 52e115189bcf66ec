"""How parties and what hangs on them are shown, entered, found and exported."""

from loomline.domains.parties.resources import around, party

__all__ = ["around", "party"]
