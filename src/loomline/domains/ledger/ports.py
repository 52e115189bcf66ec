"""What the books ask of those who write to them."""

from __future__ import annotations

from collections.abc import Sequence

from loomline.domains.ledger.models import Period
from loomline.kernel.context import Ctx
from loomline.kernel.port import port


@port
def before_closing(ctx: Ctx, *, period: Period) -> None:
    """What those who write to the books do before a period is closed, while others may still post to it."""


@port
def open_matters(ctx: Ctx, *, period: Period) -> Sequence[str]:
    """What must be done before a period can be closed, in words; without anybody who writes, nothing."""
    return ()
