"""How stock stands by the last round."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from loomline.domains.stocking.models import Recommendation, Round, StockingRule


@dataclass(frozen=True, slots=True)
class ByClass:
    """The places of one class by value: how many, and what their stock is worth now and as recommended."""

    worth: str
    count: int
    open: int
    value_now: Decimal
    value_then: Decimal


def house_rule() -> StockingRule:
    """The rules for all sites without their own; as they are shipped, where nobody keeps any."""
    found = StockingRule.objects.filter(site=None).first()
    return found if found is not None else StockingRule()


def rules_by_site() -> dict[int, StockingRule]:
    """The rules that hold at one site only."""
    return {row.site_id: row for row in StockingRule.objects.filter(site__isnull=False) if row.site_id}


def last_round() -> Round | None:
    """The newest round; None before the first."""
    return Round.objects.order_by("-pk").first()


def by_class() -> list[ByClass]:
    """The places by value. One statement."""
    rows = Recommendation.objects.order_by("worth").values_list("worth")
    sums = rows.annotate(
        n=Count("pk"), open=Count("pk", filter=Q(state="open")), now=Sum("value_now"), then=Sum("value_then")
    )
    return [ByClass(*row) for row in sums]


def largest(rows: QuerySet[Recommendation], *, most: int) -> list[Recommendation]:
    """Open recommendations that free most stock, then those that need most."""
    kept = rows.filter(state="open").select_related("item__unit", "site")
    freed = list(kept.filter(difference__lt=0).order_by("difference", "pk")[:most])
    needed = list(kept.filter(difference__gt=0).order_by("-difference", "pk")[:most])
    return [*freed, *needed]


def too_much(rows: QuerySet[Recommendation], *, most: int) -> list[Recommendation]:
    """Dead and excess stock, the dearest first."""
    found = rows.filter(excess__gt=0).select_related("item__unit", "site")
    return list(found.order_by("-excess_value", "pk")[:most])
