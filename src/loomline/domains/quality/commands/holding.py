"""What checks do with the lots that they are about, and what they say of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Lot, LotState
from loomline.domains.quality import queries
from loomline.domains.quality.models import Check
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain


def hold(ctx: Ctx, lot_id: int, *, reason: str) -> None:
    """Hold the lot; one that is held or blocked already stays as it is."""
    lot = Lot.objects.filter(pk=lot_id, state=LotState.AVAILABLE).first()
    if lot is not None:
        inventory.hold_lot(ctx, lot=lot, reason=reason[:200])


def release(ctx: Ctx, lot_id: int, check: Check, *, reason: str) -> None:
    """Release the lot unless another check still stands in its way, or it was blocked for good."""
    lot = Lot.objects.filter(pk=lot_id, state=LotState.QUARANTINE).first()
    if lot is not None and not queries.keep_held(lot=lot, but=check):
        inventory.release_lot(ctx, lot=lot, reason=reason[:200])


def lots_of(check: Check) -> list[int]:
    """The lots that a check is about: its own, or the serials that are still undecided."""
    if check.lot_id is not None:
        return [check.lot_id]
    return list(check.serials.filter(decision="").order_by("lot").values_list("lot_id", flat=True))


def about(check: Check) -> dict[str, Any]:
    """What every event of a check tells."""
    lot = check.lot
    count = plain(check.quantity) if check.quantity is not None else ""
    many = _t("{count} pieces of {item}").format(count=count, item=check.item)
    subject: Sequence[object] = (check.item, lot, check.stage)
    what = _t("lot {lot}").format(lot=lot) if lot else str(next(part for part in subject if part))
    is_group = lot is None and check.item_id is not None and check.quantity is not None
    return {
        "check_id": check.pk,
        "number": str(check.number),
        "characteristic": check.characteristic,
        "what": many if is_group else what,
        "lot_id": check.lot_id,
        "item_id": check.item_id,
        "supplier_id": check.supplier_id,
        "origin_kind": check.origin_kind,
        "origin_id": check.origin_id,
    }


def why(check: Check) -> str:
    """What was found, in a few words."""
    if check.nonconforming is not None:
        words = _t("{characteristic}: {count} of {size} nonconforming").format(
            characteristic=check.characteristic, count=check.nonconforming, size=check.sample_size
        )
        return f"{words}, {check.finding}" if check.finding else words
    if check.measured is None:
        return f"{check.characteristic}: {check.finding}"
    return f"{check.characteristic} {plain(check.measured)} {check.unit} {against(check)}".replace(
        "  ", " "
    ).strip()


def against(check: Check) -> str:
    """The limits in brackets."""
    return f"({check.limits})" if check.limits else ""


def unit_of(check: Check, measured: Decimal | None) -> str:
    """The unit of a figure; nothing where there is none."""
    return check.unit if measured is not None else ""
