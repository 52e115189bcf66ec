"""What was found, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

CHECK = {
    "check_id": "quality.check",
    "lot_id": "inventory.lot",
    "item_id": "catalog.item",
    "supplier_id": "parties.party",
}


@dataclass(frozen=True, kw_only=True)
class OfCheck:
    """What every event of a check names: the lot or the stage it is about, and where it came from."""

    check_id: int
    number: str
    characteristic: str
    what: str
    lot_id: int | None = None
    item_id: int | None = None
    supplier_id: int | None = None
    origin_kind: str = ""
    origin_id: int | None = None

    def subjects(self) -> set[tuple[str, int]]:
        """The check, lot, item and supplier, and the record that asked for the check."""
        found = Event.subjects(self)  # type: ignore[arg-type]
        return found | (
            {(self.origin_kind, self.origin_id)} if self.origin_kind and self.origin_id else set()
        )


@dataclass(frozen=True, kw_only=True)
class CheckOpened(OfCheck, Event, about=CHECK, icon="checklist", tone="info"):
    """Something is to be measured."""

    says = _("{characteristic} of {what} is to be checked {limits}")
    limits: str


@dataclass(frozen=True, kw_only=True)
class CheckPassed(OfCheck, Event, about=CHECK, icon="checkup-list", tone="ok"):
    """The goods are as they should be."""

    says = _("{characteristic} of {what} passed: {measured} {unit} {limits}")
    measured: Decimal | None
    unit: str
    limits: str


@dataclass(frozen=True, kw_only=True)
class CheckFailed(OfCheck, Event, about=CHECK, icon="alert-triangle", tone="bad"):
    """The goods are not as they should be, and somebody must decide."""

    says = _("{characteristic} of {what} failed: {measured} {unit} {limits} {finding}")
    measured: Decimal | None
    unit: str
    limits: str
    finding: str = ""


@dataclass(frozen=True, kw_only=True)
class CheckDecided(OfCheck, Event, about=CHECK, icon="signature", tone="accent"):
    """What becomes of goods that failed."""

    says = _("{what} failed its check of {characteristic}; decided: {decision_words} {note}")
    decision: str
    decision_words: str
    note: str = ""
    scrapped: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class SeverityChanged(
    Event,
    about={
        "standing_id": "quality.standing",
        "plan_id": "quality.checkplan",
        "supplier_id": "parties.party",
        "item_id": "catalog.item",
    },
    icon="scale",
    tone="warn",
):
    """Lots are inspected more or less strictly from now on."""

    says = _("{what} is now inspected {severity}: {why}")
    standing_id: int
    plan_id: int
    supplier_id: int | None = None
    item_id: int | None = None
    what: str
    severity: str
    why: str


@dataclass(frozen=True, kw_only=True)
class ReturnDecided(
    Event,
    about={"lot_id": "inventory.lot", "item_id": "catalog.item", "supplier_id": "parties.party"},
    icon="truck-return",
    tone="warn",
):
    """A supplier is to take goods back."""

    says = _("{quantity} {unit} of lot {what} go back to {supplier}: {reason}")
    lot_id: int
    item_id: int
    supplier_id: int | None = None
    what: str
    quantity: Decimal
    unit: str
    supplier: str
    reason: str
    origin_kind: str = ""
    origin_id: int | None = None
