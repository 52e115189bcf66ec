"""The rules that a new company starts with."""

from __future__ import annotations

from loomline.domains.stocking.models import StockingRule
from loomline.kernel.context import Ctx


def load(ctx: Ctx) -> None:
    """Add the rules of the house while there are none; safe to call at every start."""
    StockingRule.objects.get_or_create(site=None)
