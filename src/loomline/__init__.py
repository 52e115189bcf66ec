"""One woven record of customers and supply."""

__version__ = "0.1.0"
