"""What stands on the accounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet

from loomline.domains.ledger.models import Account, JournalEntry, Period

ZERO = Decimal(0)

# Closed periods have their sums; the lines of the others are added up.
SUMS = """
SELECT s.account_id, p.id AS period_id, p.begins_on, s.debit, s.credit
FROM ledger_accountbalance s JOIN ledger_period p ON p.id = s.period_id AND p.state = 'closed'
UNION ALL
SELECT l.account_id, p.id, p.begins_on, sum(l.debit), sum(l.credit)
FROM ledger_period p JOIN ledger_journalline l ON l.period_id = p.id
WHERE p.state <> 'closed' GROUP BY l.account_id, p.id, p.begins_on
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One account in a trial balance: what stood on it, what came and went, what stands on it now."""

    account: Account
    before: Decimal
    debit: Decimal
    credit: Decimal

    @property
    def after(self) -> Decimal:
        """What stands on it at the end, a debit above zero."""
        return self.before + self.debit - self.credit


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored sum that is not that of the lines."""

    account_id: int
    period_id: int
    stored: Decimal
    in_journal: Decimal


FIRST_OPEN = """
SELECT * FROM ledger_period WHERE ends_on >= %s AND state = 'open' ORDER BY begins_on LIMIT 1 FOR KEY SHARE
"""


def first_open(*, day: date) -> Period | None:
    """The open period of a day, or the next open one after it. Nobody closes it before we are done."""
    for _again in range(2):
        # Who has waited for a closing finds nothing: the row that was open is so no more. Then look again.
        for period in Period.objects.raw(FIRST_OPEN, [day]):
            return period
    return None


def trial_balance(*, begins_on: date | None = None, ends_on: date | None = None) -> list[Row]:
    """All accounts with what stood on them before the first day, and what came and went up to the last.

    Days in the middle of a period are read from the journal, whole periods from their sums.
    """
    first, last = begins_on or date.min, ends_on or date.max
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH whole AS ("
            f" SELECT s.* FROM ({SUMS}) s JOIN ledger_period p ON p.id = s.period_id"
            "  WHERE NOT (%(first)s > p.begins_on AND %(first)s <= p.ends_on)"
            "  AND NOT (%(last)s >= p.begins_on AND %(last)s < p.ends_on) AND p.begins_on <= %(last)s"
            "), part AS ("
            " SELECT l.account_id, e.posted_on AS begins_on, l.debit, l.credit"
            " FROM ledger_period p JOIN ledger_journalentry e ON e.period_id = p.id"
            " JOIN ledger_journalline l ON l.entry_id = e.id"
            " WHERE ((%(first)s > p.begins_on AND %(first)s <= p.ends_on)"
            "  OR (%(last)s >= p.begins_on AND %(last)s < p.ends_on)) AND e.posted_on <= %(last)s"
            "), moved AS ("
            " SELECT account_id, begins_on, debit, credit FROM whole"
            " UNION ALL SELECT account_id, begins_on, debit, credit FROM part)"
            " SELECT account_id,"
            " coalesce(sum(debit - credit) FILTER (WHERE begins_on < %(first)s), 0),"
            " coalesce(sum(debit) FILTER (WHERE begins_on >= %(first)s), 0),"
            " coalesce(sum(credit) FILTER (WHERE begins_on >= %(first)s), 0)"
            " FROM moved GROUP BY account_id",
            {"first": first, "last": last},
        )
        sums = {account: rest for account, *rest in cursor.fetchall()}
    accounts = Account.objects.in_bulk(sums)
    rows = [Row(accounts[pk], *sums[pk]) for pk in sums]
    return sorted(rows, key=lambda row: row.account.code)


def balances(*, account_ids: Iterable[int] | None = None) -> dict[int, Decimal]:
    """What stands on accounts now, a debit above zero."""
    wanted = None if account_ids is None else list(account_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT account_id, sum(debit - credit) FROM ({SUMS}) s"
            " WHERE %(wanted)s::bigint[] IS NULL OR account_id = ANY(%(wanted)s::bigint[])"
            " GROUP BY account_id",
            {"wanted": wanted},
        )
        found: dict[int, Decimal] = dict(cursor.fetchall())
    return dict.fromkeys(wanted or (), ZERO) | found


def entries_of(*, kind: str, ids: Iterable[int]) -> QuerySet[JournalEntry]:
    """The entries that these records caused, oldest first."""
    return JournalEntry.objects.filter(origin_kind=kind, origin_id__in=list(ids)).order_by("pk")


TRUTH = """
SELECT l.account_id, l.period_id, sum(l.debit) AS debit, sum(l.credit) AS credit
FROM ledger_journalline l JOIN ledger_period p ON p.id = l.period_id
WHERE p.state = 'closed' GROUP BY 1, 2
"""


def compare_balances(*, limit: int = 1000) -> list[Difference]:
    """Where the sums of closed periods differ from the journal; empty when the books are right."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH truth AS ({TRUTH})"
            " SELECT coalesce(b.account_id, t.account_id), coalesce(b.period_id, t.period_id),"
            " coalesce(b.debit - b.credit, 0), coalesce(t.debit - t.credit, 0)"
            " FROM ledger_accountbalance b FULL JOIN truth t"
            " ON t.account_id = b.account_id AND t.period_id = b.period_id"
            " WHERE (b.debit, b.credit) IS DISTINCT FROM (t.debit, t.credit) ORDER BY 1, 2 LIMIT %s",
            [limit],
        )
        return [Difference(*row) for row in cursor.fetchall()]
