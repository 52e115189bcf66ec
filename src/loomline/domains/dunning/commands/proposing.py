"""Proposing letters, and changing what is proposed before it is sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.dunning import queries
from loomline.domains.dunning.commands import holding, reckoning
from loomline.domains.dunning.events import (
    InvoiceLeftOut,
    InvoicePutBack,
    ReminderDropped,
    RunClosed,
    RunProposed,
)
from loomline.domains.dunning.models import (
    DunningPolicy,
    DunningRun,
    Reminder,
    ReminderLine,
    ReminderState,
    RunState,
)
from loomline.domains.mail import queries as mail
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance, advance_all

BATCH = 1000


class NoPolicy(Refused):
    """Without a policy nobody knows when to remind."""

    says = _("There is no dunning policy. Write one under Settings, with at least one level.")


class NothingOverdue(Refused):
    """A run without letters is no run."""

    says = _("Nobody is due for a reminder as of {day}. Invoices in dispute, promised or just reminded rest.")


class ReasonMissing(Refused):
    """Those who read it later want to know."""

    says = _("Say why, for those who look at {number} later.")


class NotProposed(Refused):
    """What was sent or dropped stays as it is."""

    says = _("Reminder {number} is {state}; only a proposed one can be changed.")


class LeftOutAlready(Refused):
    """Once is enough."""

    says = _("{invoice} is left out of {number} already.")


class NotLeftOut(Refused):
    """Only what is out can come back."""

    says = _("{invoice} stands in {number} already.")


class Resting(Refused):
    """What rests is not reminded of."""

    says = _("{invoice} cannot be put back. {why}")


@command(label=_("Propose reminders"), icon="list-check", creates=DunningRun)
def propose_reminders(ctx: Ctx, *, note: str = "") -> DunningRun:
    """Look at all that is overdue and propose a letter to each customer; older proposals are dropped."""
    older = lock_all(DunningRun.objects.filter(state=RunState.OPEN))

    if not DunningPolicy.objects.filter(levels__isnull=False).exists():
        raise NoPolicy
    groups = [
        list(rows)
        for _key, rows in groupby(
            sorted(
                queries.candidates(on=ctx.today), key=lambda c: (c.invoice.customer_id, c.invoice.currency)
            ),
            key=lambda c: (c.invoice.customer_id, c.invoice.currency),
        )
    ]
    groups = [rows for rows in groups if _is_enough(rows)]
    if not groups:
        raise NothingOverdue(day=ctx.today)

    run: DunningRun = DunningRun.objects.create(on_day=ctx.today, proposed_by=ctx.actor, note=note)
    run.refresh_from_db(fields=["number"])
    for one in older:
        _close(ctx, one, reason=_t("Proposed again in {number}.").format(number=run.number))
    pairs = [_proposed(run, rows) for rows in groups]
    Reminder.objects.bulk_create([reminder for reminder, _lines in pairs], batch_size=BATCH)
    ReminderLine.objects.bulk_create([row for _one, lines in pairs for row in lines], batch_size=BATCH)

    ctx.emit(RunProposed(run_id=run.pk, number=run.number, on_day=run.on_day, reminders=len(pairs)))
    return run


@command(label=_("Leave out"), icon="eye-off")
def leave_out(ctx: Ctx, *, line: ReminderLine, reason: str) -> Reminder:
    """Take an invoice out of a proposed reminder and say why; the highest level of the rest decides."""
    reminder = _open(line)
    line = lock(line)

    if not reason.strip():
        raise ReasonMissing(number=reminder.number, at_field="reason")
    if line.is_left_out:
        raise LeftOutAlready(invoice=line.invoice, number=reminder.number)

    line.is_left_out, line.reason = True, reason.strip()[:200]
    line.save(update_fields=["is_left_out", "reason"])
    _reckon(ctx, [reminder])

    ctx.emit(InvoiceLeftOut(**told_of(reminder, [line]), invoice=str(line.invoice), reason=line.reason))
    return reminder


@command(label=_("Put back"), icon="arrow-back-up")
def put_back(ctx: Ctx, *, line: ReminderLine) -> Reminder:
    """Let an invoice that was left out stand in the reminder again, unless it rests."""
    reminder = _open(line)
    line = lock(line)

    if not line.is_left_out:
        raise NotLeftOut(invoice=line.invoice, number=reminder.number)
    why = queries.why_resting(invoice_ids=[line.invoice_id], on=ctx.today)
    if line.invoice_id in why:
        raise Resting(invoice=line.invoice, why=why[line.invoice_id])

    line.is_left_out, line.reason = False, ""
    line.open_amount = line.invoice.open_amount
    line.save(update_fields=["is_left_out", "reason", "open_amount"])
    _reckon(ctx, [reminder])

    ctx.emit(InvoicePutBack(**told_of(reminder, [line]), invoice=str(line.invoice)))
    return reminder


@command(move="drop", label=_("Drop"), icon="circle-x", danger=True)
def drop_reminders(ctx: Ctx, *, reminders: list[Reminder], reason: str) -> list[Reminder]:
    """Do not send these; their invoices are proposed again by the next run."""
    rows: list[Reminder] = lock_all(reminders)

    if not reason.strip():
        raise ReasonMissing(number=rows[0].number if rows else "", at_field="reason")

    _drop(ctx, rows, reason.strip()[:200])
    close_done(ctx, {row.run_id for row in rows})
    return rows


@command(move="close", label=_("Close"), icon="circle-check")
def close_run(ctx: Ctx, *, run: DunningRun) -> DunningRun:
    """Send no more of a run: what is still proposed is dropped."""
    run = lock(run)

    _close(ctx, run, reason=_t("The run was closed."))
    return run


@command(hidden=True)
def note_settled(ctx: Ctx, *, invoice_ids: list[int]) -> list[Reminder]:
    """Take what was paid or credited out of proposed reminders, and lift holds of who owes no more."""
    lines = ReminderLine.objects.filter(invoice__in=invoice_ids, is_left_out=False)
    waiting = lock_all(Reminder.objects.filter(pk__in=lines.values("reminder"), state=ReminderState.PROPOSED))

    reckoning.refresh(waiting, on=ctx.today)
    _reckon(ctx, waiting)
    holding.lift_settled(ctx, invoice_ids=invoice_ids)
    return waiting


def rest(ctx: Ctx, *, invoice_id: int) -> None:
    """Take an invoice out of the reminder that is proposed about it, because it rests from now on."""
    lines = ReminderLine.objects.filter(invoice=invoice_id, is_left_out=False)
    waiting = lock_all(Reminder.objects.filter(pk__in=lines.values("reminder"), state=ReminderState.PROPOSED))
    reckoning.refresh(waiting, on=ctx.today)
    _reckon(ctx, waiting)


def told_of(reminder: Reminder, lines: Sequence[ReminderLine]) -> dict[str, Any]:
    """What every event of a reminder names."""
    return {
        "reminder_id": reminder.pk,
        "number": reminder.number,
        "customer_id": reminder.customer_id,
        "customer": reminder.customer.name,
        "invoice_ids": tuple(line.invoice_id for line in lines),
    }


def close_done(ctx: Ctx, run_ids: Collection[int]) -> None:
    """Runs of which nothing waits any more are done."""
    runs = lock_all(DunningRun.objects.filter(pk__in=run_ids, state=RunState.OPEN))
    waiting = Reminder.objects.filter(run__in=runs, state=ReminderState.PROPOSED)
    open_ones = set(waiting.values_list("run", flat=True))
    for run in runs:
        if run.pk not in open_ones:
            _done(ctx, run)


def _close(ctx: Ctx, run: DunningRun, *, reason: str) -> None:
    _drop(ctx, lock_all(run.reminders.filter(state=ReminderState.PROPOSED)), reason)
    _done(ctx, run)


def _done(ctx: Ctx, run: DunningRun) -> None:
    advance(run, "close")
    sent = run.reminders.filter(state=ReminderState.SENT).count()
    ctx.emit(RunClosed(run_id=run.pk, number=run.number, sent=sent))


def _drop(ctx: Ctx, rows: Sequence[Reminder], reason: str) -> None:
    if not rows:
        return
    advance_all(list(rows), "drop", reason=reason)
    for row in rows:
        ctx.emit(ReminderDropped(**told_of(row, ()), reason=reason))


def _open(line: ReminderLine) -> Reminder:
    reminder: Reminder = lock(line.reminder)
    if reminder.state != ReminderState.PROPOSED:
        raise NotProposed(number=reminder.number, state=reminder.state.label.lower())
    return reminder


def _reckon(ctx: Ctx, reminders: Sequence[Reminder]) -> None:
    """Add up anew; a reminder of which nothing is left is dropped."""
    empty = reckoning.reckon(reminders)
    _drop(ctx, empty, _t("Nothing is left to remind of."))
    close_done(ctx, {row.run_id for row in empty})


def _is_enough(rows: Sequence[queries.Candidate]) -> bool:
    return sum(c.invoice.open_amount for c in rows) >= rows[0].rules.policy.minimum


def _proposed(run: DunningRun, rows: Sequence[queries.Candidate]) -> tuple[Reminder, list[ReminderLine]]:
    """A letter about all these invoices of one customer in one currency."""
    first = rows[0]
    customer = first.invoice.customer
    reminder = Reminder(
        run=run,
        customer=customer,
        currency=first.invoice.currency,
        on_day=run.on_day,
        pay_by=_pay_by(first.rules, run.on_day),
        send_to=customer.email or next(iter(mail.addressees(customer)), ""),
    )
    lines = [
        ReminderLine(
            reminder=reminder,
            invoice=c.invoice,
            level=c.level.level,
            days=c.days,
            open_amount=c.invoice.open_amount,
            interest_days=c.interest_days,
        )
        for c in rows
    ]
    reckoning.add_up(reminder, lines, first.rules)
    return reminder, lines


def _pay_by(rules: queries.Rules, on: date) -> date:
    return on + timedelta(days=rules.policy.pay_within)
