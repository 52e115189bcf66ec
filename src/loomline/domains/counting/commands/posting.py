"""Handing a count in, counting again what is off, approving it, and bringing the books to it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.counting.commands.opening import SHEET
from loomline.domains.counting.commands.sheets import books_of, shown
from loomline.domains.counting.events import CountAgain, CountCancelled, CountChecked, CountPosted
from loomline.domains.counting.models import CountLine, CountSheet
from loomline.domains.inventory import commands as inventory
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused, Warned
from loomline.kernel.state import advance

SHOWN = 5
ZERO = Decimal(0)


class CountOpen(Refused):
    """All places are counted before a sheet is handed in."""

    says = _("{n} places of count {number} are not counted yet. Enter 0 for an empty place.")


class NothingOff(Refused):
    """What is right is not counted again."""

    says = _("Nothing on count {number} is off by more than is allowed.")


class OffTwice(Warned):
    """A difference that was found only once."""

    says = _(
        "These were counted only once and are off by more than is allowed: {places}. Accept to post them."
    )


class OwnCount(Warned):
    """Who counts does not approve."""

    says = _(
        "You have counted places of count {number} that are off yourself. Accept to approve your own count."
    )


@command(move="finish", label=_("Hand in"), icon="clipboard-check")
def finish_count(ctx: Ctx, *, sheet: CountSheet) -> CountSheet:
    """Hand in what was counted; when all is within what is allowed, the books are brought to it at once."""
    sheet = lock(sheet)
    lines = _lines(sheet)
    missing = sum(line.counted is None for line in lines)
    if missing:
        raise CountOpen(n=missing, number=sheet)

    advance(sheet, "finish")
    off = [line for line in lines if line.is_off]
    if not off:
        _post(ctx, sheet, lines)
        return sheet

    ctx.emit(CountChecked(**_about(sheet, off), off=len(off), lines=len(lines)))
    return sheet


@command(move="recount", label=_("Count again"), icon="refresh")
def recount_sheet(ctx: Ctx, *, sheet: CountSheet) -> CountSheet:
    """Have all places counted again that are off by more than is allowed."""
    sheet = lock(sheet)
    off = [line for line in _lines(sheet) if line.is_off]
    if not off:
        raise NothingOff(number=sheet)

    advance(sheet, "recount")
    for line in off:
        line.first_counted, line.counted = line.counted, None
    CountLine.objects.bulk_update(off, ["first_counted", "counted"])

    ctx.emit(CountAgain(**_about(sheet, off), lines=len(off)))
    return sheet


@command(move="approve", label=_("Approve"), icon="circle-check")
def approve_count(ctx: Ctx, *, sheet: CountSheet) -> CountSheet:
    """Accept what is off and bring the books to what was found."""
    sheet = lock(sheet)
    lines = _lines(sheet)
    off = [line for line in lines if line.is_off]
    once = [line for line in off if line.first_counted is None]
    if once:
        ctx.warn(OffTwice(places="; ".join(shown(line) for line in once[:SHOWN])))
    if any(line.counted_by_id == getattr(ctx.actor, "pk", None) for line in off):
        ctx.warn(OwnCount(number=sheet))

    _post(ctx, sheet, lines)
    return sheet


@command(move="cancel", label=_("Cancel"), icon="circle-x", danger=True)
def cancel_count(ctx: Ctx, *, sheet: CountSheet, reason: str) -> CountSheet:
    """Give a count up; the books stay as they are, and what was asked for is asked for again."""
    sheet = lock(sheet)

    advance(sheet, "cancel", reason=reason)
    inventory.thaw_places(ctx, origin_kind=SHEET, origin_id=sheet.pk)
    known = sheet.requests.model.objects.filter(sheet__isnull=True).values_list("item", "location")
    for request in sheet.requests.all():
        if (request.item_id, request.location_id) not in known:
            sheet.requests.filter(pk=request.pk).update(sheet=None)

    ctx.emit(CountCancelled(**_about(sheet, []), reason=reason))
    return sheet


def _post(ctx: Ctx, sheet: CountSheet, lines: Sequence[CountLine]) -> None:
    """Bring the books to what was found; what moved since a place was counted is kept."""
    right = sum(not line.difference for line in lines)
    accuracy = (Decimal(100) * right / len(lines)).quantize(Decimal("0.01"))
    advance(sheet, "approve", posted_at=ctx.now, accuracy=accuracy, approved_by=ctx.actor)
    wrong = [line for line in lines if line.difference]
    books = books_of(wrong)
    counts = [
        inventory.Count(
            item_id=line.item_id,
            location_id=line.location_id,
            lot_id=line.lot_id,
            owner_id=line.owner_id,
            unit_id=line.unit_id,
            counted=max(books.get(line.pk, ZERO) + (line.difference or ZERO), ZERO),
        )
        for line in wrong
    ]
    if counts:
        reason = str(_("count {number}")).format(number=sheet)
        inventory.adjust_stock(ctx, counts=counts, reason=reason, origin_kind=SHEET, origin_id=sheet.pk)
    inventory.thaw_places(ctx, origin_kind=SHEET, origin_id=sheet.pk)

    ctx.emit(CountPosted(**_about(sheet, lines), accuracy=accuracy, lines=len(lines)))


def _lines(sheet: CountSheet) -> list[CountLine]:
    return lock_all(sheet.lines.select_related("item", "location"))


def _about(sheet: CountSheet, lines: Sequence[CountLine]) -> dict[str, Any]:
    return {
        "sheet_id": sheet.pk,
        "site_id": sheet.site_id,
        "number": sheet.number,
        "site": str(sheet.site),
        "item_ids": tuple(sorted({line.item_id for line in lines})),
    }
