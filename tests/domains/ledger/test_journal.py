"""The journal takes whole entries only, whoever writes; a closed period takes nothing at all."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from loomline.domains.ledger import commands as ledger
from loomline.domains.ledger import jobs, queries
from loomline.domains.ledger.models import (
    Account,
    AccountBalance,
    AccountKind,
    JournalEntry,
    JournalLine,
    Period,
    PeriodState,
)
from loomline.kernel.context import Ctx
from loomline.kernel.job import perform

D = Decimal
DAY = date(2026, 10, 12)


@pytest.fixture
def cash(ctx: Ctx) -> Account:
    return ledger.add_account(ctx, code="1000", name="Bank", kind=AccountKind.ASSET)


@pytest.fixture
def sales(ctx: Ctx) -> Account:
    return ledger.add_account(ctx, code="4000", name="Sales", kind=AccountKind.INCOME)


def post(ctx: Ctx, cash: Account, sales: Account, amount: str = "100", on: date = DAY) -> JournalEntry:
    return ledger.post_journal(
        ctx,
        posted_on=on,
        text="Sold over the counter",
        lines=[
            ledger.JournalLineDraft(account=cash, debit=D(amount)),
            ledger.JournalLineDraft(account=sales, credit=D(amount)),
        ],
    )


def test_an_entry_is_posted_in_the_month_of_its_day(ctx: Ctx, cash: Account, sales: Account) -> None:
    entry = post(ctx, cash, sales)
    assert (entry.period.name, entry.amount) == ("2026-10", D(100))
    lines = JournalLine.objects.filter(entry=entry).order_by("pk").values_list("account", "debit", "credit")
    assert list(lines) == [(cash.pk, D(100), D(0)), (sales.pk, D(0), D(100))]


def test_an_uneven_entry_is_refused_with_what_is_missing(ctx: Ctx, cash: Account, sales: Account) -> None:
    with pytest.raises(ledger.EntryUneven, match=r"20(\.00)? is missing"):
        ledger.post_journal(
            ctx,
            posted_on=DAY,
            text="Wrong",
            lines=[
                ledger.JournalLineDraft(account=cash, debit=D(100)),
                ledger.JournalLineDraft(account=sales, credit=D(80)),
            ],
        )
    assert not JournalEntry.objects.exists()


def test_nobody_posts_to_a_control_account_by_hand(ctx: Ctx, cash: Account, sales: Account) -> None:
    Account.objects.filter(pk=cash.pk).update(is_control=True)
    cash.refresh_from_db()
    with pytest.raises(ledger.ControlAccount, match="1000 Bank"):
        post(ctx, cash, sales)


def test_the_database_itself_refuses_an_uneven_entry(ctx: Ctx, cash: Account, sales: Account) -> None:
    entry = post(ctx, cash, sales)
    with connection.cursor() as cursor, transaction.atomic():
        JournalLine.objects.create(entry=entry, period_id=entry.period_id, account=cash, debit=D(5))
        with pytest.raises(IntegrityError, match="differ by 5"), transaction.atomic():
            cursor.execute("SET CONSTRAINTS ledger_entry_even IMMEDIATE")
        transaction.set_rollback(True)
    assert JournalLine.objects.count() == 2


def test_lines_are_never_changed(ctx: Ctx, cash: Account, sales: Account) -> None:
    post(ctx, cash, sales)
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        JournalLine.objects.update(text="other")


def test_a_reversal_is_the_opposite_entry(ctx: Ctx, cash: Account, sales: Account) -> None:
    entry = post(ctx, cash, sales)
    back = ledger.reverse_entry(ctx, entry=entry, reason="never paid")
    assert (back.reverses_id, back.posted_on) == (entry.pk, DAY)
    assert queries.balances(account_ids=[cash.pk, sales.pk]) == {cash.pk: D(0), sales.pk: D(0)}
    with pytest.raises(ledger.ReversedBefore):
        ledger.reverse_entry(ctx, entry=entry, reason="again")


def test_a_closed_period_takes_no_entry_and_no_change(ctx: Ctx, cash: Account, sales: Account) -> None:
    entry = post(ctx, cash, sales)
    period = ledger.close_period(ctx, period=entry.period)
    with pytest.raises(ledger.PeriodShut, match="2026-10"):
        post(ctx, cash, sales)
    with pytest.raises(IntegrityError, match="closed period"), transaction.atomic():
        JournalEntry.objects.create(
            posted_on=DAY, period=period, happened_on=DAY, recorded_at=ctx.now, amount=D(1)
        )
    with pytest.raises(IntegrityError, match="closed period"), transaction.atomic():
        Period.objects.filter(pk=period.pk).update(state=PeriodState.OPEN)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL loomline.undo = 'on'")
        with pytest.raises(IntegrityError, match="closed period"), transaction.atomic():
            cursor.execute("DELETE FROM ledger_journalentry")


def test_what_follows_from_documents_goes_to_the_next_open_period(
    ctx: Ctx, cash: Account, sales: Account
) -> None:
    entry = post(ctx, cash, sales)
    ledger.close_period(ctx, period=entry.period)
    draft = ledger.EntryDraft(
        lines=[
            ledger.LineDraft(account_id=cash.pk, amount=D(7)),
            ledger.LineDraft(account_id=sales.pk, amount=D(-7)),
        ],
        happened_on=DAY,
    )
    [late] = ledger.post_entries(ctx, entries=[draft])
    assert (str(late.posted_on), late.happened_on) == ("2026-11-01", DAY)


def test_while_a_period_is_closing_only_hands_write_to_it(ctx: Ctx, cash: Account, sales: Account) -> None:
    entry = post(ctx, cash, sales)
    period = ledger.begin_closing(ctx, period=entry.period)
    assert post(ctx, cash, sales).period_id == period.pk
    draft = ledger.EntryDraft(
        lines=[
            ledger.LineDraft(account_id=cash.pk, amount=D(7)),
            ledger.LineDraft(account_id=sales.pk, amount=D(-7)),
        ],
        happened_on=DAY,
    )
    [late] = ledger.post_entries(ctx, entries=[draft])
    assert late.posted_on == date(2026, 11, 1)
    ledger.reopen_period(ctx, period=period, reason="a receipt was missing")
    [back] = ledger.post_entries(ctx, entries=[draft])
    assert back.posted_on == DAY


def test_periods_are_closed_in_order_and_when_they_are_over(ctx: Ctx, cash: Account, sales: Account) -> None:
    first, second = post(ctx, cash, sales), post(ctx, cash, sales, on=date(2026, 11, 5))
    with pytest.raises(ledger.NotOverYet):
        ledger.close_period(ctx, period=second.period)
    later = ctx.at(ctx.now.replace(month=12))
    with pytest.raises(ledger.EarlierOpen, match="2026-10 is still open"):
        ledger.close_period(later, period=second.period)
    ledger.close_period(later, period=first.period)
    ledger.close_period(later, period=second.period)
    assert set(Period.objects.values_list("state", flat=True)) == {"closed"}


def test_the_trial_balance_adds_up_closed_and_open_periods(ctx: Ctx, cash: Account, sales: Account) -> None:
    october = post(ctx, cash, sales, "100")
    post(ctx, cash, sales, "40", on=date(2026, 10, 30))
    post(ctx, cash, sales, "7", on=date(2026, 11, 5))
    whole = [
        (row.account.code, row.before, row.debit, row.credit, row.after) for row in queries.trial_balance()
    ]
    assert whole == [
        ("1000", D(0), D(147), D(0), D(147)),
        ("4000", D(0), D(0), D(147), D(-147)),
    ]
    ledger.close_period(ctx, period=october.period)
    assert AccountBalance.objects.count() == 2
    assert [
        (row.account.code, row.before, row.debit, row.credit, row.after) for row in queries.trial_balance()
    ] == whole
    part = queries.trial_balance(begins_on=date(2026, 10, 20), ends_on=date(2026, 11, 30))
    assert [(row.before, row.debit, row.credit) for row in part] == [
        (D(100), D(47), D(0)),
        (D(-100), D(0), D(47)),
    ]


def test_the_nightly_proof_finds_a_wrong_sum_and_rebuilding_mends_it(
    ctx: Ctx, cash: Account, sales: Account
) -> None:
    entry = post(ctx, cash, sales)
    ledger.close_period(ctx, period=entry.period)
    assert perform(jobs.compare_balances.start(ctx)).state == "done"
    AccountBalance.objects.filter(account=cash).update(debit=D(99))
    assert perform(jobs.compare_balances.start(ctx)).state == "failed"
    assert perform(jobs.rebuild_balances.start(ctx)).result == {"corrected": 1}
    assert queries.compare_balances() == []
