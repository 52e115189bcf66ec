"""Three customers pay late: reminders, a dispute, a promise, and one who gets nothing more on credit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from loomline.domains.dunning import commands as dunning
from loomline.domains.dunning import queries
from loomline.domains.dunning.models import CreditHold, DunningPolicy, Reminder, ReminderState
from loomline.domains.finance.models import Invoice, InvoiceState
from loomline_demo.halden import Halden
from loomline_demo.selling import keep
from loomline_demo.story import DAY

LATE = ("Wolfe & Daughters", "Bramble Kids", "Harbour & Pine")
# Days of the story: the dispute comes between the first letter and the second.
FIRST, DISPUTE, SECOND = 71, 78, 85
LEVELS = ((1, 5, "0", "0"), (2, 20, "5", "0.08"), (3, 40, "15", "0.08"))
# A key account is given more time, and asked for nothing more.
PATIENT = ((1, 10, "0", "0"), (2, 30, "0", "0"))
TEXTS = (
    (
        *(1, "Payment reminder"),
        "This may have crossed with your payment: the invoices below are open.",
        "Please pay {total} by {day} and name {number} as the reference. If you have paid in the meantime,"
        " please take this letter as done.",
    ),
    (
        *(2, "Second reminder"),
        "We have reminded you before, and the invoices below are still open.",
        "Please pay {total} by {day}. Until then we deliver against payment in advance only.",
    ),
    (
        *(3, "Final reminder"),
        "The invoices below are long overdue, and our reminders have had no answer.",
        "If {total} is not with us by {day}, we hand the matter to our lawyers.",
    ),
)


def opens(halden: Halden) -> None:
    """How Halden reminds, who pays late, and what comes of it."""
    texts = [
        {
            "level": level,
            "language": "en",
            "title": title,
            "opening": opening,
            "closing": closing,
        }
        for level, title, opening, closing in TEXTS
    ]
    lines = {"levels": _levels(LEVELS), "texts": texts}
    keep(halden.s, DunningPolicy(), lines, minimum=Decimal(50), hold_from=2)
    key_account = halden.customers["Harbour & Pine"]
    keep(halden.s, DunningPolicy(), {"levels": _levels(PATIENT)}, customer=key_account, grace_days=7)
    halden.days.late = {halden.customers[name].pk for name in LATE}
    halden.s.on(FIRST, lambda: _send(halden))
    halden.s.on(DISPUTE, lambda: _disputed(halden))
    halden.s.on(SECOND, lambda: _send(halden))


def ends(halden: Halden) -> None:
    """One invoice is promised; a run waits for somebody to look at it."""
    overdue = _overdue(halden, "Harbour & Pine")
    if len(overdue) > 1:
        dunning.promise_payment(
            halden.s.by("finance"),
            invoice=overdue[-1],
            pay_by=halden.s.today + 5 * DAY,
            note="Owen Price by telephone",
        )
    dunning.propose_reminders(halden.s.by("finance"), note="Before the month closes")


def proves(halden: Halden) -> None:
    """Who was reminded twice is on hold, who disputes was reminded once, and all that is owed has an age."""
    expect = halden.s.expect
    held = CreditHold.objects.get()
    expect(held.customer == halden.customers["Wolfe & Daughters"], "who did not answer is on credit hold")
    sent = Reminder.objects.filter(state=ReminderState.SENT)
    disputed = sent.filter(customer=halden.customers["Bramble Kids"])
    expect(disputed.count() == 1, "who disputes was reminded once")
    expect(Reminder.objects.filter(state=ReminderState.PROPOSED).exists(), "letters wait to be sent")
    ctx = halden.s.by("finance")
    owed = sum(invoice.open_amount for invoice in Invoice.objects.filter(state=InvoiceState.POSTED))
    aged = sum(row.total for row in queries.ageing(ctx, on=ctx.today))
    expect(owed == aged, "ages add up to what is owed")


def _levels(rows: Sequence[tuple[int, int, str, str]]) -> list[dict[str, Any]]:
    return [
        {"level": level, "days": days, "fee": Decimal(fee), "interest_rate": Decimal(rate)}
        for level, days, fee, rate in rows
    ]


def _send(halden: Halden) -> None:
    run = dunning.propose_reminders(halden.s.by("finance"))
    dunning.send_reminders(halden.s.by("finance"), reminders=list(run.reminders.order_by("pk")))


def _disputed(halden: Halden) -> None:
    first = _overdue(halden, "Bramble Kids")[0]
    dunning.dispute_invoice(
        halden.s.by("finance"),
        invoice=first,
        reason="Femke Visser: one carton was wet, 24 pieces cannot be sold. Photographs follow.",
    )


def _overdue(halden: Halden, customer: str) -> list[Invoice]:
    rows = Invoice.objects.filter(
        customer=halden.customers[customer], state=InvoiceState.POSTED, due_on__lt=halden.s.today
    )
    return list(rows.order_by("due_on", "pk"))
