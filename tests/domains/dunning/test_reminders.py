"""Runs, levels, interest, and what rests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from loomline.domains.dunning import commands as dunning
from loomline.domains.dunning import queries
from loomline.domains.dunning.commands.proposing import Resting
from loomline.domains.dunning.models import (
    CreditHold,
    DunningPolicy,
    DunningRun,
    LevelText,
    Reminder,
    ReminderLine,
    ReminderState,
    RunState,
    SentReminder,
)
from loomline.domains.finance import commands as finance
from loomline.domains.finance.models import Invoice
from loomline.domains.mail.models import Message
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import CustomerTerms, Party
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused
from tests.domains.dunning.conftest import later, policy_of
from tests.domains.sales.shop import TODAY

D = Decimal
Owed = Callable[..., Invoice]


def propose(ctx: Ctx) -> Reminder:
    return dunning.propose_reminders(ctx).reminders.get()


def send(ctx: Ctx, reminder: Reminder) -> Reminder:
    return dunning.send_reminders(ctx, reminders=[reminder])[0]


def lines(reminder: Reminder) -> list[tuple[int, int, int, Decimal, bool, str]]:
    rows = reminder.lines.order_by("pk")
    return [(r.level, r.days, r.interest_days, r.interest, r.is_left_out, r.reason) for r in rows]


def sums(reminder: Reminder) -> tuple[int, Decimal, Decimal, Decimal, Decimal]:
    found = Reminder.objects.get(pk=reminder.pk)
    return found.level, found.open_amount, found.fee, found.interest, found.total


@pytest.mark.parametrize(
    ("days", "before", "level"),
    [
        *((3, 0, None), (4, 0, None), (5, 0, 1), (19, 0, 1), (20, 0, 1), (90, 0, 1)),
        *((5, 1, 1), (19, 1, 1), (20, 1, 2), (90, 1, 2), (39, 2, 2), (40, 2, 3), (90, 3, 3)),
    ],
)
def test_an_invoice_climbs_one_level_a_letter(
    policy: DunningPolicy, days: int, before: int, level: int | None
) -> None:
    found = queries.rules_for(customers=[])[None].step(days=days, before=before)
    assert (found.level if found else None) == level


@pytest.mark.parametrize(
    ("amount", "rate", "days", "currency", "interest"),
    [
        *(("1000", "0.08", 365, "EUR", "80.00"), ("1000", "0.08", 30, "EUR", "6.58")),
        *(("1246.50", "0.0912", 17, "EUR", "5.29"), ("1246.50", "0", 17, "EUR", "0.00")),
        *(("100000", "0.05", 10, "JPY", "137"), ("1000", "0.08", 0, "EUR", "0.00")),
    ],
)
def test_interest_is_simple_and_rounded_to_the_coin(
    amount: str, rate: str, days: int, currency: str, interest: str
) -> None:
    found = queries.interest(open_amount=D(amount), rate=D(rate), days=days, currency=currency)
    assert found == D(interest)


def test_three_letters_with_fee_and_interest_since_the_last(
    ctx: Ctx, owed: Owed, policy: DunningPolicy
) -> None:
    owed("1000", 45)
    first = send(ctx, propose(ctx))
    assert (lines(first), sums(first)) == ([(1, 45, 45, D(0), False, "")], (1, D(1000), D(0), D(0), D(1000)))

    with pytest.raises(dunning.NothingOverdue) as said:
        dunning.propose_reminders(later(ctx, 6))
    assert str(said.value) == (
        "Nobody is due for a reminder as of 29 Nov 2026. Invoices in dispute, promised or just reminded rest."
    )

    second = send(later(ctx, 7), propose(later(ctx, 7)))
    # 1,000 x 8 % x 7 / 365
    assert lines(second) == [(2, 52, 7, D("1.53"), False, "")]
    assert sums(second) == (2, D(1000), D(5), D("1.53"), D("1006.53"))

    third = send(later(ctx, 21), propose(later(ctx, 21)))
    assert sums(third) == (3, D(1000), D(15), D("3.07"), D("1018.07"))
    assert third.pay_by == TODAY + timedelta(days=28)


def test_the_highest_level_decides_for_all_invoices_of_a_customer_and_currency(
    ctx: Ctx, owed: Owed, policy: DunningPolicy
) -> None:
    old = owed("1000", 25)
    send(ctx, propose(ctx))
    day = later(ctx, 10)
    young, dollars = owed("500", -4), owed("300", -4, currency="USD")
    run = dunning.propose_reminders(day)
    euros, other = run.reminders.order_by("currency")
    assert list(euros.lines.values_list("invoice", "level").order_by("pk")) == [(old.pk, 2), (young.pk, 1)]
    # 1,000 x 8 % x 10 / 365 and 500 x 8 % x 6 / 365
    assert sums(euros) == (2, D(1500), D(5), D("2.19") + D("0.66"), D("1507.85"))
    assert (other.lines.get().invoice_id, sums(other)) == (dollars.pk, (1, D(300), D(0), D(0), D(300)))

    dunning.leave_out(day, line=euros.lines.get(invoice=old), reason="They send it back")
    assert sums(euros) == (1, D(500), D(0), D(0), D(500))
    dunning.put_back(day, line=euros.lines.get(invoice=old))
    assert sums(euros) == (2, D(1500), D(5), D("2.85"), D("1507.85"))


def test_leaving_out_needs_a_reason_and_a_letter_that_waits(
    ctx: Ctx, owed: Owed, policy: DunningPolicy
) -> None:
    owed("1000", 25)
    reminder = propose(ctx)
    line = reminder.lines.get()
    with pytest.raises(dunning.ReasonMissing, match=r"Say why, for those who look at REM-\d+ later\."):
        dunning.leave_out(ctx, line=line, reason=" ")
    with pytest.raises(dunning.NotLeftOut, match="stands in"):
        dunning.put_back(ctx, line=line)
    send(ctx, reminder)
    with pytest.raises(dunning.NotProposed, match=r"is sent; only a proposed one can be changed\."):
        dunning.leave_out(ctx, line=line, reason="Too late")


def test_a_reminder_of_which_nothing_is_left_is_dropped_and_its_run_done(
    ctx: Ctx, owed: Owed, policy: DunningPolicy
) -> None:
    owed("1000", 25)
    reminder = propose(ctx)
    dunning.leave_out(ctx, line=reminder.lines.get(), reason="They send it back")
    reminder.refresh_from_db()
    assert (reminder.state, reminder.reason) == (ReminderState.DROPPED, "Nothing is left to remind of.")
    assert DunningRun.objects.get(pk=reminder.run_id).state == RunState.CLOSED


def test_what_was_paid_credited_disputed_or_promised_leaves_the_proposal(
    ctx: Ctx, owed: Owed, policy: DunningPolicy, shop: Party
) -> None:
    invoices = [owed("100", 30 + n) for n in range(6)]
    reminder = propose(ctx)
    paid, part, back, wrong, said, kept = invoices
    finance.take_payment(ctx, customer=shop, amount=D(140), currency="EUR", invoices=[paid, part])
    finance.credit_invoice(ctx, invoice=back, reason="Sent twice")
    dunning.dispute_invoice(ctx, invoice=wrong, reason="Two sweaters were missing")
    dunning.promise_payment(ctx, invoice=said, pay_by=date(2026, 12, 4))
    dunning.note_settled(ctx, invoice_ids=[invoice.pk for invoice in invoices])

    reasons = dict(reminder.lines.values_list("invoice", "reason"))
    number = wrong.disputes.get().number
    assert reasons == {
        paid.pk: "Paid.",
        part.pk: "",
        back.pk: "Credited.",
        wrong.pk: f"In dispute: {number}.",
        said.pk: "Promised to be paid by 4 December 2026.",
        kept.pk: "",
    }
    assert sums(reminder) == (1, D(160), D(0), D(0), D(160))

    with pytest.raises(Resting, match=r"cannot be put back\. Paid\."):
        dunning.put_back(ctx, line=reminder.lines.get(invoice=paid))


def test_sending_looks_again_by_itself(ctx: Ctx, owed: Owed, policy: DunningPolicy, shop: Party) -> None:
    one, two = owed("100", 30), owed("200", 31)
    reminder = propose(ctx)
    finance.take_payment(ctx, customer=shop, amount=D(100), currency="EUR", invoices=[one])
    sent = send(later(ctx, 2), reminder)
    assert [(row.invoice_id, row.days, row.sent_on) for row in sent.lines.filter(is_left_out=False)] == [
        (two.pk, 33, TODAY + timedelta(days=2))
    ]
    assert (sent.total, sent.on_day, sent.pay_by) == (
        D(200),
        TODAY + timedelta(days=2),
        TODAY + timedelta(days=9),
    )


def test_nothing_left_is_refused_in_a_sentence(
    ctx: Ctx, owed: Owed, policy: DunningPolicy, shop: Party
) -> None:
    invoice = owed("100", 30)
    reminder = propose(ctx)
    finance.take_payment(ctx, customer=shop, amount=D(100), currency="EUR", invoices=[invoice])
    with pytest.raises(dunning.NothingLeft) as said:
        send(ctx, reminder)
    assert str(said.value) == (
        f"Nothing in reminder {reminder.number} to Nord Living is to be reminded of any more. Drop it."
    )
    reminder.refresh_from_db()
    assert reminder.state == ReminderState.PROPOSED


def test_an_invoice_rests_while_it_is_disputed_and_until_a_promised_day(
    ctx: Ctx, owed: Owed, policy: DunningPolicy
) -> None:
    invoice = owed("100", 30)
    dispute = dunning.dispute_invoice(ctx, invoice=invoice, reason="Wrong price")
    assert (dispute.since, dispute.noted_by, dispute.customer.name) == (TODAY, ctx.actor, "Nord Living")
    with pytest.raises(dunning.DisputedAlready, match=f"is in dispute already: {dispute.number}"):
        dunning.dispute_invoice(ctx, invoice=invoice, reason="Again")
    assert queries.candidates(on=TODAY) == []
    dunning.settle_dispute(ctx, dispute=dispute, outcome="The price was agreed")
    assert [c.invoice for c in queries.candidates(on=TODAY)] == [invoice]

    dunning.promise_payment(ctx, invoice=invoice, pay_by=TODAY + timedelta(days=3))
    assert queries.candidates(on=TODAY + timedelta(days=3)) == []
    assert [c.invoice for c in queries.candidates(on=TODAY + timedelta(days=4))] == [invoice]
    with pytest.raises(dunning.DayPassed, match="has passed"):
        dunning.promise_payment(later(ctx, 5), invoice=invoice, pay_by=TODAY)


def test_what_is_not_owed_is_neither_disputed_nor_promised(ctx: Ctx, owed: Owed, shop: Party) -> None:
    invoice = owed("100", 30)
    finance.take_payment(ctx, customer=shop, amount=D(100), currency="EUR", invoices=[invoice])
    words = f"Nothing is open on {invoice}; there is nothing to dispute or to promise."
    for give in (
        lambda: dunning.dispute_invoice(ctx, invoice=invoice, reason="Wrong"),
        lambda: dunning.promise_payment(ctx, invoice=invoice, pay_by=TODAY),
    ):
        with pytest.raises(dunning.NothingOwed) as said:
            give()
        assert str(said.value) == words


def test_the_same_invoice_is_never_reminded_of_twice_at_a_level_on_a_day(
    ctx: Ctx, owed: Owed, policy: DunningPolicy
) -> None:
    invoice = owed("100", 30)
    sent = send(ctx, propose(ctx))
    with pytest.raises(dunning.NothingOverdue):
        dunning.propose_reminders(ctx)
    other = Reminder.objects.create(
        run=sent.run, customer=sent.customer, currency="EUR", on_day=TODAY, pay_by=TODAY, level=1
    )
    line = ReminderLine.objects.create(reminder=other, invoice=invoice, level=1, days=30, open_amount=D(100))
    with pytest.raises(dunning.NothingLeft):
        send(ctx, other)
    with pytest.raises(IntegrityError, match="dunning_line_once_a_day"), transaction.atomic():
        ReminderLine.objects.filter(pk=line.pk).update(sent_on=TODAY)


def test_a_run_drops_what_an_older_one_proposed(ctx: Ctx, owed: Owed, policy: DunningPolicy) -> None:
    owed("100", 30)
    first = propose(ctx)
    second = propose(later(ctx, 1))
    first.refresh_from_db()
    assert (first.state, first.reason) == (
        ReminderState.DROPPED,
        f"Proposed again in {second.run.number}.",
    )
    assert second.state == ReminderState.PROPOSED


def test_without_a_policy_nobody_is_reminded(ctx: Ctx, owed: Owed) -> None:
    owed("100", 30)
    with pytest.raises(dunning.NoPolicy) as said:
        dunning.propose_reminders(ctx)
    assert str(said.value) == "There is no dunning policy. Write one under Settings, with at least one level."


def test_a_customer_s_own_policy_decides_and_less_than_its_minimum_rests(
    ctx: Ctx, owed: Owed, policy: DunningPolicy, shop: Party
) -> None:
    policy_of(ctx, customer=shop, minimum=D(150), grace_days=10)
    owed("100", 30)
    owed("60", 8)
    with pytest.raises(dunning.NothingOverdue):
        dunning.propose_reminders(ctx)
    owed("50", 11)
    assert sums(propose(ctx)) == (1, D(150), D(0), D(0), D(150))


def test_what_was_sent_is_kept_as_it_was_and_mailed(
    ctx: Ctx, owed: Owed, policy: DunningPolicy, shop: Party
) -> None:
    invoice = owed("100", 30)
    sent = send(ctx, propose(ctx))
    letter = SentReminder.objects.get(reminder=sent)
    assert bytes(letter.body).startswith(b"%PDF")
    assert (letter.mailed_to, letter.size) == ("accounts@nord.example", len(bytes(letter.body)))
    message = Message.objects.get()
    assert message.subject == f"Payment reminder {sent.number} from {ctx.company.name}"
    assert message.text == (
        "Dear Nord Living,\n\n"
        "We have not seen your payment for these invoices yet:\n\n"
        f"{invoice}: 100.00 (due on 24 October 2026)\n\n"
        f"Please pay €100.00 by 30 November 2026 and name {sent.number} as the reference."
        " If you have paid in the meantime, please take this letter as done.\n\n"
        "The letter is attached.\n\n"
        f"Kind regards\nAda Boss\n{ctx.company.name}"
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        SentReminder.objects.filter(pk=letter.pk).update(size=1)
    with pytest.raises(Refused):
        send(ctx, sent)


def test_the_letter_speaks_the_customer_s_language(
    ctx: Ctx, owed: Owed, policy: DunningPolicy, shop: Party
) -> None:
    Party.objects.filter(pk=shop.pk).update(language="de")
    LevelText.objects.create(
        policy=policy,
        level=1,
        language="de",
        title="Zahlungserinnerung",
        opening="Guten Tag {customer}, noch offen ist:",
        closing="Bitte zahlen Sie {total} bis zum {day}. {fremd}",
    )
    owed("1234.5", 30)
    sent = send(ctx, propose(ctx))
    text = Message.objects.get().text
    assert "Guten Tag Nord Living, noch offen ist:" in text
    assert "bis zum 30. November 2026. {fremd}" in text
    assert SentReminder.objects.get(reminder=sent).language == "de"


def test_without_an_address_the_letter_is_for_the_post(ctx: Ctx, owed: Owed, policy: DunningPolicy) -> None:
    other = parties.open_party(ctx, name="Abel", roles=["customer"])
    owed("100", 30, customer=other)
    sent = send(ctx, propose(ctx))
    assert (sent.send_to, SentReminder.objects.get().mailed_to, Message.objects.count()) == ("", "", 0)


def test_a_level_of_the_policy_holds_credit_until_it_is_paid(ctx: Ctx, owed: Owed, shop: Party) -> None:
    policy_of(ctx, hold_from=2)
    invoice = owed("1000", 45)
    send(ctx, propose(ctx))
    assert not CreditHold.objects.exists()
    day = later(ctx, 7)
    send(day, propose(day))
    hold = CreditHold.objects.get()
    assert (hold.limit_before, hold.level, hold.since) == (D(80_000), 2, day.today)
    assert CustomerTerms.objects.get(party=shop).credit_limit == 0

    finance.take_payment(day, customer=shop, amount=D(400), currency="EUR", invoices=[invoice])
    dunning.note_settled(day, invoice_ids=[invoice.pk])
    assert CustomerTerms.objects.get(party=shop).credit_limit == 0
    finance.take_payment(day, customer=shop, amount=D(600), currency="EUR", invoices=[invoice])
    dunning.note_settled(day, invoice_ids=[invoice.pk])
    hold.refresh_from_db()
    assert (hold.lifted_on, hold.reason) == (day.today, "Everything of level 2 is settled.")
    terms = CustomerTerms.objects.get(party=shop)
    assert (terms.credit_limit, terms.payment_days) == (D(80_000), 30)


def test_a_person_lifts_a_hold_and_a_limit_agreed_meanwhile_stays(ctx: Ctx, owed: Owed, shop: Party) -> None:
    policy_of(ctx, hold_from=1)
    owed("1000", 45)
    send(ctx, propose(ctx))
    hold = CreditHold.objects.get()
    parties.set_customer_terms(ctx, party=shop, credit_limit=D(5000), currency="EUR")
    dunning.lift_hold(ctx, hold=hold, reason="Their director called")
    assert CustomerTerms.objects.get(party=shop).credit_limit == D(5000)
    with pytest.raises(dunning.NotOnHold, match="Nord Living is not on credit hold any more"):
        dunning.lift_hold(ctx, hold=hold, reason="Again")


def test_fee_and_interest_are_charged_once_by_an_invoice(ctx: Ctx, owed: Owed, policy: DunningPolicy) -> None:
    owed("1000", 45)
    first = send(ctx, propose(ctx))
    with pytest.raises(dunning.NothingToCharge, match="there is nothing to charge"):
        dunning.charge_reminder(ctx, reminder=first)
    day = later(ctx, 7)
    second = send(day, propose(day))
    invoice = dunning.charge_reminder(day, reminder=second)
    assert (invoice.total, invoice.tax, invoice.state) == (D("6.53"), D(0), "posted")
    assert list(invoice.lines.order_by("position").values_list("description", "amount")) == [
        (f"Fee, reminder {second.number}", D(5)),
        (f"Interest, reminder {second.number}", D("1.53")),
    ]
    with pytest.raises(dunning.ChargedAlready) as said:
        dunning.charge_reminder(day, reminder=second)
    assert str(said.value) == f"Fee and interest of {second.number} are charged by {invoice} already."
