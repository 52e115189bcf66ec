"""How letters are set: the ports of those who need one, filled where letters are shown."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _t

from loomline.domains.quoting import ports, queries
from loomline.domains.sales import pages as sales
from loomline.domains.sales.models import Quote
from loomline.kernel.company import Company
from loomline.kernel.context import Ctx
from loomline.kernel.port import fill
from loomline.surface import paper


@fill(ports.letter_of)
def letter_of(ctx: Ctx, *, quote: Quote) -> ports.Letter:
    """The quote as a PDF in the customer's language."""
    language = quote.customer.language or ctx.company.language
    return ports.Letter(body=sales.quote_letter(ctx, quote=quote), language=language)


@fill(paper.letterhead)
def letterhead(*, language: str) -> Mapping[str, Any]:
    """Colour, logo, first sentence and terms of our letters."""
    held = queries.letterhead()
    look: dict[str, Any] = {
        "terms": queries.terms_in(language, otherwise=Company.current().language),
        "terms_title": _t("Terms of sale"),
    }
    if held is None:
        return look
    look |= {"colour": held.colour, "opening": held.opening}
    if held.logo:
        look |= {"logo": list(base64.b64decode(held.logo)), "logo_kind": held.logo_kind}
    return look
