"""How bills are shown, entered, found and exported, by noun."""

from loomline.domains.bills.resources.bills import Bill

__all__ = ["Bill"]
