"""What tracing adds to the pages of other domains."""

from loomline.domains.tracing.resources import lots, orders, supply

__all__ = ["lots", "orders", "supply"]
