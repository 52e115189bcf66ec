"""What manufacturing tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

WORK = {"work_id": "manufacturing.workorder", "item_ids": "catalog.item", "style_id": "catalog.style"}
STAGE = {**WORK, "stage_id": "manufacturing.workstage", "partner_id": "parties.party"}


@dataclass(frozen=True, kw_only=True)
class OfWork:
    """What every fact about a work order tells; it is about every record that the work was opened for too."""

    work_id: int
    item_ids: tuple[int, ...]
    style_id: int | None
    origin_kinds: tuple[str, ...]
    origin_ids: tuple[int, ...]
    number: str
    made: str

    def subjects(self) -> set[tuple[str, int]]:
        """The work order and its items, and each record that asked for them."""
        found: set[tuple[str, int]] = super().subjects()  # type: ignore[misc]
        return found | set(zip(self.origin_kinds, self.origin_ids, strict=True))


@dataclass(frozen=True, kw_only=True)
class WorkPlanned(OfWork, Event, about=WORK, icon="calendar-event", tone="muted"):
    """Work was planned."""

    says: ClassVar[str | Promise] = _("Work order {number} planned: {goods}, expected {expected_on}")

    goods: str
    due_on: date | None
    starts_on: date | None
    expected_on: date | None


@dataclass(frozen=True, kw_only=True)
class WorkReleased(OfWork, Event, about=WORK, icon="player-play", tone="info"):
    """Work may begin."""

    says: ClassVar[str | Promise] = _("Work order {number} for {goods} released, expected {expected_on}")

    goods: str
    expected_on: date | None


@dataclass(frozen=True, kw_only=True)
class WorkStarted(OfWork, Event, about=WORK, icon="player-play", tone="accent"):
    """Work began."""

    says: ClassVar[str | Promise] = _("Work on {number} ({made}) began")


@dataclass(frozen=True, kw_only=True)
class WorkMoved(OfWork, Event, about=WORK, icon="clock", tone="warn"):
    """Work will be done on another day than we believed."""

    says: ClassVar[str | Promise] = _("{number} ({made}) moved {by} to {expected_on}: {cause}")

    was_on: date
    expected_on: date
    days: int
    by: str
    cause: str
    tone: str = "warn"


@dataclass(frozen=True, kw_only=True)
class WorkDone(OfWork, Event, about=WORK, icon="circle-check", tone="ok"):
    """Everything that will come of the work has come."""

    says: ClassVar[str | Promise] = _("Work order {number} done: {goods} made, {rejected} rejected")

    goods: str
    done: Decimal
    rejected: Decimal
    days_late: int


@dataclass(frozen=True, kw_only=True)
class WorkCancelled(OfWork, Event, about=WORK, icon="circle-x", tone="bad"):
    """The work is not wanted any more."""

    says: ClassVar[str | Promise] = _("Work order {number} ({made}) cancelled: {reason}")

    reason: str


@dataclass(frozen=True, kw_only=True)
class StageReady(OfWork, Event, about=STAGE, icon="hourglass", tone="info"):
    """A stage may begin."""

    says: ClassVar[str | Promise] = _("{stage} of {number} is ready to begin {at}")

    stage_id: int
    partner_id: int | None
    stage: str
    at: str


@dataclass(frozen=True, kw_only=True)
class StageStarted(
    OfWork, Event, about={**STAGE, "lot_ids": "inventory.lot"}, icon="player-play", tone="accent"
):
    """A stage began."""

    says: ClassVar[str | Promise] = _(
        "{stage} of {number} began {at} with {quantity} {unit}, expected {expected_end}"
    )

    stage_id: int
    partner_id: int | None
    lot_ids: tuple[int, ...]
    stage: str
    at: str
    quantity: Decimal
    unit: str
    expected_end: date | None


@dataclass(frozen=True, kw_only=True)
class StageFinished(
    OfWork, Event, about={**STAGE, "lot_ids": "inventory.lot"}, icon="circle-check", tone="ok"
):
    """A stage ended."""

    says: ClassVar[str | Promise] = _(
        "{stage} of {number} done {at}: {quantity_out} of {quantity_in} {unit}, {rejected} rejected {lots}"
    )

    stage_id: int
    partner_id: int | None
    lot_ids: tuple[int, ...]
    stage: str
    at: str
    quantity_in: Decimal
    quantity_out: Decimal
    rejected: Decimal
    unit: str
    lots: str
    reason: str
    days_late: int
    tone: str = "ok"


@dataclass(frozen=True, kw_only=True)
class StageDelayed(OfWork, Event, about=STAGE, icon="clock", tone="bad"):
    """A stage will end later than we believed, and perhaps the work with it."""

    says: ClassVar[str | Promise] = _(
        "{stage} of {number} {at} moved {by}, from {was_on} to {expected_on}: {reason}"
    )

    stage_id: int
    partner_id: int | None
    kind: str
    stage: str
    partner: str
    at: str
    was_on: date
    expected_on: date
    days: int
    by: str
    reason: str
    work_was_on: date | None
    work_expected_on: date | None
    work_days: int


@dataclass(frozen=True, kw_only=True)
class StageReassigned(
    OfWork, Event, about={**STAGE, "former_id": "parties.party"}, icon="arrows-exchange", tone="info"
):
    """A stage was given to somebody else."""

    says: ClassVar[str | Promise] = _("{stage} of {number} moved from {former} to {partner}: {reason}")

    stage_id: int
    partner_id: int | None
    former_id: int | None
    stage: str
    at: str
    partner: str
    former: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class MaterialIssued(OfWork, Event, about={**WORK, "lot_ids": "inventory.lot"}, icon="stack-2", tone="info"):
    """Material left the stock for a work order."""

    says: ClassVar[str | Promise] = _("{goods} issued to {number} ({made})")

    lot_ids: tuple[int, ...]
    goods: str


@dataclass(frozen=True, kw_only=True)
class MaterialReturned(
    OfWork, Event, about={**WORK, "lot_ids": "inventory.lot"}, icon="arrow-back-up", tone="muted"
):
    """Unused material of a work order came back into stock."""

    says: ClassVar[str | Promise] = _("{goods} of {number} ({made}) came back into stock")

    lot_ids: tuple[int, ...]
    goods: str


@dataclass(frozen=True, kw_only=True)
class GoodsMade(OfWork, Event, about={**WORK, "lot_ids": "inventory.lot"}, icon="packages", tone="ok"):
    """Finished goods of a work order came into stock."""

    says: ClassVar[str | Promise] = _("{goods} of {number} came into stock at {place}")

    lot_ids: tuple[int, ...]
    line_ids: tuple[int, ...]
    quantities: tuple[str, ...]
    goods: str
    place: str
    rejected: Decimal


@dataclass(frozen=True, kw_only=True)
class WorkTakenOver(Event, about={"item_ids": "catalog.item"}, icon="file-import", tone="info"):
    """Work orders were brought over from another system."""

    says: ClassVar[str | Promise] = _("{orders} work orders taken over from another system")

    item_ids: tuple[int, ...]
    orders: int


@dataclass(frozen=True, kw_only=True)
class WorkPaused(OfWork, Event, about=WORK, icon="player-pause", tone="hold"):
    """Work rests."""

    says: ClassVar[str | Promise] = _("Work order {number} ({made}) rests: {reason}")

    reason: str


@dataclass(frozen=True, kw_only=True)
class WorkResumed(OfWork, Event, about=WORK, icon="player-play", tone="info"):
    """Work goes on."""

    says: ClassVar[str | Promise] = _("Work order {number} ({made}) goes on")


@dataclass(frozen=True, kw_only=True)
class WorkClosed(OfWork, Event, about=WORK, icon="lock", tone="muted"):
    """Nothing about the work changes any more."""

    says: ClassVar[str | Promise] = _("Work order {number} ({made}) closed")


@dataclass(frozen=True, kw_only=True)
class WorkSplit(
    OfWork, Event, about={**WORK, "other_id": "manufacturing.workorder"}, icon="git-branch", tone="info"
):
    """A part of the work has an order of its own."""

    says: ClassVar[str | Promise] = _("{goods} of {number} are made by {other} now")

    other_id: int
    other: str
    goods: str


@dataclass(frozen=True, kw_only=True)
class ReworkOpened(OfWork, Event, about={**WORK, "lot_id": "inventory.lot"}, icon="recycle", tone="warn"):
    """A lot, or a part of it, is put right."""

    says: ClassVar[str | Promise] = _("{quantity} {unit} of {lot} go into rework by {number}: {reason}")

    lot_id: int
    lot: str
    quantity: Decimal
    unit: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class StageHandedOver(OfWork, Event, about=STAGE, icon="transfer", tone="info"):
    """A part of what a stage has made goes on."""

    says: ClassVar[str | Promise] = _("{quantity} {unit} of {number} handed over by {stage} to {following}")

    stage_id: int
    partner_id: int | None
    stage: str
    at: str
    quantity: Decimal
    unit: str
    following: str
    handed_over: Decimal
