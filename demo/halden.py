"""Halden Knitwear of Porto: what all chapters of its season share."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from loomline.domains.catalog.models import Item, Style
from loomline.domains.manufacturing.models import WorkLine, WorkStage
from loomline.domains.parties.models import Party
from loomline.domains.sales.models import Order
from loomline.domains.sites.models import Site
from loomline.domains.workcentres.models import WorkCentre
from loomline_demo.days import Days
from loomline_demo.story import Story

WEEKS = 13


class Halden:
    """Its people, partners, goods, customers and orders, by the names that the chapters call them."""

    plant: Site
    centres: dict[str, WorkCentre]
    labels: Item

    def __init__(self, story: Story, days: Days) -> None:
        self.s, self.days = story, days
        self.partners: dict[str, Party] = {}
        self.customers: dict[str, Party] = {}
        self.styles: dict[str, Style] = {}
        self.yarns: dict[str, Item] = {}
        self.orders: dict[str, Order] = {}
        self.centres = {}

    def rep(self, party: Party) -> str:
        """Who sells to a customer."""
        return next(key for key, user in self.s.people.items() if user.pk == party.owner_id)

    def stage_of(self, order: str, kind: str) -> WorkStage | None:
        """The first stage of a kind that is done for an order."""
        found = self.orders.get(order)
        if found is None:
            return None
        works = WorkLine.objects.filter(origin_kind="sales.orderline", origin_id__in=found.lines.values("pk"))
        stages = WorkStage.objects.filter(work__in=works.values("work"), kind=kind).select_related(
            "work", "lot"
        )
        return stages.order_by("work", "position").first()


def place(city: str, country: str, latitude: str, longitude: str) -> dict[str, Any]:
    """Where somebody is."""
    return {"city": city, "country": country, "latitude": Decimal(latitude), "longitude": Decimal(longitude)}
