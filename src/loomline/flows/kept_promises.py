"""Whoever writes a quote sees how promises on the same goods were kept."""

from __future__ import annotations

from django.utils.translation import gettext as _

from loomline.domains.promises import queries as promises
from loomline.domains.sales import ports as sales
from loomline.domains.sales.models import Quote
from loomline.kernel.context import Ctx
from loomline.kernel.port import fill

MOST = 3


@fill(sales.kept_so_far)
def kept_so_far(ctx: Ctx, *, quote: Quote) -> str:
    """The rates of the families in the quote, the lowest first. Two statements."""
    styles = set(quote.lines.exclude(item__style=None).values_list("item__style", flat=True))
    if not styles:
        return ""
    found = promises.by_family(ctx, styles=styles)[:MOST]
    words = _("{rate}% on {family} ({kept} of {due})")
    told = [
        words.format(rate=round((one.rate or 0) * 100), family=one.of, kept=one.kept, due=one.due)
        for one in found
    ]
    return _("Promises kept so far: {what}.").format(what=", ".join(told)) if told else ""
