"""What work centres tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

CENTRE = {"centre_id": "workcentres.workcentre", "site_id": "sites.site"}


@dataclass(frozen=True, kw_only=True)
class CentreOpened(Event, about=CENTRE, icon="tools", tone="info"):
    """Work can be done at one more place."""

    says: ClassVar[str | Promise] = _("Work centre {centre} opened at {site}: {machines} machines")

    centre_id: int
    site_id: int
    centre: str
    site: str
    machines: int


@dataclass(frozen=True, kw_only=True)
class CentreRetired(Event, about=CENTRE, icon="archive", tone="muted"):
    """No work is planned at a work centre any more."""

    says: ClassVar[str | Promise] = _("Work centre {centre} is not used any more")

    centre_id: int
    site_id: int
    centre: str


@dataclass(frozen=True, kw_only=True)
class DowntimePlanned(Event, about=CENTRE, icon="clock", tone="warn"):
    """A work centre will work less than its shifts say."""

    says: ClassVar[str | Promise] = _("{centre} stands from {first} to {last}: {reason}")

    centre_id: int
    site_id: int
    window_id: int = 0
    centre: str
    starts_at: datetime
    ends_at: datetime
    first: str
    last: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class OvertimePlanned(Event, about=CENTRE, icon="clock", tone="info"):
    """A work centre will work more than its shifts say."""

    says: ClassVar[str | Promise] = _("{centre} works overtime from {first} to {last}: {reason}")

    centre_id: int
    site_id: int
    window_id: int = 0
    centre: str
    starts_at: datetime
    ends_at: datetime
    first: str
    last: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class WindowCalledOff(Event, about=CENTRE, icon="circle-x", tone="muted"):
    """A work centre works by its shifts after all."""

    says: ClassVar[str | Promise] = _("{what} of {centre} from {first} to {last} was called off")

    centre_id: int
    site_id: int
    window_id: int = 0
    centre: str
    what: str
    first: str
    last: str


@dataclass(frozen=True, kw_only=True)
class WindowShortened(Event, about=CENTRE, icon="clock", tone="info"):
    """A work centre works by its shifts again earlier than was planned."""

    says: ClassVar[str | Promise] = _("{what} of {centre} from {first} ends on {last} already")

    centre_id: int
    site_id: int
    window_id: int
    centre: str
    what: str
    first: str
    last: str
