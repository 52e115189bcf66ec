"""Reasons that every floor knows; a company adds its own."""

from __future__ import annotations

from loomline.domains.shopfloor import commands
from loomline.domains.shopfloor.models import ScrapReason, StopReason
from loomline.kernel.context import Ctx


def load(ctx: Ctx) -> None:
    """Add the usual reasons where there are none; safe to call at every start."""
    if not StopReason.objects.exists() and not ScrapReason.objects.exists():
        commands.add_reasons(ctx)
