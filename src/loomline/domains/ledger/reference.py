"""Accounts that every company needs for its invoices and payments."""

from __future__ import annotations

from loomline.domains.ledger import commands
from loomline.kernel.context import Ctx


def load(ctx: Ctx) -> None:
    """Add the usual accounts where there are none; safe to call at every start."""
    commands.add_money_accounts(ctx)
