"""The figures over the page of a party: each domain tells its own, in one statement for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models.expressions import RawSQL

from loomline.domains.finance.models import Invoice
from loomline.domains.ledger import queries as ledger
from loomline.domains.parties import ports as parties
from loomline.domains.parties import queries as people
from loomline.domains.parties.models import Party
from loomline.domains.payables.models import SupplierCredit, SupplierInvoice
from loomline.domains.pipeline.models import Opportunity
from loomline.domains.promises.models import Promise
from loomline.domains.sales.models import Order
from loomline.flows.customer_health import health_of
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.port import fill
from loomline.kernel.prepared import fetch

YEAR = 365
ZERO = Decimal(0)
NAMES = "part", "whose", "code", "day", "one", "two", "count", "late", "text"
# Each reads the rows that the person asking may see: columns, then what is told of them.
PARTS: tuple[tuple[Any, str, str, str], ...] = (
    (
        *(Order, "customer", "customer_id currency total state ordered_on"),
        "SELECT 'sold', customer_id, currency, ordered_on, sum(total), 0::numeric, count(*), 0, ''"
        " FROM ({rows}) r WHERE state IN ('confirmed', 'part_shipped', 'shipped', 'closed')"
        " AND ordered_on > %(today)s::date - 1095 GROUP BY 2, 3, 4",
    ),
    (
        *(Order, "customer", "state promised_on"),
        "SELECT 'open', 0, '', min(promised_on), 0, 0, count(*),"
        " count(*) FILTER (WHERE promised_on < %(today)s), '' FROM ({rows}) r"
        " WHERE state IN ('confirmed', 'part_shipped')",
    ),
    (
        *(Invoice, "customer", "currency kind state due_on total paid credited"),
        "SELECT 'owed', 0, currency, NULL, sum(total - paid - credited),"
        " coalesce(sum(total - paid - credited) FILTER (WHERE due_on < %(today)s), 0), count(*), 0, ''"
        " FROM ({rows}) r WHERE kind = 'invoice' AND state = 'posted' GROUP BY currency",
    ),
    (
        *(SupplierInvoice, "supplier", "currency state total credited"),
        "SELECT 'payable', 0, currency, NULL, sum(total - credited), 0, count(*), 0, '' FROM ({rows}) r"
        " WHERE state = 'approved' GROUP BY currency",
    ),
    (
        *(SupplierCredit, "supplier", "currency state total applied"),
        "SELECT 'payable', 0, currency, NULL, sum(applied - total), 0, count(*), 0, '' FROM ({rows}) r"
        " WHERE state = 'open' GROUP BY currency",
    ),
    (
        *(Opportunity, "party", "currency state amount"),
        "SELECT 'deals', 0, currency, NULL, sum(amount), 0, count(*), 0, '' FROM ({rows}) r"
        " WHERE state = 'open' GROUP BY currency",
    ),
    (
        *(Opportunity, "party", "id state next_step next_step_on"),
        "(SELECT 'step', id, '', next_step_on, 0, 0, 0, 0, next_step FROM ({rows}) r"
        " WHERE state = 'open' AND next_step <> '' ORDER BY next_step_on NULLS LAST, id LIMIT 1)",
    ),
    (
        *(Promise, "customer", "first_id binds withdrawn_on due_on kept_on"),
        "SELECT 'kept', 0, '', NULL, 0, 0, count(*) FILTER (WHERE least(due_on + 1, kept_on) <= %(today)s),"
        " count(*) FILTER (WHERE kept_on <= %(today)s AND kept_on <= due_on), '' FROM ({rows}) r"
        " WHERE first_id IS NULL AND binds AND withdrawn_on IS NULL AND due_on >= %(today)s::date - 365",
    ),
)
Rows = list[dict[str, Any]]
Rates = Mapping[str, Decimal]


@fill(parties.summary)
def summary(ctx: Ctx, *, party: Party) -> parties.Summary | None:
    """How it stands with a party and all that belong to it, as far as the person asking may see."""
    found = _told(ctx, people.kin_of(party=party))
    if not any(row["count"] or row["text"] for rows in found.values() for row in rows):
        return None
    codes = {row["code"] for rows in found.values() for row in rows if row["code"]}
    own = ctx.company.currency
    foreign = ledger.exchange_rates(currencies=codes - {own}, into=own, on=ctx.today) if codes - {own} else {}
    rates = {own: Decimal(1), **foreign}
    year = [row for row in found["sold"] if (ctx.today - row["day"]).days <= YEAR]
    alone = [row for row in year if row["whose"] == party.pk]
    standing, step, kept = (next(iter(found[part]), None) for part in ("open", "step", "kept"))
    owed, overdue = _sum(found, "owed", rates), _sum(found, "owed", rates, "two") or ZERO
    days = [(row["day"], row["one"] * rates[row["code"]]) for row in found["sold"] if row["code"] in rates]
    score, drivers = health_of(
        days,
        overdue=overdue / owed if owed else None,
        late=Decimal(standing["late"]) / standing["count"] if standing and standing["count"] else None,
        today=ctx.today,
    )
    return parties.Summary(
        sold=_added(year, rates) if "sold" in found else None,
        sold_alone=_added(alone, rates) if len(alone) < len(year) else None,
        promises=standing["count"] if standing else None,
        late=standing["late"] if standing else 0,
        promises_due=kept["count"] if kept else 0,
        promises_kept=kept["late"] if kept else 0,
        next_promise_on=standing["day"] if standing else None,
        owed=owed,
        overdue=overdue,
        payable=_sum(found, "payable", rates),
        deals=_sum(found, "deals", rates),
        next_step=step["text"] if step else "",
        next_step_on=step["day"] if step else None,
        deal_id=step["whose"] if step else None,
        health=score,
        drivers=drivers,
        left_out=tuple(sorted(codes - rates.keys())),
    )


def _told(ctx: Ctx, kin: RawSQL) -> dict[str, Rows]:
    """The rows of each part; a part that may not be seen is missing."""
    found: dict[str, Rows] = defaultdict(list)
    texts: list[str] = []
    values: dict[str, Any] = {"today": ctx.today}
    for number, (model, path, columns, text) in enumerate(PARTS):
        rows = access.visible(ctx, model).filter(**{f"{path}__in": kin}).order_by().values(*columns.split())
        try:
            sql, given = rows.query.sql_with_params()
        except EmptyResultSet:
            continue
        names = [f"p{number}_{n}" for n in range(len(given))]
        values |= dict(zip(names, given, strict=True))
        texts.append(text.format(rows=sql % tuple(f"%({name})s" for name in names)))
        found[text.split("'")[1]] = []
    if texts:
        for row in fetch(" UNION ALL ".join(texts), values):
            found[row[0]].append(dict(zip(NAMES, row, strict=True)))
    return found


def _sum(found: Mapping[str, Rows], part: str, rates: Rates, name: str = "one") -> Decimal | None:
    return _added(found[part], rates, name) if part in found else None


def _added(rows: Iterable[Mapping[str, Any]], rates: Rates, name: str = "one") -> Decimal:
    return sum((row[name] * rates[row["code"]] for row in rows if row["code"] in rates), ZERO)
