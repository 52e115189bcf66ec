"""Entering what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import User
from loomline.domains.catalog.models import Item
from loomline.domains.counting.commands.opening import SHEET
from loomline.domains.counting.models import CountLine, CountRule, CountSheet, SheetState
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Balance, HandlingUnit, Lot
from loomline.domains.parties.models import Party
from loomline.domains.sites.models import Location
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused

COUNTING = (SheetState.COUNTING, SheetState.RECOUNT)


class NotCounting(Refused):
    """A sheet that was handed in is not written on."""

    says = _("Count {number} is {state}; nothing more is entered. Have it counted again, or approve it.")


class NoCount(Refused):
    """Nothing was entered, or less than nothing."""

    says = _("Enter what was found of at least one place: 0 or more.")


class LineOfAnother(Refused):
    """A line stands on its own sheet."""

    says = _("Place {position} does not stand on count {number}, or is not counted again.")


@dataclass(frozen=True, kw_only=True)
class CountedLine:
    """What was found at one place of a sheet."""

    line: CountLine
    counted: Decimal


@command(label=_("Enter counts"), icon="clipboard-check", states=COUNTING)
def enter_counts(ctx: Ctx, *, sheet: CountSheet, lines: list[CountedLine]) -> CountSheet:
    """Write down what was found; the books of this moment are kept beside it."""
    sheet = _open(sheet)
    rows = {row.pk: row for row in lock_all(sheet.lines.all())}
    if not lines or any(line.counted < 0 for line in lines):
        raise NoCount
    for line in lines:
        row = rows.get(line.line.pk)
        if row is None or (sheet.state == SheetState.RECOUNT and row.first_counted is None):
            raise LineOfAnother(position=line.line.position, number=sheet)

    chosen = [rows[line.line.pk] for line in lines]
    books = books_of(chosen)
    for line, row in zip(lines, chosen, strict=True):
        row.counted, row.expected = line.counted, books.get(row.pk, Decimal(0))
        row.counted_by, row.counted_at = _person(ctx), ctx.now
    CountLine.objects.bulk_update(chosen, ["counted", "expected", "counted_by", "counted_at"])
    return sheet


@command(label=_("Found something else"), icon="plus", states=COUNTING)
def add_found(
    ctx: Ctx,
    *,
    sheet: CountSheet,
    item: Item,
    location: Location,
    counted: Decimal,
    lot: Lot | None = None,
    owner: Party | None = None,
    unit: HandlingUnit | None = None,
) -> CountLine:
    """Write down what the sheet does not name: it lies where the books know nothing of it."""
    sheet = _open(sheet)
    if counted < 0:
        raise NoCount
    rule = CountRule.objects.filter(count_class=item.count_class).first()
    last = sheet.lines.aggregate(last=Max("position"))["last"] or 0

    line = CountLine(
        sheet=sheet,
        position=last + 1,
        item=item,
        location=location,
        lot=lot,
        owner=owner,
        unit=unit,
        tolerance=rule.tolerance if rule else Decimal(0),
        counted=counted,
        counted_by=_person(ctx),
        counted_at=ctx.now,
    )
    line.expected = next(iter(books_of([line]).values()), Decimal(0))
    line.save()
    if sheet.is_frozen:
        frozen = [inventory.Frozen(item_id=item.pk, location_id=location.pk)]
        inventory.freeze_places(ctx, places=frozen, origin_kind=SHEET, origin_id=sheet.pk)
    return line


def books_of(lines: Sequence[CountLine]) -> dict[int | None, Decimal]:
    """What the books say now of these places, by line. One statement."""
    keys: Mapping[tuple[int | None, ...], CountLine] = {
        (line.item_id, line.location_id, line.lot_id, line.owner_id, line.unit_id): line for line in lines
    }
    rows = Balance.objects.filter(
        item__in={line.item_id for line in lines}, location__in={line.location_id for line in lines}
    ).values_list("item_id", "location_id", "lot_id", "owner_id", "unit_id", "on_hand")
    return {keys[tuple(key)].pk: on_hand for *key, on_hand in rows if tuple(key) in keys}


def _open(sheet: CountSheet) -> CountSheet:
    sheet = lock(sheet)
    if sheet.state not in COUNTING:
        raise NotCounting(number=sheet, state=sheet.state.label.lower())
    return sheet


def _person(ctx: Ctx) -> User | None:
    return ctx.actor if isinstance(ctx.actor, User) else None


def shown(line: CountLine) -> str:
    """A place as a sentence names it."""
    return f"{line.item} @ {line.location}: {plain(line.difference or Decimal(0))}"
