"""The chart of accounts."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from loomline.domains.ledger.models import Account, AccountKind
from loomline.kernel.command import command
from loomline.kernel.context import Ctx


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountDraft:
    """An account to be."""

    code: str
    name: str
    kind: str
    is_control: bool = False


@command(creates=Account, label=_("Add an account"), icon="plus")
def add_account(ctx: Ctx, *, code: str, name: str, kind: AccountKind) -> Account:
    """Give a new kind of fact a place in the books."""
    return Account.objects.create(code=code, name=name, kind=kind)


@command(hidden=True)
def add_accounts(ctx: Ctx, *, drafts: list[AccountDraft]) -> dict[str, Account]:
    """Add the accounts that are missing; those whose code is known stay as they are. All of them by code."""
    codes = [draft.code for draft in drafts]
    known = {account.code for account in Account.objects.filter(code__in=codes)}

    Account.objects.bulk_create(
        [
            Account(code=draft.code, name=draft.name, kind=draft.kind, is_control=draft.is_control)
            for draft in drafts
            if draft.code not in known
        ],
        # Somebody else may add the same at the same moment, as on the first day of a company.
        ignore_conflicts=True,
    )
    return {account.code: account for account in Account.objects.filter(code__in=codes)}
