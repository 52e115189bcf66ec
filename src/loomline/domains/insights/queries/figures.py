"""The key figures of the home page, each with where it comes from and how it moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncWeek
from django.utils.translation import gettext as _

from loomline.domains.insights.queries.risks import at_risk
from loomline.domains.inventory.models import Balance, StockMove
from loomline.domains.pipeline.models import Opportunity, OpportunityState
from loomline.domains.procurement.models import PurchaseLine, PurchaseState
from loomline.domains.sales.models import Order, OrderState
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent

ZERO = Decimal(0)
DONE = (OrderState.SHIPPED, OrderState.CLOSED)
WEEKS = 12


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


def figures(ctx: Ctx) -> list[Figure]:
    """On time in full, orders at risk, pipeline, stock cover, late supplier lines: what one may see."""
    wanted = (
        ("sales.view_order", _on_time),
        ("sales.view_order", _risk),
        ("pipeline.view_opportunity", _pipeline),
        ("inventory.view_balance", _cover),
        ("procurement.view_purchaseline", _late_lines),
    )
    return [figure(ctx) for permission, figure in wanted if access.may(ctx, permission)]


def _on_time(ctx: Ctx) -> Figure:
    """Orders whose promised day fell in the last 30 days and that had shipped in full by then."""
    due = (
        access.visible(ctx, Order)
        .filter(promised_on__lt=ctx.today, promised_on__gte=ctx.today - timedelta(weeks=WEEKS))
        .exclude(state__in=(OrderState.DRAFT, OrderState.CANCELLED))
    )
    kept = Q(state__in=DONE, shipped_at__date__lte=F("promised_on"))
    rows = (
        due.order_by()
        .values(week=TruncWeek("promised_on"))
        .annotate(n=Count("pk"), kept=Count("pk", filter=kept))
    )
    by_week = {row["week"]: (row["n"], row["kept"]) for row in rows}
    month = due.filter(promised_on__gte=ctx.today - timedelta(days=30)).aggregate(
        n=Count("pk"), kept=Count("pk", filter=kept)
    )
    before = due.filter(
        promised_on__lt=ctx.today - timedelta(days=30), promised_on__gte=ctx.today - timedelta(days=60)
    ).aggregate(n=Count("pk"), kept=Count("pk", filter=kept))
    now, then = _share(month["kept"], month["n"]), _share(before["kept"], before["n"])
    return Figure(
        key="on_time",
        name=_("On time, in full"),
        value=now,
        kind="percent",
        unit="%",
        note=_("of {n} orders due in 30 days").format(n=month["n"]),
        change=now - then if now is not None and then is not None else None,
        is_good=now is not None and then is not None and now >= then,
        trend=tuple(_share(kept, n) or ZERO for _week, (n, kept) in sorted(by_week.items())),
        leads_to="sales.order",
    )


def _risk(ctx: Ctx) -> Figure:
    _rows, count, worth = at_risk(ctx, limit=1)
    moved = (
        StoredEvent.objects.filter(name="sales.DeliveryMoved", at__gte=ctx.now - timedelta(weeks=WEEKS))
        .values(week=TruncWeek("at"))
        .annotate(n=Count("pk"))
        .order_by("week")
    )
    news = StoredEvent.objects.filter(name="sales.DeliveryMoved", at__gte=ctx.now - timedelta(days=3)).count()
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
    deals = access.visible(ctx, Opportunity).filter(state=OpportunityState.OPEN)
    likely = Sum(F("amount") * F("stage__probability") / 100)
    sums = list(deals.order_by().values_list("currency").annotate(sum=likely, n=Count("pk")))
    weighted = {currency: amount or ZERO for currency, amount, _n in sums}
    main = _main(weighted, ctx)
    others = {currency: amount for currency, amount in weighted.items() if currency != main}
    number = sum(n for _currency, _amount, n in sums)
    note = _("{n} open deals, by closing week").format(n=number)
    closing = (
        deals.filter(closes_on__isnull=False, currency=main)
        .order_by()
        .values(week=TruncWeek("closes_on"))
        .annotate(sum=likely)
        .order_by("week")
    )
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
        trend=tuple(row["sum"] for row in closing)[:WEEKS],
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


def _share(part: int, whole: int) -> Decimal | None:
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.1")) if whole else None


def _short(amount: Decimal, currency: str) -> str:
    sign = {"EUR": "€", "USD": "$", "GBP": "£"}.get(currency, f"{currency} ")
    for size, letter in ((Decimal(10**6), "M"), (Decimal(10**3), "k")):
        if amount >= size:
            return f"{sign}{amount / size:.2f}".rstrip("0").rstrip(".") + letter
    return f"{sign}{amount:.0f}"
