"""Which overdue invoices are due for a letter, at which level, and which rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _t

from loomline.domains.dunning.models import (
    CreditHold,
    Dispute,
    DisputeState,
    DunningLevel,
    DunningPolicy,
    LevelText,
    PaymentPromise,
    Reminder,
    ReminderLine,
    SentReminder,
)
from loomline.domains.finance import queries as finance
from loomline.domains.finance.models import Invoice, InvoiceState
from loomline.kernel.money import Money

YEAR = 365


@dataclass(frozen=True)
class Rules:
    """A policy with its levels, the lowest first, and its texts by level and language."""

    policy: DunningPolicy
    levels: Sequence[DunningLevel]
    texts: Mapping[tuple[int, str], LevelText]

    def level(self, number: int) -> DunningLevel | None:
        """A level by its number, else the highest below it."""
        return next((row for row in reversed(self.levels) if row.level <= number), None)

    def step(self, *, days: int, before: int) -> DunningLevel | None:
        """The level of an invoice so many days overdue: at most one above the level of its last letter."""
        reached = [row for row in self.levels if row.days <= days]
        if days <= self.policy.grace_days or not reached:
            return None
        above = next((row for row in self.levels if row.level > before), None)
        return reached[-1] if above is None or reached[-1].level < above.level else above

    def text(self, *, level: int, languages: Iterable[str]) -> LevelText | None:
        """The words of a level in the first language that has them."""
        return next((self.texts[level, key] for key in languages if (level, key) in self.texts), None)


def rules_for(*, customers: Collection[int]) -> dict[int | None, Rules]:
    """The policies of customers, by key, and that of all others under None. Costs three statements.

    A customer's policy without texts of its own speaks with those of the company.
    """
    policies = list(DunningPolicy.objects.filter(customer__in=customers))
    policies += DunningPolicy.objects.filter(customer__isnull=True)
    levels: dict[int, list[DunningLevel]] = defaultdict(list)
    texts: dict[int, dict[tuple[int, str], LevelText]] = defaultdict(dict)
    for level in DunningLevel.objects.filter(policy__in=policies).order_by("level"):
        levels[level.policy_id].append(level)
    for text in LevelText.objects.filter(policy__in=policies):
        texts[text.policy_id][text.level, text.language] = text
    common = next((texts[row.pk] for row in policies if row.customer_id is None), {})
    return {row.customer_id: Rules(row, levels[row.pk], {**common, **texts[row.pk]}) for row in policies}


def interest(*, open_amount: Decimal, rate: Decimal, days: int, currency: str) -> Decimal:
    """Simple interest for some days of a year of 365."""
    return Money(open_amount * rate * days / YEAR, currency).rounded().amount


@dataclass(frozen=True)
class Candidate:
    """An overdue invoice that is due for a letter."""

    invoice: Invoice
    level: DunningLevel
    days: int
    interest_days: int
    rules: Rules


def candidates(*, on: date) -> list[Candidate]:
    """What to remind of on a day, by customer, the longest due first. Costs seven statements."""
    invoices = list(finance.overdue(today=on).select_related("customer").order_by("customer", "due_on", "pk"))
    rules = rules_for(customers={invoice.customer_id for invoice in invoices})
    resting = why_resting(invoice_ids=[invoice.pk for invoice in invoices], on=on)
    letters = letters_about(invoice_ids=[invoice.pk for invoice in invoices])
    found = []
    for invoice in invoices:
        rule = rules.get(invoice.customer_id) or rules.get(None)
        if rule is None or invoice.pk in resting or invoice.due_on is None:
            continue
        last = letters.get(invoice.pk)
        last_on = last.sent_on if last is not None else None
        if last_on is not None and on < last_on + timedelta(days=rule.policy.rest_days):
            continue
        days = (on - invoice.due_on).days
        level = rule.step(days=days, before=last.level if last is not None else 0)
        if level is not None:
            found.append(Candidate(invoice, level, days, (on - (last_on or invoice.due_on)).days, rule))
    return found


def why_resting(*, invoice_ids: Collection[int], on: date) -> dict[int, str]:
    """Why invoices are not reminded of on a day, in words, by key. Costs four statements."""
    found: dict[int, str] = {}
    for pk in ReminderLine.objects.filter(invoice__in=invoice_ids, sent_on=on).values_list(
        "invoice", flat=True
    ):
        found[pk] = _t("Reminded of today already.")
    for pk, day in promised(invoice_ids=invoice_ids).items():
        if day >= on:
            found[pk] = _t("Promised to be paid by {day}.").format(day=date_format(day, "j F Y"))
    disputes = Dispute.objects.filter(invoice__in=invoice_ids, state=DisputeState.OPEN)
    for pk, number in disputes.values_list("invoice", "number"):
        found[pk] = _t("In dispute: {number}.").format(number=number)
    settled = Invoice.objects.filter(pk__in=invoice_ids).exclude(state=InvoiceState.POSTED)
    for pk, state in settled.values_list("pk", "state"):
        found[pk] = _t("Credited.") if state == InvoiceState.CREDITED else _t("Paid.")
    return found


def promised(*, invoice_ids: Collection[int]) -> dict[int, date]:
    """By when customers said they would pay, by key; the newest word counts. Costs one statement."""
    rows = PaymentPromise.objects.filter(invoice__in=invoice_ids).order_by("pk")
    return dict(rows.values_list("invoice", "pay_by"))


def letters_about(*, invoice_ids: Collection[int]) -> dict[int, ReminderLine]:
    """The last letter about each invoice, by key. Costs one statement."""
    rows = ReminderLine.objects.filter(invoice__in=invoice_ids, sent_on__isnull=False)
    return {row.invoice_id: row for row in rows.order_by("sent_on", "pk")}


def sent_since(*, customer_id: int, level: int) -> QuerySet[ReminderLine]:
    """Letters of a level or above about invoices that a customer still owes."""
    return ReminderLine.objects.filter(
        sent_on__isnull=False,
        reminder__level__gte=level,
        reminder__customer=customer_id,
        invoice__state=InvoiceState.POSTED,
    )


def open_hold(*, customer_id: int) -> CreditHold | None:
    """The credit hold that a customer is under."""
    rows = CreditHold.objects.filter(customer=customer_id, lifted_on__isnull=True)
    return rows.select_related("reminder").first()


def dispute_of(*, invoice: Invoice) -> Dispute | None:
    """What the customer says is wrong with an invoice, while that is open."""
    return Dispute.objects.filter(invoice=invoice, state=DisputeState.OPEN).first()


def letter_sent(*, reminder: Reminder) -> SentReminder | None:
    """The letter as it was sent."""
    return SentReminder.objects.filter(reminder=reminder).first()
