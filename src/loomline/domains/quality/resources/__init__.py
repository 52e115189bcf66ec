"""How quality is shown, entered and found."""

from loomline.domains.quality.resources import checks, papers, plans

__all__ = ["checks", "papers", "plans"]
