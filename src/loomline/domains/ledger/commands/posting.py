"""Writing to the journal: whole entries, never a line alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.ledger.commands.periods import period_of
from loomline.domains.ledger.events import EntryPosted, EntryReversed
from loomline.domains.ledger.models import (
    Account,
    EntryKind,
    JournalEntry,
    JournalLine,
    Period,
    PeriodState,
)
from loomline.domains.parties.models import Party
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.money import minor_unit
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused

ZERO = Decimal(0)


class EntryUneven(Refused):
    """Debits and credits differ."""

    says = _("The debits are {debit} and the credits {credit}. They must be equal: {difference} is missing.")


class EntryEmpty(Refused):
    """An entry about nothing."""

    says = _("An entry needs at least two lines with an amount.")


class OneSideOnly(Refused):
    """A line that says both, or less than nothing."""

    says = _("Line {n} needs a debit or a credit above zero, not both.")


class ControlAccount(Refused):
    """Other books prove this account."""

    says = _("{account} is written by the house alone. Correct the document it came from instead.")


class TooFine(Refused):
    """Less than the smallest coin."""

    says = _("{amount} has more decimals than {currency} has. Round it first.")


class PeriodShut(Refused):
    """The day belongs to a period that is closed for good."""

    says = _("{day} belongs to {period}, which is closed. Choose a day in an open period.")


class ReversedBefore(Refused):
    """An entry is taken back once."""

    says = _("{entry} was reversed already.")


class FollowsGoods(Refused):
    """What the house posted is taken back where it began."""

    says = _("{entry} follows from {kind}. Reverse the document that it came from; the books follow.")


@dataclass(frozen=True, kw_only=True, slots=True)
class LineDraft:
    """A line to be: a debit above zero, a credit below; in the company's currency."""

    account_id: int
    amount: Decimal
    party_id: int | None = None
    text: str = ""
    currency: str = ""
    foreign_amount: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryDraft:
    """An entry to be: what happened when, and its lines, which sum to zero."""

    lines: Sequence[LineDraft]
    happened_on: date
    kind: EntryKind = EntryKind.STOCK
    text: str = ""
    origin_kind: str = ""
    origin_id: int | None = None
    reverses_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class JournalLineDraft:
    """A line written by hand."""

    account: Account
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    party: Party | None = None
    text: str = ""


@command(hidden=True)
def post_entries(ctx: Ctx, *, entries: list[EntryDraft]) -> list[JournalEntry]:
    """Write entries that follow from documents, each in the period of its day or the first open one after."""
    unit = minor_unit(ctx.company.currency)
    for entry in entries:
        _refuse_uneven(ctx, entry, unit)

    periods = {day: period_of(ctx, day=day) for day in sorted({entry.happened_on for entry in entries})}
    return _write(ctx, [(entry, *periods[entry.happened_on]) for entry in entries])


@command(creates=JournalEntry, label=_("Post an entry"), icon="plus")
def post_journal(ctx: Ctx, *, posted_on: date, text: str, lines: list[JournalLineDraft]) -> JournalEntry:
    """Write an entry by hand."""
    period = _period_for_hand(ctx, posted_on)
    for n, line in enumerate(lines, start=1):
        if min(line.debit, line.credit) < 0 or (line.debit > 0) == (line.credit > 0):
            raise OneSideOnly(n=n)
        if line.account.is_control:
            raise ControlAccount(account=line.account)
    draft = EntryDraft(
        lines=[
            LineDraft(
                account_id=line.account.pk,
                amount=line.debit - line.credit,
                party_id=line.party.pk if line.party else None,
                text=line.text,
            )
            for line in lines
        ],
        happened_on=posted_on,
        kind=EntryKind.MANUAL,
        text=text,
    )
    _refuse_uneven(ctx, draft, minor_unit(ctx.company.currency))

    [entry] = _write(ctx, [(draft, period, posted_on)])

    ctx.emit(
        EntryPosted(
            entry_id=entry.pk,
            account_ids=tuple(sorted({line.account_id for line in draft.lines})),
            number=str(entry),
            posted_on=posted_on,
            amount=entry.amount,
            currency=ctx.company.currency,
            text=text,
        )
    )
    return entry


@command(label=_("Reverse"), icon="arrow-back-up", danger=True)
def reverse_entry(ctx: Ctx, *, entry: JournalEntry, reason: str) -> JournalEntry:
    """Take an entry back by its opposite, on the same day or in the first open period."""
    entry = lock(entry)

    if entry.kind != EntryKind.MANUAL:
        raise FollowsGoods(entry=entry, kind=str(EntryKind(entry.kind).label).lower())
    if entry.reverses_id is not None or JournalEntry.objects.filter(reverses=entry).exists():
        raise ReversedBefore(entry=entry)

    opposite = EntryDraft(
        lines=[
            LineDraft(
                account_id=line.account_id,
                amount=-line.amount,
                party_id=line.party_id,
                text=line.text,
                currency=line.currency,
                foreign_amount=None if line.foreign_amount is None else -line.foreign_amount,
            )
            for line in entry.lines.order_by("pk")
        ],
        happened_on=entry.posted_on,
        kind=EntryKind.MANUAL,
        text=reason,
        reverses_id=entry.pk,
    )
    [made] = post_entries(ctx, entries=[opposite])

    ctx.emit(
        EntryReversed(
            entry_id=made.pk,
            reversed_id=entry.pk,
            number=str(made),
            reversed_number=str(entry),
            reason=reason,
        )
    )
    return made


def _refuse_uneven(ctx: Ctx, entry: EntryDraft, unit: Decimal) -> None:
    if len(entry.lines) < 2:
        raise EntryEmpty
    debit = sum((line.amount for line in entry.lines if line.amount > 0), ZERO)
    credit = -sum((line.amount for line in entry.lines if line.amount < 0), ZERO)
    for line in entry.lines:
        if not line.amount:
            raise EntryEmpty
        if line.amount % unit:
            raise TooFine(amount=abs(line.amount), currency=ctx.company.currency)
    if debit != credit:
        raise EntryUneven(debit=debit, credit=credit, difference=abs(debit - credit))


def _period_for_hand(ctx: Ctx, day: date) -> Period:
    """By hand one writes to the day itself, also while its period is being closed."""
    found = Period.objects.filter(begins_on__lte=day, ends_on__gte=day).first()
    if found is None:
        found, on = period_of(ctx, day=day)
        if on != day:
            raise PeriodShut(day=day, period=_("a time before these books"), at_field="posted_on")
    if found.state == PeriodState.CLOSED:
        raise PeriodShut(day=day, period=found, at_field="posted_on")
    return found


def _write(ctx: Ctx, drafts: Sequence[tuple[EntryDraft, Period, date]]) -> list[JournalEntry]:
    entries = JournalEntry.objects.bulk_create(
        [
            JournalEntry(
                posted_on=on,
                period=period,
                kind=draft.kind,
                text=draft.text[:200],
                origin_kind=draft.origin_kind,
                origin_id=draft.origin_id,
                happened_on=draft.happened_on,
                recorded_at=ctx.now,
                amount=sum((line.amount for line in draft.lines if line.amount > 0), ZERO),
                reverses_id=draft.reverses_id,
            )
            for draft, period, on in drafts
        ]
    )
    JournalLine.objects.bulk_create(
        [
            JournalLine(
                entry=entry,
                period_id=entry.period_id,
                account_id=line.account_id,
                party_id=line.party_id,
                debit=max(line.amount, ZERO),
                credit=max(-line.amount, ZERO),
                currency=line.currency,
                foreign_amount=line.foreign_amount,
                text=line.text[:200],
            )
            for entry, (draft, _period, _on) in zip(entries, drafts, strict=True)
            for line in draft.lines
        ]
    )
    return entries
