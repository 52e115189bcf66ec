"""Sending reminders: the letter is kept as it went out, and mailed."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from loomline.domains.dunning import ports, queries
from loomline.domains.dunning.commands import holding, proposing, reckoning
from loomline.domains.dunning.events import ReminderSent
from loomline.domains.dunning.models import Reminder, ReminderLine, ReminderState, SentReminder
from loomline.domains.finance.models import Invoice
from loomline.domains.mail import commands as mail
from loomline.domains.mail.commands import File
from loomline.domains.mail.commands.sending import AddressSuppressed
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock_all, lock_keys
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class NothingLeft(Refused):
    """A letter about nothing annoys."""

    says = _("Nothing in reminder {number} to {customer} is to be reminded of any more. Drop it.")


@command(move="send", label=_("Send"), icon="send")
def send_reminders(ctx: Ctx, *, reminders: list[Reminder]) -> list[Reminder]:
    """Send letters as they stand today: by e-mail where there is an address, else to be printed and posted.

    What was paid, credited, disputed or promised since it was proposed is left out.
    """
    rows: list[Reminder] = lock_all(reminders)
    about = ReminderLine.objects.filter(reminder__in=rows, is_left_out=False)
    # Held, so that nobody pays, disputes or reminds of the same invoice at the same moment.
    lock_keys(Invoice, sorted(set(about.values_list("invoice", flat=True))))

    for row in rows:
        if row.state != ReminderState.PROPOSED:
            raise proposing.NotProposed(number=row.number, state=row.state.label.lower())
    reckoning.refresh(rows, on=ctx.today)
    for row in reckoning.reckon(rows):
        raise NothingLeft(number=row.number, customer=row.customer)

    rules = queries.rules_for(customers={row.customer_id for row in rows})
    for row in rows:
        _send(ctx, row, rules.get(row.customer_id) or rules.get(None))
    proposing.close_done(ctx, {row.run_id for row in rows})
    return rows


def _send(ctx: Ctx, reminder: Reminder, rules: queries.Rules | None) -> None:
    lines = list(reminder.lines.filter(is_left_out=False).order_by("pk"))
    ReminderLine.objects.filter(pk__in=[line.pk for line in lines]).update(sent_on=ctx.today)
    advance(reminder, "send", sent_at=ctx.now, sent_by=ctx.actor)
    letter = ports.letter_of(ctx, reminder=reminder)
    SentReminder.objects.create(
        reminder=reminder,
        body=letter.body,
        sha256=hashlib.sha256(letter.body).hexdigest(),
        size=len(letter.body),
        language=letter.language,
        mailed_to=reminder.send_to,
        made_at=ctx.now,
    )
    if reminder.send_to:
        # Who wants no letters from us is still told what is owed.
        accepting = replace(ctx, accepted=ctx.accepted | {AddressSuppressed.__name__})
        mail.send_message(
            accepting,
            to=[reminder.send_to],
            subject=letter.subject,
            text=letter.text,
            attachments=[File(name=f"{reminder.number}.pdf", data=letter.body)],
            about=reminder,
        )
    hold_from = rules.policy.hold_from if rules is not None else None

    ctx.emit(
        ReminderSent(
            **proposing.told_of(reminder, lines),
            level=reminder.level,
            total=reminder.total,
            currency=reminder.currency,
            pay_by=reminder.pay_by,
        )
    )
    if hold_from is not None and reminder.level >= hold_from:
        holding.hold(ctx, reminder)
