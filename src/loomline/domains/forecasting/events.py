"""What forecasting tells."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event


@dataclass(frozen=True, kw_only=True)
class SnapshotTaken(Event, about={"snapshot_id": "forecasting.snapshot"}, icon="history"):
    """Every deal was written down as it stands."""

    says = _("Snapshot of {count} deals: {weighted} {currency} weighted")
    snapshot_id: int
    count: int
    weighted: str
    currency: str


@dataclass(frozen=True, kw_only=True)
class HistoryContinued(Event, about={"projection_id": "forecasting.projection"}, icon="chart-line"):
    """The statistical figures were reckoned anew."""

    says = _("Statistical forecast reckoned for {count} series")
    projection_id: int
    count: int
