"""Invoices and payments in the journal: each once, in the company's currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.ledger import queries
from loomline.domains.ledger.commands.accounts import AccountDraft, add_accounts
from loomline.domains.ledger.commands.posting import EntryDraft, LineDraft, post_entries
from loomline.domains.ledger.models import (
    Account,
    AccountKind,
    EntryKind,
    JournalEntry,
    MoneyAccount,
    Purpose,
)
from loomline.domains.parties.models import Party
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.money import Money
from loomline.kernel.refusal import Refused

ZERO = Decimal(0)
K = AccountKind
P = Purpose
# The usual accounts: code, name, kind, and whether the house alone writes it.
CHART = {
    P.BANK: ("1000", _("Bank"), K.ASSET, False),
    P.RECEIVABLE: ("1200", _("Trade receivables"), K.ASSET, True),
    P.TAX_IN: ("1400", _("Tax on purchases"), K.ASSET, False),
    P.PAYABLE: ("2000", _("Trade payables"), K.LIABILITY, True),
    P.TAX_OUT: ("2200", _("Tax on sales"), K.LIABILITY, False),
    P.SALES: ("4000", _("Sales"), K.INCOME, False),
    P.DISCOUNT: ("4900", _("Early-payment discounts"), K.INCOME, False),
    P.EXCHANGE: ("5900", _("Exchange differences"), K.EXPENSE, False),
    P.PURCHASES: ("6000", _("Services and other purchases"), K.EXPENSE, False),
}
OWED = (P.RECEIVABLE, P.PAYABLE)


class RateMissing(Refused):
    """The books are kept in one currency."""

    says = _("Nobody has written what {currency} is worth in {own} on {day}. Enter an exchange rate first.")


class OwedElsewhere(Refused):
    """What parties owe is proven against one account, from the first posting on."""

    says = _("{account} holds what was posted so far, so another account cannot take its place.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Amount:
    """A part of a document: a debit above zero, a credit below.

    It goes to the account of a purpose or to the one named, in the document's currency, or in the
    company's own where it says `is_own`.
    """

    amount: Decimal
    purpose: Purpose | None = None
    account_id: int | None = None
    party_id: int | None = None
    is_own: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentDraft:
    """A document to be posted. What its amounts leave open goes to `rest`: a purpose, or an account's key."""

    origin_kind: str
    origin_id: int
    kind: EntryKind
    happened_on: date
    currency: str
    amounts: Sequence[Amount]
    rest: Purpose | int
    text: str = ""


@command(hidden=True)
def add_money_accounts(ctx: Ctx) -> None:
    """Add the usual accounts for money where there are none yet."""
    there = set(MoneyAccount.objects.values_list("purpose", flat=True))
    missing = {purpose: row for purpose, row in CHART.items() if purpose not in there}

    accounts = add_accounts(
        ctx,
        drafts=[
            AccountDraft(code=code, name=str(name), kind=kind, is_control=is_control)
            for code, name, kind, is_control in missing.values()
        ],
    )
    MoneyAccount.objects.bulk_create(
        [MoneyAccount(purpose=purpose, account=accounts[row[0]]) for purpose, row in missing.items()],
        ignore_conflicts=True,
    )


@command(creates=MoneyAccount, label=_("Set an account"), icon="settings")
def set_money_account(ctx: Ctx, *, purpose: Purpose, account: Account) -> MoneyAccount:
    """Say which account serves a purpose from now on; what was posted stays where it is."""
    before = MoneyAccount.objects.filter(purpose=purpose).select_related("account").first()
    if purpose in OWED and before and before.account != account and before.account.lines.exists():
        raise OwedElsewhere(account=before.account, at_field="account")

    found, _made = MoneyAccount.objects.update_or_create(purpose=purpose, defaults={"account": account})
    return found


@command(hidden=True)
def post_document(ctx: Ctx, *, document: DocumentDraft) -> JournalEntry | None:
    """Post an invoice or a payment once; a second time nothing happens. None where nothing is to be posted.

    When what a party owes in a foreign currency comes to nothing, so does what it was worth: the difference
    is one of exchange.
    """
    if _posted(document.origin_kind, document.origin_id, document.kind) is not None:
        return None
    accounts = _accounts(ctx)
    rate = _rate(ctx, document)

    lines = [_line(ctx, document, one, accounts, rate) for one in document.amounts if one.amount]
    lines = [line for line in lines if line.amount or line.foreign_amount]
    rest = -sum((line.amount for line in lines), ZERO)
    if rest:
        to = accounts[document.rest] if isinstance(document.rest, Purpose) else document.rest
        lines.append(LineDraft(account_id=to, amount=rest))
    lines += _exchange(ctx, lines, accounts)
    return _post(ctx, document, [line for line in lines if line.amount])


@command(hidden=True)
def reverse_document(
    ctx: Ctx, *, origin_kind: str, origin_id: int, kind: EntryKind, text: str
) -> JournalEntry | None:
    """Take the posting of a document back by its opposite, once; None where nothing was posted."""
    entry = _posted(origin_kind, origin_id, kind)
    if entry is None or JournalEntry.objects.filter(reverses=entry).exists():
        return None
    lines = [
        LineDraft(
            account_id=line.account_id,
            amount=-line.amount,
            party_id=line.party_id,
            currency=line.currency,
            foreign_amount=None if line.foreign_amount is None else -line.foreign_amount,
        )
        for line in entry.lines.order_by("pk")
    ]
    lines += _exchange(ctx, lines, _accounts(ctx))
    opposite = EntryDraft(
        lines=lines,
        happened_on=ctx.today,
        kind=kind,
        text=text,
        origin_kind=origin_kind,
        origin_id=origin_id,
        reverses_id=entry.pk,
    )
    [made] = post_entries(ctx, entries=[opposite])
    return made


def _posted(origin_kind: str, origin_id: int, kind: EntryKind) -> JournalEntry | None:
    rows = JournalEntry.objects.filter(origin_kind=origin_kind, origin_id=origin_id, kind=kind)
    return rows.filter(reverses__isnull=True).first()


def _accounts(ctx: Ctx) -> dict[str, int]:
    found = queries.money_accounts()
    if len(found) < len(CHART):
        add_money_accounts(ctx)
        found = queries.money_accounts()
    return found


def _rate(ctx: Ctx, document: DocumentDraft) -> Decimal:
    own, currency, day = ctx.company.currency, document.currency, document.happened_on
    if currency == own:
        return Decimal(1)
    known = queries.exchange_rates(currencies=[currency], into=own, on=day)
    if currency not in known:
        raise RateMissing(currency=currency, own=own, day=day)
    return known[currency]


def _line(
    ctx: Ctx, document: DocumentDraft, one: Amount, accounts: dict[str, int], rate: Decimal
) -> LineDraft:
    own = ctx.company.currency
    account = one.account_id if one.purpose is None else accounts[one.purpose]
    assert account is not None
    is_foreign = document.currency != own and not one.is_own
    amount = Money(one.amount * rate if is_foreign else one.amount, own).rounded().amount
    return LineDraft(
        account_id=account,
        amount=amount,
        party_id=one.party_id,
        currency=document.currency if is_foreign and one.party_id else "",
        foreign_amount=one.amount if is_foreign and one.party_id else None,
    )


def _exchange(ctx: Ctx, lines: Sequence[LineDraft], accounts: dict[str, int]) -> list[LineDraft]:
    """What is left in our currency when nothing is owed any more in the foreign one."""
    owed = {accounts[purpose] for purpose in OWED}
    made: list[LineDraft] = []
    for account, party, currency in sorted(
        {(one.account_id, one.party_id, one.currency) for one in lines if one.party_id and one.currency}
    ):
        if account not in owed or party is None:
            continue
        # Two postings for one party follow each other, so that the second sees what the first has left.
        list(Party.objects.filter(pk=party).order_by().select_for_update(no_key=True).values_list("pk"))
        foreign, own = queries.foreign_balance(account_id=account, party_id=party, currency=currency)
        mine = [o for o in lines if (o.account_id, o.party_id, o.currency) == (account, party, currency)]
        left = own + sum((one.amount for one in mine), ZERO)
        if left and not foreign + sum((one.foreign_amount or ZERO for one in mine), ZERO):
            made += [
                LineDraft(
                    account_id=account, amount=-left, party_id=party, currency=currency, foreign_amount=ZERO
                ),
                LineDraft(account_id=accounts[P.EXCHANGE], amount=left),
            ]
    return made


def _post(ctx: Ctx, document: DocumentDraft, lines: Sequence[LineDraft]) -> JournalEntry | None:
    if len(lines) < 2:
        return None
    draft = EntryDraft(
        lines=sorted(lines, key=lambda line: (line.amount < 0, line.account_id)),
        happened_on=document.happened_on,
        kind=document.kind,
        text=document.text,
        origin_kind=document.origin_kind,
        origin_id=document.origin_id,
    )
    [made] = post_entries(ctx, entries=[draft])
    return made
