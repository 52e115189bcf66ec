"""What customers owe by age, as it was at the end of any day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.core.exceptions import EmptyResultSet
from django.db import connection

from loomline.domains.finance.models import Invoice, InvoiceKind, InvoiceState
from loomline.kernel import access
from loomline.kernel.context import Ctx

COLUMNS = "id", "customer_id", "currency", "due_on", "total"
# What was allocated and credited up to the day counts, whenever the invoice was settled.
BY_AGE = """
SELECT o.customer_id, p.name, o.currency,
    coalesce(sum(o.owed) FILTER (WHERE o.days <= 0), 0),
    coalesce(sum(o.owed) FILTER (WHERE o.days BETWEEN 1 AND 30), 0),
    coalesce(sum(o.owed) FILTER (WHERE o.days BETWEEN 31 AND 60), 0),
    coalesce(sum(o.owed) FILTER (WHERE o.days BETWEEN 61 AND 90), 0),
    coalesce(sum(o.owed) FILTER (WHERE o.days > 90), 0),
    max(o.days)
FROM (
    SELECT i.customer_id, i.currency, %(day)s::date - i.due_on AS days,
        i.total - coalesce(a.paid, 0) - coalesce(c.credited, 0) AS owed
    FROM ({rows}) i
    LEFT JOIN (SELECT invoice_id, sum(amount) AS paid FROM finance_paymentallocation
        WHERE at < %(end)s GROUP BY invoice_id) a ON a.invoice_id = i.id
    LEFT JOIN (SELECT credits_id, -sum(total) AS credited FROM finance_invoice
        WHERE kind = 'credit_note' AND issued_on <= %(day)s GROUP BY credits_id) c ON c.credits_id = i.id
) o JOIN parties_party p ON p.id = o.customer_id
WHERE o.owed <> 0
GROUP BY o.customer_id, p.name, o.currency ORDER BY p.name, o.customer_id, o.currency
"""


@dataclass(frozen=True)
class Ageing:
    """What one customer owes in one currency, by how many days it is overdue."""

    customer_id: int
    customer: str
    currency: str
    not_due: Decimal
    to_30: Decimal
    to_60: Decimal
    to_90: Decimal
    beyond: Decimal
    oldest: int

    @property
    def overdue(self) -> Decimal:
        """What should have been paid."""
        return self.to_30 + self.to_60 + self.to_90 + self.beyond

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.not_due + self.overdue


def ageing(ctx: Ctx, *, on: date, customer_id: int | None = None) -> list[Ageing]:
    """What is owed at the end of a day on the invoices that one may see, by customer. One statement."""
    rows = access.visible(ctx, Invoice).filter(kind=InvoiceKind.INVOICE, issued_on__lte=on)
    rows = rows.exclude(state=InvoiceState.DRAFT).order_by()
    if customer_id is not None:
        rows = rows.filter(customer=customer_id)
    if on >= ctx.today:
        # Of today, what is settled owes nothing: the index of the open ones is enough.
        rows = rows.filter(state=InvoiceState.POSTED)
    try:
        sql, given = rows.values(*COLUMNS).query.sql_with_params()
    except EmptyResultSet:
        return []
    values = {f"p{n}": value for n, value in enumerate(given)}
    end = datetime.combine(on + timedelta(days=1), time.min, ctx.company.zone)
    with connection.cursor() as cursor:
        text = BY_AGE.format(rows=sql % tuple(f"%({name})s" for name in values))
        cursor.execute(text, {**values, "day": on, "end": end})
        return [Ageing(*row) for row in cursor.fetchall()]
