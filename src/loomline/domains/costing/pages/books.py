"""What a document has posted, for the pages of documents: the way from goods to the journal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from loomline.domains.costing import queries
from loomline.domains.ledger.models import Account, JournalEntry
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface import registry
from loomline.surface.draw_cells import Cell
from loomline.surface.plain_table import plain_table

KIND = JournalEntry._meta.label_lower


def books(ctx: Ctx, kind: str, keys: Iterable[int]) -> dict[str, Any] | None:
    """A document's part of each journal entry, account by account; None while nothing is posted."""
    if not access.may(ctx, access.view_permission(JournalEntry)):
        return None
    parts = queries.postings_of(kind=kind, keys=keys)
    if not parts:
        return None
    accounts = access.visible(ctx, Account).in_bulk([part.account_id for part in parts if part.account_id])
    currency = ctx.company.currency
    rows = [
        [
            Cell(text=part.number, url=registry.url_of_kind(KIND, part.entry_id)),
            Cell(kind="date", value=part.posted_on),
            Cell(text=str(accounts.get(part.account_id or 0) or _("Differences")), strong=True),
            Cell(kind="money", value=part.amount, unit=currency, decimals=2),
        ]
        for part in parts
    ]
    heads = [_("Journal"), _("Posted on"), _("Account"), _("Amount")]
    return plain_table(_("Books"), heads, rows, slots=("a2", "b2", "a1", "b1"))
