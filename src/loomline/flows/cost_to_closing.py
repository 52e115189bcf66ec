"""A period is closed when everything that belongs to it has its cost and stands in the journal."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from loomline.domains.costing import commands as costing
from loomline.domains.costing import queries
from loomline.domains.ledger import ports as ledger
from loomline.domains.ledger.models import Period
from loomline.flows.invoice_to_books import post_waiting
from loomline.kernel.context import Ctx
from loomline.kernel.port import fill


@fill(ledger.before_closing)
def before_closing(ctx: Ctx, *, period: Period) -> None:
    """What was moved is valued and what was invoiced is posted first, before the period is held: who posts
    to it is not waited for.
    """
    costing.catch_up(ctx)
    post_waiting(ctx, until=period.ends_on)


@fill(ledger.open_matters)
def open_matters(ctx: Ctx, *, period: Period) -> Sequence[str]:
    """Goods without a value, and late costs that are being handed on, would land in the next period."""
    found = []
    if queries.is_behind(ctx, day=period.ends_on):
        found.append(_("goods that were moved are being valued; try again in a few seconds"))
    waiting = queries.waiting().count()
    if waiting:
        found.append(_("{n} layers wait to be repriced").format(n=waiting))
    return found
