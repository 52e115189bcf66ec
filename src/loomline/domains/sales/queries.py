"""Reading quotes and orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import (
    BigIntegerField,
    DecimalField,
    DurationField,
    ExpressionWrapper,
    F,
    Func,
    Q,
    QuerySet,
    Sum,
)

from loomline.domains.catalog.models import Item
from loomline.domains.pipeline import ports as pipeline
from loomline.domains.sales import ports
from loomline.domains.sales.models import (
    Delivery,
    Order,
    OrderLine,
    OrderRevision,
    OrderState,
    PromisedDay,
    Quote,
    QuoteLine,
    QuoteState,
)
from loomline.domains.sales.models.order import OPEN
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.money import Money
from loomline.kernel.prepared import AnyOf, Given, prepared

ZERO = Decimal(0)
TO_INVOICE = ExpressionWrapper(
    F("amount") * (F("quantity") - F("invoiced")) / F("quantity") * (1 + F("tax_rate")),
    output_field=DecimalField(max_digits=32, decimal_places=8),
)


class _Turn(Func):
    """Waits for whoever promises the same items at this moment, item by item in one order.

    A lock for each of many thousand items would be more than the server can hold: some items share one.
    """

    output_field = BigIntegerField()
    template = (
        "(SELECT count(pg_advisory_xact_lock(hashtext('loomline.promise'), keys.key)) FROM"
        " (SELECT DISTINCT mod(item_id, 256)::int AS key FROM sales_orderline"
        " WHERE order_id = ANY (%(expressions)s) ORDER BY 1) keys)"
    )


@prepared
def _lines_to_promise() -> QuerySet[OrderLine]:
    rows = OrderLine.objects.filter(AnyOf("order", "orders")).order_by("order_id", "position", "pk")
    rows = rows.select_related("order__customer__customer_terms", "order__site", "order__quote", "item")
    rows = rows.annotate(by_terms=ports.direct_by_terms(item="item"), turn=_Turn(Given("orders", many=True)))
    return rows.select_for_update(of=("self", "order"))


def lines_to_promise(*, order_ids: Iterable[int]) -> list[OrderLine]:
    """The lines of orders with all that confirming needs, locked with their orders in one statement.

    What is free is asked after it, so the last of something is promised once.
    """
    return _lines_to_promise(orders=list(order_ids))


def settle_delivery(*, lines: Iterable[OrderLine]) -> list[OrderLine]:
    """Put on lines that do not say it yet who brings them; returns those that suppliers bring.

    Only lines that were read without that cost a statement.
    """
    rows = list(lines)
    unsaid = [line for line in rows if not line.delivery]
    unread = {line.item_id for line in unsaid if not hasattr(line, "by_terms")}
    known = (
        Item.objects.filter(ports.direct_by_terms(item="pk"), pk__in=unread)
        if unread
        else Item.objects.none()
    )
    direct = set(known.values_list("pk", flat=True)) if unread else set()
    for line in unsaid:
        if getattr(line, "by_terms", line.item_id in direct):
            line.delivery = Delivery.DIRECT
    return [line for line in rows if line.is_direct]


@prepared
def _lines_of_orders() -> QuerySet[OrderLine]:
    orders = OrderLine.objects.filter(AnyOf("pk", "lines")).values("order_id")
    rows = OrderLine.objects.filter(order__in=orders).order_by("order_id", "position", "pk")
    return rows.select_related("order", "item").select_for_update(of=("self", "order"))


def lines_of_orders(*, line_ids: Iterable[int]) -> list[OrderLine]:
    """All lines of the orders that these lines belong to, locked with their orders in one statement."""
    return _lines_of_orders(lines=list(line_ids))


@prepared
def _lines_to_accept() -> QuerySet[QuoteLine]:
    rows = QuoteLine.objects.filter(quote=Given("quote")).order_by("position", "pk")
    joins = ("quote__customer__customer_terms", "quote__ship_to", "quote__opportunity")
    return rows.select_related(*joins).select_for_update(of=("self", "quote"))


def lines_to_accept(*, quote_id: int) -> list[QuoteLine]:
    """The lines of a quote with all that an order needs, locked together with the quote in one statement."""
    return _lines_to_accept(quote=quote_id)


def open_lines(*, item_ids: Iterable[int] | None = None, site_id: int | None = None) -> QuerySet[OrderLine]:
    """What is still to be delivered on confirmed orders."""
    rows = OrderLine.objects.filter(order__state__in=OPEN, shipped__lt=F("quantity"))
    if item_ids is not None:
        rows = rows.filter(item__in=set(item_ids))
    if site_id is not None:
        rows = rows.filter(order__site=site_id)
    return rows.select_related("order").order_by("expected_on", "pk")


def orders_at_risk(*, today: date) -> QuerySet[Order]:
    """Open orders expected after their promise or on no day, or that should have left; the latest first."""
    late = Q(expected_on__gt=F("promised_on")) | Q(expected_on__isnull=True) | Q(promised_on__lt=today)
    slip = ExpressionWrapper(F("expected_on") - F("promised_on"), output_field=DurationField())
    return Order.objects.filter(late, state__in=OPEN).annotate(slip=slip).order_by("-slip", "-total", "pk")


@prepared
def _uninvoiced() -> QuerySet[OrderLine, tuple[int, str, Decimal]]:
    rows = OrderLine.objects.filter(
        AnyOf("order__customer", "customers"),
        order__state__in=(*OPEN, OrderState.SHIPPED),
        invoiced__lt=F("quantity"),
    )
    return rows.order_by().values_list("order__customer", "order__currency").annotate(owed=Sum(TO_INVOICE))


def uninvoiced(*, customers: Iterable[int]) -> dict[int, dict[str, Decimal]]:
    """What customers have bought and not been asked for, tax included, by key and currency. One statement."""
    found: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for customer, currency, owed in _uninvoiced(customers=list(customers)):
        found[customer][currency] = owed
    return dict(found)


def exposures(ctx: Ctx, *, customers: Mapping[int, str]) -> dict[int, Money]:
    """What customers would owe if everything ordered were delivered today, each in the currency named.

    Amounts in a currency that has no rate count one to one: a limit is rather warned of than missed.
    """
    keys = list(customers)
    found: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for part in (uninvoiced(customers=keys), ports.receivables(customers=keys, on=ctx.today)):
        for customer, amounts in part.items():
            for currency, amount in amounts.items():
                found[customer][currency] += amount
    made = {}
    for customer, into in customers.items():
        amounts = found[customer]
        foreign = [currency for currency in amounts if currency != into]
        rates = pipeline.exchange_rates(currencies=foreign, into=into, on=ctx.today) if foreign else {}
        total = sum((amount * rates.get(currency, 1) for currency, amount in amounts.items()), ZERO)
        made[customer] = Money(total, into).rounded()
    return made


def converted(ctx: Ctx, *, amount: Decimal, currency: str, into: str) -> Money:
    """An amount in another currency at today's rate; one to one where there is none."""
    rates = (
        pipeline.exchange_rates(currencies=[currency], into=into, on=ctx.today) if currency != into else {}
    )
    return Money(amount * rates.get(currency, 1), into).rounded()


def exposure(ctx: Ctx, *, customer_id: int, currency: str) -> Money:
    """What one customer would owe if everything ordered were delivered today."""
    return exposures(ctx, customers={customer_id: currency})[customer_id]


def quotes_over(*, today: date) -> QuerySet[Quote]:
    """Sent quotes whose last day has passed."""
    return Quote.objects.filter(state=QuoteState.SENT, valid_until__lt=today).order_by("pk")


def bought_through(*, opportunity_id: int) -> Order | None:
    """The first order of an opportunity that was not cancelled, with the quote it was accepted from."""
    rows = Order.objects.filter(opportunity=opportunity_id).exclude(state=OrderState.CANCELLED)
    return rows.select_related("quote").order_by("pk").first()


def versions(*, quote: Quote) -> list[Quote]:
    """All versions of a quote, the first one first. Costs one statement."""
    base = quote.base_number
    rows = Quote.objects.filter(
        Q(number=base) | Q(number__startswith=f"{base}-v"), customer=quote.customer_id
    )
    return list(rows.order_by("version"))


@dataclass(frozen=True)
class Difference:
    """What differs in one place between two versions; `before` or `after` is empty when it is new or gone."""

    where: str
    what: str
    before: str
    after: str


COMPARED = (
    *("quantity", "price", "discount", "tax_rate", "amount", "wanted_on", "promised_on"),
    *("is_optional", "alternative_of"),
)


def chosen_lines(*, lines: Iterable[QuoteLine], taken: Collection[int]) -> list[QuoteLine]:
    """What is bought of an offer: the lines of the sum, options, alternatives in place of theirs."""
    offered = list(lines)
    replaced = {line.alternative_of for line in offered if line.pk in taken}
    return [line for line in offered if (line.position not in replaced if line.is_firm else line.pk in taken)]


def compare_quotes(*, old: Quote, new: Quote) -> list[Difference]:
    """Two versions of a quote line by line, then their sums. Costs two statements."""
    before = _lines_by_place(old)
    after = _lines_by_place(new)
    found = []
    for place in dict.fromkeys((*before, *after)):
        found += _compare(place[0], before.get(place), after.get(place))
    for name in ("valid_until", "freight", "net", "tax", "total"):
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            found.append(Difference(where="", what=name, before=_plain(was), after=_plain(now)))
    return found


def _lines_by_place(quote: Quote) -> dict[tuple[str, int], QuoteLine]:
    """Lines by item and by how many lines of the same item stand before them."""
    seen: dict[str, int] = defaultdict(int)
    found = {}
    for line in quote.lines.select_related("item").order_by("position", "pk"):
        found[line.item.sku, seen[line.item.sku]] = line
        seen[line.item.sku] += 1
    return found


def _compare(where: str, old: QuoteLine | None, new: QuoteLine | None) -> list[Difference]:
    if old is None or new is None:
        line = old or new
        amount = _plain(line.amount) if line else ""
        return [
            Difference(where=where, what="line", before=amount if old else "", after=amount if new else "")
        ]
    return [
        Difference(
            where=where, what=name, before=_plain(getattr(old, name)), after=_plain(getattr(new, name))
        )
        for name in COMPARED
        if getattr(old, name) != getattr(new, name)
    ]


def compare_revisions(*, order: Order, old: int, new: int) -> list[str]:
    """What the amendments after revision `old` up to `new` changed, in their order. Costs one statement."""
    rows = OrderRevision.objects.filter(order=order, revision__gt=old, revision__lte=new).order_by("revision")
    return [
        str(sentence)
        for differences in rows.values_list("differences", flat=True)
        for sentence in differences
    ]


def punctuality(*, starts_on: date, ends_on: date) -> tuple[int, int]:
    """Of the orders promised for [starts_on, ends_on): how many kept their promise, of how many."""
    due = Order.objects.filter(promised_on__gte=starts_on, promised_on__lt=ends_on).exclude(
        state__in=(OrderState.DRAFT, OrderState.CANCELLED)
    )
    kept = due.filter(shipped_at__date__lte=F("promised_on"))
    return kept.count(), due.count()


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)


def by_order(lines: Sequence[OrderLine]) -> dict[int, list[OrderLine]]:
    """Lines by their order, in the order they came."""
    found: dict[int, list[OrderLine]] = defaultdict(list)
    for line in lines:
        found[line.order_id].append(line)
    return dict(found)


PROMISED = (*OPEN, OrderState.SHIPPED, OrderState.CLOSED)
# What the rows of promised days must add up to.
PROMISED_TRUTH = """
SELECT i.supply, l.promised_on AS day, sum(l.quantity) AS quantity
FROM sales_orderline l JOIN sales_order o ON o.id = l.order_id JOIN catalog_item i ON i.id = l.item_id
WHERE l.promised_on IS NOT NULL AND sales_is_promised(o.state) GROUP BY 1, 2
"""


def promised_by_day(ctx: Ctx, *, supply: str, starts_on: date, ends_on: date) -> dict[date, Decimal]:
    """What is promised for each day in [starts_on, ends_on), of the orders that the actor may see.

    Whoever sees all reads what the database has added up already.
    """
    rows = access.visible(ctx, OrderLine)
    if rows.query.where:
        lines = rows.filter(order__state__in=PROMISED, item__supply=supply)
        lines = lines.filter(promised_on__gte=starts_on, promised_on__lt=ends_on).order_by()
        return dict(lines.values_list("promised_on").annotate(Sum("quantity")))
    days = PromisedDay.objects.filter(supply=supply, day__gte=starts_on, day__lt=ends_on).order_by()
    return dict(days.values_list("day").annotate(Sum("quantity")))


def compare_promised_days(*, limit: int = 1000) -> list[tuple[str, date, Decimal, Decimal]]:
    """Supply, day, what is kept and what the lines say, wherever these differ."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH truth AS ({PROMISED_TRUTH}), kept AS (SELECT supply, day, sum(quantity) AS quantity"
            " FROM sales_promisedday GROUP BY 1, 2)"
            " SELECT supply, day, coalesce(k.quantity, 0), coalesce(t.quantity, 0)"
            " FROM kept k FULL JOIN truth t USING (supply, day)"
            " WHERE coalesce(k.quantity, 0) <> coalesce(t.quantity, 0) ORDER BY 2, 1 LIMIT %s",
            [limit],
        )
        return [tuple(row) for row in cursor.fetchall()]
