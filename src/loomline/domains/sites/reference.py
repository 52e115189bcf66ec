"""Places and days that every company has: virtual locations and the working week."""

from __future__ import annotations

from loomline.domains.sites import commands, queries
from loomline.domains.sites.models import Calendar, Location
from loomline.kernel.context import Ctx


def load(ctx: Ctx) -> None:
    """Add what is missing; safe to call at every start."""
    kinds = [str(kind) for kind in queries.VIRTUAL]
    there = Location.objects.filter(site__isnull=True, kind__in=kinds).count()
    if there < len(kinds) or not Calendar.objects.filter(is_default=True).exists():
        commands.add_reference(ctx, kinds=kinds)
