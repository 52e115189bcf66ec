"""What territories tell."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event


@dataclass(frozen=True, kw_only=True)
class PartyPlaced(Event, about={"party_id": "parties.party"}, icon="map-pin"):
    """A party lies in another territory than before."""

    says = _("Now in territory {territory}")
    party_id: int
    territory: str


@dataclass(frozen=True, kw_only=True)
class PartyUnplaced(Event, about={"party_id": "parties.party"}, icon="map-pin"):
    """A party lies in no territory any more."""

    says = _("No longer in territory {territory}")
    party_id: int
    territory: str
