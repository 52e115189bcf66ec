"""What happened to counts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

SHEET = {"sheet_id": "counting.countsheet", "site_id": "sites.site", "item_ids": "catalog.item"}


@dataclass(frozen=True, kw_only=True)
class CountRequested(
    Event,
    about={"item_id": "catalog.item", "location_ids": "sites.location"},
    icon="help-circle",
    tone="warn",
):
    """A count is wanted out of turn."""

    item_id: int
    location_ids: tuple[int, ...]
    item: str
    location: str
    cause: str
    says: ClassVar = _("Count of {item} at {location} asked for: {cause}")


@dataclass(frozen=True, kw_only=True)
class OfSheet:
    """What every event of a count sheet names."""

    sheet_id: int
    site_id: int
    number: str
    site: str
    item_ids: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CountOpened(OfSheet, Event, about=SHEET, icon="clipboard-list", tone="info"):
    """A round of places is being counted."""

    says: ClassVar = _("Count {number} at {site} opened: {lines} places")
    lines: int


@dataclass(frozen=True, kw_only=True)
class CountChecked(OfSheet, Event, about=SHEET, icon="clipboard-check", tone="warn"):
    """All places are counted; some are off by more than is allowed."""

    says: ClassVar = _("Count {number} at {site} handed in: {off} of {lines} places are off")
    off: int
    lines: int


@dataclass(frozen=True, kw_only=True)
class CountAgain(OfSheet, Event, about=SHEET, icon="refresh", tone="hold"):
    """What is off is counted a second time."""

    says: ClassVar = _("Count {number} at {site}: {lines} places are counted again")
    lines: int


@dataclass(frozen=True, kw_only=True)
class CountPosted(OfSheet, Event, about=SHEET, icon="circle-check", tone="ok"):
    """The books say what was found."""

    says: ClassVar = _("Count {number} at {site} posted: {accuracy} % of {lines} places were right")
    accuracy: Decimal
    lines: int


@dataclass(frozen=True, kw_only=True)
class CountCancelled(OfSheet, Event, about=SHEET, icon="circle-x", tone="bad"):
    """A round was given up; the books are as they were."""

    says: ClassVar = _("Count {number} at {site} cancelled: {reason}")
    reason: str


@dataclass(frozen=True, kw_only=True)
class ItemsClassed(Event, about={"item_ids": "catalog.item"}, icon="chart-bar", tone="info"):
    """Items were given their count classes by what is used of them."""

    says: ClassVar = _("Count classes: {a} items in A, {b} in B, {c} in C")
    item_ids: tuple[int, ...]
    a: int
    b: int
    c: int
