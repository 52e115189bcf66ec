"""Noting until when goods are held for an offer."""

from __future__ import annotations

from datetime import date

from loomline.domains.sales.models import Quote
from loomline.kernel.command import command
from loomline.kernel.context import Ctx


@command(hidden=True)
def note_hold(ctx: Ctx, *, quotes: list[Quote], until: date | None) -> list[Quote]:
    """Write on offers until when goods are kept for them, or that nothing is; planning keeps the goods."""
    Quote.objects.filter(pk__in=[quote.pk for quote in quotes]).update(held_until=until)
    for quote in quotes:
        quote.held_until = until
    return quotes
