"""The key figures of the home page, each with where it comes from and how it moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncWeek
from django.utils.translation import gettext as _

from loomline.domains.insights.queries.risks import AtRisk, at_risk
from loomline.domains.inventory.models import Balance, StockMove
from loomline.domains.pipeline import queries as pipeline
from loomline.domains.pipeline.models import Opportunity
from loomline.domains.procurement.models import PurchaseLine, PurchaseState
from loomline.domains.sales.models import Order, OrderState
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.event import EventAbout, StoredEvent

ZERO = Decimal(0)
DONE = (OrderState.SHIPPED, OrderState.CLOSED)
WEEKS = 12
DAY, MONTH = timedelta(days=1), timedelta(days=30)


@dataclass(frozen=True)
class Figure:
    """A key figure. `change` is against the period before; `is_good` says whether that change is welcome."""

    key: str
    name: str
    value: Decimal | None
    kind: str
    unit: str
    note: str
    change: Decimal | None
    is_good: bool
    trend: tuple[Decimal, ...]
    leads_to: str


def figures(ctx: Ctx, *, risk: AtRisk | None = None) -> list[Figure]:
    """On time in full, orders at risk, pipeline, stock cover, late supplier lines: what one may see."""
    wanted = (
        ("sales.view_order", _on_time),
        ("sales.view_order", lambda ctx: _risk(ctx, risk or at_risk(ctx, limit=1))),
        ("pipeline.view_opportunity", _pipeline),
        ("inventory.view_balance", _cover),
        ("procurement.view_purchaseline", _late_lines),
    )
    return [figure(ctx) for permission, figure in wanted if access.may(ctx, permission)]


def _on_time(ctx: Ctx) -> Figure:
    """Orders whose promised day fell in the last 30 days and that had shipped in full by then.

    Added up by day in one statement, which an index answers without looking at the orders.
    """
    kept = Q(state__in=DONE, shipped_at__date__lte=F("promised_on"))
    days = (
        access.visible(ctx, Order)
        .filter(promised_on__lt=ctx.today, promised_on__gte=ctx.today - timedelta(weeks=WEEKS))
        .exclude(state__in=(OrderState.DRAFT, OrderState.CANCELLED))
        .order_by()
        .values_list("promised_on")
        .annotate(n=Count("pk"), kept=Count("pk", filter=kept))
    )
    weeks: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    months: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for day, n, on_time in days:
        for sums in (weeks[day - timedelta(days=day.weekday())], months[(ctx.today - day - DAY) // MONTH]):
            sums[0] += n
            sums[1] += on_time
    now, then = _share(*months[0]), _share(*months[1])
    return Figure(
        key="on_time",
        name=_("On time, in full"),
        value=now,
        kind="percent",
        unit="%",
        note=_("of {n} orders due in 30 days").format(n=months[0][0]),
        change=now - then if now is not None and then is not None else None,
        is_good=now is not None and then is not None and now >= then,
        trend=tuple(_share(*sums) or ZERO for _week, sums in sorted(weeks.items())),
        leads_to="sales.order",
    )


def _risk(ctx: Ctx, risk: AtRisk) -> Figure:
    _rows, count, worth = risk
    seen = EventAbout.objects.filter(
        kind=Order._meta.label_lower, object_id__in=access.visible(ctx, Order).values("pk")
    )
    told = StoredEvent.objects.filter(
        name="sales.DeliveryMoved", at__gte=ctx.now - timedelta(weeks=WEEKS), pk__in=seen.values("event")
    )
    moved = told.order_by().values(week=TruncWeek("at")).annotate(n=Count("pk")).order_by("week")
    news = told.filter(at__gte=ctx.now - timedelta(days=3)).count()
    return Figure(
        key="at_risk",
        name=_("Orders at risk"),
        value=Decimal(count),
        kind="count",
        unit=_("worth {amount}").format(amount=_in_currencies(worth, ctx)) if worth else "",
        note=_("dates moved in 3 days"),
        change=Decimal(news) if news else None,
        is_good=False,
        trend=tuple(Decimal(row["n"]) for row in moved),
        leads_to="sales.order",
    )


def _main(sums: Mapping[str, Decimal], ctx: Ctx) -> str:
    """The company's own currency where anything is in it, otherwise the one with most in it."""
    own = ctx.company.currency
    return own if own in sums or not sums else max(sums, key=lambda currency: sums[currency])


def _in_currencies(sums: Mapping[str, Decimal], ctx: Ctx) -> str:
    """Sums as they are, the largest two: amounts of different currencies are never added up."""
    main = _main(sums, ctx)
    chosen = sorted(sums, key=lambda currency: (currency != main, -sums[currency]))[:2]
    return " + ".join(_short(sums[currency], currency) for currency in chosen)


def _pipeline(ctx: Ctx) -> Figure:
    deals = access.visible(ctx, Opportunity)
    worth, weeks = pipeline.open_worth_by_week(ctx, rows=deals)
    weighted = {} if worth is None else {c: v for c, v in worth.weighted_sums.items() if v}
    main = _main(weighted, ctx)
    others = {currency: amount for currency, amount in weighted.items() if currency != main}
    number = worth.count if worth is not None else 0
    note = _("{n} open deals, by closing week").format(n=number)
    return Figure(
        key="pipeline",
        name=_("Weighted pipeline"),
        value=weighted.get(main, ZERO),
        kind="money",
        unit=main,
        note=_("and {amount}; {rest}").format(amount=_in_currencies(others, ctx), rest=note)
        if others
        else note,
        change=None,
        is_good=True,
        trend=tuple(week.weighted_sums.get(main, ZERO) for week in weeks.values())[:WEEKS],
        leads_to="pipeline.opportunity",
    )


def _cover(ctx: Ctx) -> Figure:
    """Days that today's stock lasts at the use of the last 60 days, both at standard cost."""
    stock = (
        access.visible(ctx, Balance)
        .filter(is_physical=True)
        .aggregate(value=Sum(F("on_hand") * F("item__standard_cost")))["value"]
        or ZERO
    )
    since = ctx.now - timedelta(days=60)
    used = (
        access.visible(ctx, StockMove)
        .filter(
            effective_at__gte=since,
            source__site__isnull=False,
            destination__site__isnull=True,
            destination__kind="customer",
        )
        .order_by()
        .values(week=TruncWeek("effective_at"))
        .annotate(value=Sum(F("quantity") * F("item__standard_cost")))
        .order_by("week")
    )
    by_week = [row["value"] for row in used]
    a_day = sum(by_week, ZERO) / 60
    return Figure(
        key="cover",
        name=_("Stock cover"),
        value=(stock / a_day).quantize(Decimal(1)) if a_day else None,
        kind="count",
        unit=_("days"),
        note=_("{amount} in stock").format(amount=_short(stock, ctx.company.currency)),
        change=None,
        is_good=True,
        trend=tuple(by_week),
        leads_to="inventory.balance",
    )


def _late_lines(ctx: Ctx) -> Figure:
    awaited = access.visible(ctx, PurchaseLine).filter(
        purchase__state__in=(PurchaseState.SENT, PurchaseState.CONFIRMED, PurchaseState.PART_RECEIVED),
        is_closed=False,
        quantity__gt=F("received") - F("rejected"),
    )
    late = Q(expected_on__lt=ctx.today) | Q(expected_on__gt=F("requested_on"))
    found = awaited.aggregate(n=Count("pk"), late=Count("pk", filter=late))
    coming = (
        awaited.filter(expected_on__isnull=False)
        .order_by()
        .values(week=TruncWeek("expected_on"))
        .annotate(n=Count("pk"))
        .order_by("week")
    )
    return Figure(
        key="late_lines",
        name=_("Late supplier lines"),
        value=Decimal(found["late"]),
        kind="count",
        unit=_("of {n}").format(n=found["n"]),
        note=_("awaited lines, by week"),
        change=None,
        is_good=found["late"] == 0,
        trend=tuple(Decimal(row["n"]) for row in coming)[:WEEKS],
        leads_to="procurement.purchase",
    )


def _share(whole: int, part: int) -> Decimal | None:
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.1")) if whole else None


def _short(amount: Decimal, currency: str) -> str:
    sign = {"EUR": "€", "USD": "$", "GBP": "£"}.get(currency, f"{currency} ")
    for size, letter in ((Decimal(10**6), "M"), (Decimal(10**3), "k")):
        if amount >= size:
            return f"{sign}{amount / size:.2f}".rstrip("0").rstrip(".") + letter
    return f"{sign}{amount:.0f}"
