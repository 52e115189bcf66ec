"""What was found to be wrong, and what was done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

NONCONFORMANCE = {
    "nonconformance_id": "corrections.nonconformance",
    "lot_id": "inventory.lot",
    "item_id": "catalog.item",
    "supplier_id": "parties.party",
    "customer_id": "parties.party",
    "check_id": "quality.check",
}
ACTION = {
    "action_id": "corrections.correctiveaction",
    "nonconformance_id": "corrections.nonconformance",
    "supplier_id": "parties.party",
}


@dataclass(frozen=True, kw_only=True)
class OfNonconformance:
    """What every event of a nonconformance names."""

    nonconformance_id: int
    number: str
    title: str
    lot_id: int | None = None
    item_id: int | None = None
    supplier_id: int | None = None
    customer_id: int | None = None
    check_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class NonconformanceRaised(OfNonconformance, Event, about=NONCONFORMANCE, icon="alert-triangle", tone="bad"):
    """Something was not as it should be."""

    says = _("Nonconformance {number} raised ({grade}): {title}")
    grade: str


@dataclass(frozen=True, kw_only=True)
class NonconformanceDisposed(OfNonconformance, Event, about=NONCONFORMANCE, icon="signature", tone="accent"):
    """What becomes of the goods was decided."""

    says = _("Nonconformance {number}: {disposition} {note}")
    disposition: str
    note: str = ""
    quantity: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class NonconformanceClosed(OfNonconformance, Event, about=NONCONFORMANCE, icon="check", tone="ok"):
    """Nothing is left to do about it."""

    says = _("Nonconformance {number} closed")


@dataclass(frozen=True, kw_only=True)
class NonconformanceCancelled(OfNonconformance, Event, about=NONCONFORMANCE, icon="x", tone="muted"):
    """It was none."""

    says = _("Nonconformance {number} cancelled: {reason}")
    reason: str


@dataclass(frozen=True, kw_only=True)
class OfAction:
    """What every event of a corrective action names."""

    action_id: int
    number: str
    nonconformance_id: int
    supplier_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class ActionOpened(OfAction, Event, about=ACTION, icon="checklist", tone="info"):
    """Somebody goes after the cause."""

    says = _("Corrective action {number} opened: {title}, due {due_on}")
    title: str
    due_on: date


@dataclass(frozen=True, kw_only=True)
class StepCompleted(OfAction, Event, about=ACTION, icon="check", tone="ok"):
    """One step is done."""

    says = _("{number} {discipline} done: {result}")
    discipline: str
    result: str


@dataclass(frozen=True, kw_only=True)
class ActionImplemented(OfAction, Event, about=ACTION, icon="circle-check", tone="ok"):
    """All is in place; whether it works is looked at later."""

    says = _("Corrective action {number} is in place; its effect is looked at on {check_on}")
    check_on: date


@dataclass(frozen=True, kw_only=True)
class ActionVerified(OfAction, Event, about=ACTION, icon="shield-check", tone="ok"):
    """It worked."""

    says = _("Corrective action {number} was effective: {outcome}")
    outcome: str
    repeats: int


@dataclass(frozen=True, kw_only=True)
class ActionResumed(OfAction, Event, about=ACTION, icon="arrow-back-up", tone="warn"):
    """It did not work."""

    says = _("Corrective action {number} did not work and goes on: {reason}")
    reason: str
