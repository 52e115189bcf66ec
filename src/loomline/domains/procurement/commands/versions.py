"""Keeping an order as it left, and each change of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from loomline.domains.procurement.models import Purchase, PurchaseLine, PurchaseVersion
from loomline.kernel.context import Ctx


def keep_version(ctx: Ctx, purchase: Purchase, lines: Sequence[PurchaseLine], *, said: Sequence[str]) -> None:
    """Write down how the order stands now; what was kept before never changes."""
    PurchaseVersion.objects.create(
        purchase=purchase,
        revision=purchase.revision,
        at=ctx.now,
        by=ctx.actor,
        total=purchase.total,
        differences=list(said),
        lines=[_kept(line) for line in sorted(lines, key=lambda one: one.position)],
    )


def _kept(line: PurchaseLine) -> dict[str, Any]:
    return {
        "line": line.pk,
        "position": line.position,
        "item": str(line.item),
        "quantity": str(line.quantity),
        "unit": line.item.unit.code,
        "price": str(line.price),
        "discount": str(line.discount),
        "amount": str(line.amount),
        "requested_on": line.requested_on.isoformat() if line.requested_on else "",
    }
