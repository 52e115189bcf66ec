"""A bill as it is to be written, and what would be wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.bills.commands.beside import CoProductDraft, refuse_co_products
from loomline.domains.bills.models import StageKind
from loomline.domains.catalog.models import Item, Style, Unit
from loomline.domains.parties.models import Party
from loomline.domains.sites.models import Site
from loomline.domains.workcentres.models import WorkCentre
from loomline.kernel.refusal import Refused


class BillOfWhat(Refused):
    """A bill makes one item, or the variants of one style."""

    says = _("A bill is for one item or for one style: choose exactly one.")


class MaterialUnclear(Refused):
    """A line names one material."""

    says = _("{bill}, line {row}: name one item, or one style whose colour follows. Exactly one of the two.")


class MaterialQuantity(Refused):
    """A material has a quantity."""

    says = _("{bill}, line {row}: the quantity must be above 0 and the scrap not negative.")


class SizeUnknown(Refused):
    """Quantities by size are for sizes of the style."""

    says = _("{bill}, line {row}: {value} is no {what} it comes in. Use {known}.")


class StageUnknown(Refused):
    """A material is used at a stage of the route."""

    says = _("{bill}, line {row}: the route has no stage {position}.")


class StageTwice(Refused):
    """Stages follow each other."""

    says = _("{bill}: two stages have the position {position}. Number them in the order they run.")


@dataclass(frozen=True, kw_only=True)
class BillLineDraft:
    """A material to be: an item, or a style whose variant follows the colour and size of what is made.

    `by_size` holds the quantities that differ, each as size and quantity: ("S 0.38", "XL 0.47");
    `alternates` the items that may stand in, by number, with how many of it for one: ("YRN-2 1.05",).
    """

    component: Item | None = None
    quantity: Decimal
    component_style: Style | None = None
    scrap: Decimal = Decimal(0)
    by_size: Sequence[str] = ()
    colours: Sequence[str] = ()
    sizes: Sequence[str] = ()
    stage_position: int | None = None
    backflush: bool = False
    alternates: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class StageDraft:
    """A stage to be. Without a position, stages follow each other in the order of the list."""

    name: str
    kind: StageKind = StageKind.OTHER
    days: int = 1
    partner: Party | None = None
    site: Site | None = None
    per_day: Decimal | None = None
    move_days: int = 0
    rate: Decimal = Decimal(0)
    item: Item | None = None
    unit: Unit | None = None
    factor: Decimal = Decimal(1)
    position: int | None = None
    centre: WorkCentre | None = None
    setup_minutes: Decimal = Decimal(0)
    run_minutes: Decimal = Decimal(0)
    queue_minutes: Decimal = Decimal(0)
    move_minutes: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class BillDraft:
    """A bill to be, with its materials and its route."""

    item: Item | None = None
    style: Style | None = None
    lines: Sequence[BillLineDraft] = ()
    stages: Sequence[StageDraft] = ()
    co_products: Sequence[CoProductDraft] = ()
    batch: Decimal = Decimal(1)
    valid_from: date | None = None
    valid_until: date | None = None
    note: str = ""
    version: int = 0

    @property
    def makes(self) -> Any:
        """The item or the style that it makes."""
        return self.item or self.style


def refuse_wrong(draft: BillDraft) -> None:
    if (draft.item is None) == (draft.style is None):
        raise BillOfWhat
    refuse_co_products(draft.makes, draft.co_products)
    positions = positions_of(draft.stages)
    for position in positions:
        if positions.count(position) > 1:
            raise StageTwice(bill=draft.makes, position=position)
    for row, line in enumerate(draft.lines, start=1):
        if (line.component is None) == (line.component_style is None):
            raise MaterialUnclear(bill=draft.makes, row=row)
        if line.quantity <= 0 or line.scrap < 0:
            raise MaterialQuantity(bill=draft.makes, row=row)
        if line.stage_position is not None and line.stage_position not in positions:
            raise StageUnknown(bill=draft.makes, row=row, position=line.stage_position)
        _refuse_rules(draft, row, line)


def _refuse_rules(draft: BillDraft, row: int, line: BillLineDraft) -> None:
    """Colours and sizes that the style does not have would silently never match."""
    style = draft.style or (draft.item.style if draft.item else None)
    colours = [colour["name"] for colour in style.colours] if style else []
    sizes = list(style.sizes) if style else []
    own = by_size_of(line)
    for given, known, what in ((line.colours, colours, _("colour")), ((*line.sizes, *own), sizes, _("size"))):
        for value in given:
            if value not in known:
                raise SizeUnknown(
                    bill=draft.makes, row=row, value=value, what=what, known=", ".join(known) or "–"
                )
    if not all(_is_positive(quantity) for quantity in own.values()):
        raise MaterialQuantity(bill=draft.makes, row=row)


def by_size_of(line: BillLineDraft) -> dict[str, str]:
    """Size to quantity, as written: the quantity is the last word."""
    pairs = (written.rpartition(" ") for written in line.by_size)
    return {size.strip(): quantity for size, _space, quantity in pairs}


def _is_positive(text: str) -> bool:
    try:
        return Decimal(text) > 0
    except InvalidOperation:
        return False


def positions_of(stages: Sequence[StageDraft]) -> list[int]:
    return [row if stage.position is None else stage.position for row, stage in enumerate(stages, start=1)]
