"""What pricing tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event


@dataclass(frozen=True, kw_only=True)
class PricesSet(
    Event,
    about={"price_list_id": "pricing.pricelist", "item_ids": "catalog.item"},
    icon="tags",
    tone="info",
):
    """Things cost something else from a day on."""

    says: ClassVar[str | Promise] = _("Prices set in {price_list} ({count}): {shown}")

    price_list_id: int
    price_list: str
    item_ids: tuple[int, ...]
    count: int
    shown: str


@dataclass(frozen=True, kw_only=True)
class PriceListGiven(
    Event,
    about={"price_list_id": "pricing.pricelist", "party_id": "parties.party"},
    icon="tag",
    tone="info",
):
    """A customer buys at other prices from now on."""

    says: ClassVar[str | Promise] = _("{party} buys at the prices of {price_list}")

    price_list_id: int
    price_list: str
    party_id: int
    party: str


@dataclass(frozen=True, kw_only=True)
class PriceListTaken(
    Event, about={"price_list_id": "pricing.pricelist", "party_id": "parties.party"}, icon="tag"
):
    """A customer no longer buys at these prices."""

    says: ClassVar[str | Promise] = _("{party} no longer buys at the prices of {price_list}")

    price_list_id: int
    price_list: str
    party_id: int
    party: str


@dataclass(frozen=True, kw_only=True)
class PriceListCopied(Event, about={"price_list_id": "pricing.pricelist"}, icon="copy", tone="info"):
    """A list was made from another one."""

    says: ClassVar[str | Promise] = _("{price_list} was made from {source} at {percent} %, prices: {count}")

    price_list_id: int
    price_list: str
    source: str
    count: int
    percent: str


@dataclass(frozen=True, kw_only=True)
class TierGiven(
    Event, about={"tier_id": "pricing.tier", "party_ids": "parties.party"}, icon="users-group", tone="info"
):
    """Customers buy on the terms of a tier."""

    says = _("Buys at the prices of tier {tier}")
    tier_id: int
    tier: str
    party_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class TierTaken(
    Event, about={"tier_id": "pricing.tier", "party_id": "parties.party"}, icon="users-group", tone="muted"
):
    """A customer no longer buys on the terms of a tier."""

    says = _("Left the tier {tier}")
    tier_id: int
    tier: str
    party_id: int
