"""Periods: opened as days come, closed for good in order."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from django.db import connection
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from loomline.domains.ledger import ports, queries
from loomline.domains.ledger.events import PeriodClosed, PeriodClosing, PeriodReopened
from loomline.domains.ledger.models import AccountBalance, JournalEntry, Period, PeriodState
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class EarlierOpen(Refused):
    """Periods are closed in order."""

    says = _("{earlier} is still {state}. Close it first: periods are closed in order.")


class MattersOpen(Refused):
    """Somebody has yet to write to the period."""

    says = _("{period} cannot be closed yet: {matters}.")


class NotOverYet(Refused):
    """A period lasts to its last day."""

    says = _("{period} lasts until {day}. It can be closed on the day after.")


class BooksClosed(Refused):
    """Nothing is put between or before closed periods."""

    says = _("The books are closed up to {day}. A period can only be added after that.")


@command(creates=Period, label=_("Add a period"), icon="plus")
def add_period(ctx: Ctx, *, name: str, begins_on: date, ends_on: date) -> Period:
    """Set the days of a period that is no calendar month."""
    shut = Period.objects.exclude(state=PeriodState.OPEN).filter(ends_on__gte=begins_on).first()
    if shut is not None:
        raise BooksClosed(day=shut.ends_on, at_field="begins_on")

    return Period.objects.create(name=name, begins_on=begins_on, ends_on=ends_on)


@command(move="begin_closing", label=_("Begin closing"), icon="hourglass")
def begin_closing(ctx: Ctx, *, period: Period) -> Period:
    """Let only entries by hand into a period; goods are posted to the next one."""
    ports.before_closing(ctx, period=period)
    period = _locked(period)

    _refuse_unfinished(ctx, period)
    _refuse_matters(ctx, period)

    advance(period, "begin_closing")

    ctx.emit(PeriodClosing(period_id=period.pk, period=str(period)))
    return period


@command(move="reopen", label=_("Open again"), icon="lock-open")
def reopen_period(ctx: Ctx, *, period: Period, reason: str) -> Period:
    """Let everything into a period again that was being closed."""
    period = _locked(period)

    advance(period, "reopen")

    ctx.emit(PeriodReopened(period_id=period.pk, period=str(period), reason=reason))
    return period


@command(move="close", label=_("Close for good"), icon="lock", danger=True)
def close_period(ctx: Ctx, *, period: Period) -> Period:
    """Shut the books of a period: nothing in it changes ever again."""
    ports.before_closing(ctx, period=period)
    period = _locked(period)

    _refuse_unfinished(ctx, period)
    earlier = Period.objects.filter(begins_on__lt=period.begins_on).exclude(state=PeriodState.CLOSED)
    first = earlier.order_by("begins_on").first()
    if first is not None:
        raise EarlierOpen(earlier=first, state=str(first.state.label).lower())
    _refuse_matters(ctx, period)

    advance(period, "close", closed_at=ctx.now)
    _sum_up([period.pk])

    entries = JournalEntry.objects.filter(period=period)
    ctx.emit(
        PeriodClosed(
            period_id=period.pk,
            period=str(period),
            entries=entries.count(),
            turnover=entries.aggregate(total=Sum("amount", default=0))["total"],
            currency=ctx.company.currency,
        )
    )
    return period


@command(hidden=True)
def rebuild_balances(ctx: Ctx) -> int:
    """Write the sums of closed periods anew from the journal. Returns how many were wrong."""
    wrong = queries.compare_balances(limit=1_000_000)
    AccountBalance.objects.filter(period__in={found.period_id for found in wrong}).delete()
    _sum_up(sorted({found.period_id for found in wrong}))
    return len(wrong)


def period_of(ctx: Ctx, *, day: date) -> tuple[Period, date]:
    """Where a fact of this day is posted: its own period while that is open, else the first open one's
    first day. Months are opened as their days come.
    """
    found = queries.first_open(day=day)
    if found is not None and found.begins_on <= day:
        return found, day
    shut = Period.objects.exclude(state=PeriodState.OPEN).filter(ends_on__gte=day)
    last = shut.order_by("-ends_on").first()
    if last is None:
        return _open_month(day), day
    found = queries.first_open(day=last.ends_on) or _open_month(last.ends_on + timedelta(days=1))
    return found, found.begins_on


def _open_month(day: date) -> Period:
    """The month of a day, as far as no other period has its days."""
    begins = day.replace(day=1)
    ends = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    before = Period.objects.filter(ends_on__gte=begins, ends_on__lt=day).order_by("-ends_on").first()
    after = Period.objects.filter(begins_on__lte=ends, begins_on__gt=day).order_by("begins_on").first()
    begins = before.ends_on + timedelta(days=1) if before else begins
    ends = after.begins_on - timedelta(days=1) if after else ends
    name = f"{day:%Y-%m}" if before is None and after is None else f"{begins} – {ends}"
    with connection.cursor() as cursor:
        # Two commands may meet on the first of a month: the second takes what the first has made.
        cursor.execute(
            "INSERT INTO ledger_period (name, begins_on, ends_on, state) VALUES (%s, %s, %s, 'open')"
            " ON CONFLICT DO NOTHING",
            [name, begins, ends],
        )
    return Period.objects.get(begins_on__lte=day, ends_on__gte=day)


def _locked(period: Period) -> Period:
    """The period, when everybody who is posting to it has committed."""
    return lock(period)


def _refuse_unfinished(ctx: Ctx, period: Period) -> None:
    if period.ends_on >= ctx.today:
        raise NotOverYet(period=period, day=period.ends_on)


def _refuse_matters(ctx: Ctx, period: Period) -> None:
    matters = ports.open_matters(ctx, period=period)
    if matters:
        raise MattersOpen(period=period, matters="; ".join(matters))


def _sum_up(period_ids: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_accountbalance (account_id, period_id, debit, credit)"
            " SELECT account_id, period_id, sum(debit), sum(credit) FROM ledger_journalline"
            " WHERE period_id = ANY(%s) GROUP BY 1, 2",
            [period_ids],
        )
