"""Accounts and posting rules that every company begins with."""

from __future__ import annotations

from loomline.domains.costing import commands, queries
from loomline.kernel.context import Ctx


def load(ctx: Ctx) -> None:
    """Add the usual rules where there are none; safe to call at every start."""
    if not queries.rules():
        commands.add_reference(ctx)
