"""What a reminder asks for, from the invoices that stand in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from loomline.domains.dunning import queries
from loomline.domains.dunning.models import Reminder, ReminderLine
from loomline.kernel.money import Money

ZERO = Decimal(0)


def add_up(reminder: Reminder, lines: Sequence[ReminderLine], rules: queries.Rules | None) -> bool:
    """Fill in level, fee, interest and total: the highest level decides. False when nothing is left."""
    held = [line for line in lines if not line.is_left_out]
    if not held:
        return False
    level = rules.level(max(line.level for line in held)) if rules is not None else None
    rate = level.interest_rate if level is not None else ZERO
    for line in lines:
        line.interest = (
            ZERO
            if line.is_left_out
            else queries.interest(
                open_amount=line.open_amount,
                rate=rate,
                days=line.interest_days,
                currency=reminder.currency,
            )
        )
    reminder.level = max(line.level for line in held)
    reminder.open_amount = sum((line.open_amount for line in held), ZERO)
    reminder.interest = sum((line.interest for line in held), ZERO)
    fee = level.fee if level is not None else ZERO
    reminder.fee = Money(fee, reminder.currency).rounded().amount
    reminder.total = reminder.open_amount + reminder.fee + reminder.interest
    return True


def refresh(reminders: Sequence[Reminder], *, on: date) -> None:
    """Bring the lines of proposed reminders to a day: what is settled or rests now is left out."""
    lines = list(
        ReminderLine.objects.filter(reminder__in=reminders, is_left_out=False).select_related(
            "reminder", "invoice"
        )
    )
    why = queries.why_resting(invoice_ids=[line.invoice_id for line in lines], on=on)
    for line in lines:
        passed = (on - line.reminder.on_day).days
        line.days, line.interest_days = line.days + passed, line.interest_days + passed
        line.open_amount = line.invoice.open_amount
        if line.invoice_id in why:
            line.is_left_out, line.reason = True, why[line.invoice_id]
    ReminderLine.objects.bulk_update(lines, ["days", "interest_days", "open_amount", "is_left_out", "reason"])
    for reminder in reminders:
        passed = (on - reminder.on_day).days
        reminder.on_day, reminder.pay_by = on, reminder.pay_by + timedelta(days=passed)
    Reminder.objects.bulk_update(reminders, ["on_day", "pay_by"])


def reckon(reminders: Sequence[Reminder]) -> list[Reminder]:
    """Add up reminders from their lines, and tell of which nothing is left."""
    if not reminders:
        return []
    rules = queries.rules_for(customers={row.customer_id for row in reminders})
    found: dict[int, list[ReminderLine]] = {row.pk: [] for row in reminders}
    for line in ReminderLine.objects.filter(reminder__in=reminders).order_by("pk"):
        found[line.reminder_id].append(line)
    left = [
        row for row in reminders if add_up(row, found[row.pk], rules.get(row.customer_id) or rules.get(None))
    ]
    lines = [line for row in left for line in found[row.pk]]
    ReminderLine.objects.bulk_update(lines, ["interest"])
    Reminder.objects.bulk_update(left, ["level", "open_amount", "fee", "interest", "total"])
    keys = {row.pk for row in left}
    return [row for row in reminders if row.pk not in keys]
