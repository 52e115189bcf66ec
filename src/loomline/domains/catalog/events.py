"""What the catalog tells."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

ITEM = {"item_id": "catalog.item"}


@dataclass(frozen=True, kw_only=True)
class ItemAdded(Event, about=ITEM, icon="package", tone="info"):
    """Something can be bought, made, kept or sold from now on."""

    says: ClassVar[str | Promise] = _("{item} was added as {sku}")

    item_id: int
    item: str
    sku: str
    style_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class StyleAdded(Event, about={"style_id": "catalog.style"}, icon="hanger", tone="info"):
    """A design entered the catalog with its colours and sizes."""

    says: ClassVar[str | Promise] = _("Style {style} was added, items: {count}")

    style_id: int
    style: str
    count: int


@dataclass(frozen=True, kw_only=True)
class StyleExtended(Event, about={"style_id": "catalog.style"}, icon="hanger", tone="info"):
    """A design comes in more colours or sizes."""

    says: ClassVar[str | Promise] = _("Style {style} comes in more colours or sizes, new items: {count}")

    style_id: int
    style: str
    count: int


@dataclass(frozen=True, kw_only=True)
class CostChanged(Event, about=ITEM, icon="coin"):
    """The standard cost of an item changed."""

    says: ClassVar[str | Promise] = _("Standard cost of {item} changed from {before} to {after}")

    item_id: int
    item: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True, kw_only=True)
class ConversionSet(Event, about=ITEM, icon="scale"):
    """Two units now have an exact ratio."""

    says: ClassVar[str | Promise] = _("{ratio} was set")

    item_id: int | None
    ratio: str


@dataclass(frozen=True, kw_only=True)
class PackAdded(Event, about=ITEM, icon="box"):
    """An item comes in one more pack."""

    says: ClassVar[str | Promise] = _("Pack {pack} of {quantity} {unit} was added")

    item_id: int
    pack: str
    quantity: Decimal
    unit: str


@dataclass(frozen=True, kw_only=True)
class ItemArchived(Event, about=ITEM, icon="archive"):
    """An item left the lists; its history stays."""

    says: ClassVar[str | Promise] = _("{item} was archived")

    item_id: int
    item: str


@dataclass(frozen=True, kw_only=True)
class ItemRestored(Event, about=ITEM, icon="arrow-back-up", tone="info"):
    """An item is back in the lists."""

    says: ClassVar[str | Promise] = _("{item} was restored")

    item_id: int
    item: str
