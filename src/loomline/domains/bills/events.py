"""What bills tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

BILL = {"bill_id": "bills.bill", "item_id": "catalog.item", "style_id": "catalog.style"}


@dataclass(frozen=True, kw_only=True)
class BillAdded(Event, about=BILL, icon="list-tree", tone="info"):
    """A bill of materials was written."""

    says: ClassVar[str | Promise] = _(
        "Bill of {made}, version {version}: {lines} materials, {stages} stages, from {valid_from}"
    )

    bill_id: int
    item_id: int | None
    style_id: int | None
    made: str
    version: int
    lines: int
    stages: int
    valid_from: date | None


@dataclass(frozen=True, kw_only=True)
class BillRetired(Event, about=BILL, icon="archive", tone="muted"):
    """A bill of materials is not used any more."""

    says: ClassVar[str | Promise] = _("Bill of {made}, version {version}, is not used any more")

    bill_id: int
    item_id: int | None
    style_id: int | None
    made: str
    version: int
