"""How quoting is shown, by noun."""

from loomline.domains.quoting.resources import approvals, sharing, terms

__all__ = ["approvals", "sharing", "terms"]
