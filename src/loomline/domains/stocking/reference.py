"""The rules that a new company starts with."""

from __future__ import annotations

from loomline.domains.stocking.models import StockingRule
from loomline.kernel.context import Ctx


def load(ctx: Ctx) -> None:
    """Add the one set of rules while there is none; safe to call at every start."""
    StockingRule.objects.get_or_create(is_house=True)
