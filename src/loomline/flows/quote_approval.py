"""Sales asks before a quote is sent; the policies of approval answer."""

from __future__ import annotations

from collections.abc import Sequence

from loomline.domains.quoting import queries as quoting
from loomline.domains.sales import ports as sales
from loomline.domains.sales.models import Quote, QuoteLine
from loomline.kernel.context import Ctx
from loomline.kernel.port import fill


@fill(sales.release_of)
def release_of(ctx: Ctx, *, quote: Quote, lines: Sequence[QuoteLine]) -> str:
    """Why a quote may not be sent yet; nothing when it may."""
    return quoting.release(ctx, quote=quote, lines=lines)
