"""Where demand comes from: ordered lines, and lines of open deals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    DateField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce, Greatest, TruncWeek

from loomline.domains.catalog.models import ItemKind
from loomline.domains.pipeline.models import OpportunityLine, OpportunityState
from loomline.domains.sales.models import Order, OrderLine, OrderState
from loomline.domains.sites import queries as sites
from loomline.kernel.quantity import PLACES

WEEK = timedelta(days=7)
Key = tuple[int, int | None, int | None]
Weeks = dict[date, Decimal]

PROMISED = (OrderState.CONFIRMED, OrderState.PART_SHIPPED, OrderState.SHIPPED, OrderState.CLOSED)
# A deal that is won is bought, although its order may still have to be confirmed.
BOUGHT = Q(state__in=PROMISED) | Q(state=OrderState.DRAFT, opportunity__state=OpportunityState.WON)
LINE_BOUGHT = Q(order__state__in=PROMISED) | Q(
    order__state=OrderState.DRAFT, order__opportunity__state=OpportunityState.WON
)


def week_of(day: date) -> date:
    """The Monday of the week a day lies in."""
    return day - timedelta(days=day.weekday())


def weeks_from(first: date, count: int) -> list[date]:
    """So many Mondays from one on."""
    return [first + n * WEEK for n in range(count)]


@dataclass(frozen=True, slots=True)
class Bought:
    """What one customer wanted of one item in one week; `of_deals` came of deals, `base` did not."""

    key: Key
    week: date
    base: Decimal
    of_deals: Decimal


def bought(*, since: date, until: date, items: Iterable[int] | None = None) -> list[Bought]:
    """Ordered quantities by series and the week they were wanted for, from a Monday until before another.

    The day is the one asked for, else the one promised, else that of the order. One statement.
    """
    lines = _of_items(OrderLine.objects.filter(LINE_BOUGHT), items)
    day = Coalesce("wanted_on", "order__wanted_on", "promised_on", "order__ordered_on")
    apart = Q(order__opportunity__isnull=False)
    rows = (
        lines.annotate(day=day)
        .filter(day__gte=since, day__lt=until)
        .annotate(week=TruncWeek("day", output_field=DateField()))
        .order_by()
        .values_list("item", "order__site", "order__customer", "week")
        .annotate(base=Sum("quantity", filter=~apart), of_deals=Sum("quantity", filter=apart))
    )
    nothing = Decimal(0)
    return [
        Bought((item, site, customer), week, base or nothing, deals or nothing)
        for item, site, customer, week, base, deals in rows
    ]


def history(*, until: date, items: Iterable[int] | None = None) -> dict[Key, Weeks]:
    """What was wanted of each series in each week before a Monday, without what came of deals."""
    found: dict[Key, Weeks] = defaultdict(dict)
    for row in bought(since=date.min, until=until, items=items):
        if row.base:
            found[row.key][row.week] = row.base
    return found


def history_by_item(*, items: Iterable[int], since: date, until: date) -> dict[int, Weeks]:
    """What was wanted of each item in each week, deals and all."""
    found: dict[int, Weeks] = defaultdict(lambda: defaultdict(Decimal))
    for row in bought(since=since, until=until, items=items):
        found[row.key[0]][row.week] += row.base + row.of_deals
    return found


@dataclass(frozen=True, slots=True)
class PipelineLine:
    """One line of an open deal: what is asked for, when, how likely, and what that comes to."""

    key: Key
    day: date
    week: date
    quantity: Decimal
    probability: int
    weighted: Decimal
    deal_id: int
    label: str


def pipeline_lines(*, today: date, until: date, items: Iterable[int] | None = None) -> list[PipelineLine]:
    """The lines of open deals by the day they are wanted, or the deal closes; what is overdue counts today.

    A deal with an order that counts stands among the orders and not here. Deals name no site: their goods
    leave from the first of our own. Two statements.
    """
    ordered = Order.objects.filter(BOUGHT, opportunity=OuterRef("opportunity"))
    lines = _of_items(OpportunityLine.objects.filter(opportunity__state=OpportunityState.OPEN), items)
    own = sites.own_sites().order_by("pk").values_list("pk", flat=True).first()
    rows = (
        lines.filter(~Exists(ordered))
        .annotate(
            asked=Coalesce("wanted_on", "opportunity__closes_on"),
            chance=Coalesce("opportunity__probability_override", "opportunity__stage__probability"),
        )
        .annotate(day=Greatest("asked", Value(today), output_field=DateField()))
        .filter(asked__isnull=False, day__lt=until, chance__gt=0)
        .order_by("day", "pk")
        .values_list(
            "item", "opportunity__party", "day", "quantity", "chance", "opportunity", "opportunity__number",
            "opportunity__name",
        )
    )  # fmt: skip
    return [
        PipelineLine(
            key=(item, own, party),
            day=day,
            week=week_of(day),
            quantity=quantity,
            probability=chance,
            weighted=(quantity * chance / 100).quantize(PLACES),
            deal_id=deal,
            label=f"{number} {name}",
        )
        for item, party, day, quantity, chance, deal, number, name in rows
    ]


def _of_items(lines: QuerySet[Any], items: Iterable[int] | None) -> QuerySet[Any]:
    goods = lines.exclude(item__kind=ItemKind.SERVICE)
    return goods if items is None else goods.filter(item__in=list(items))
