"""Counting tries to get in. A try counts as failed until it has succeeded."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from loomline.domains.accounts import queries
from loomline.domains.accounts.commands.refusals import TooManyAttempts
from loomline.domains.accounts.models import Attempt
from loomline.kernel.context import Ctx

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def begin_attempt(ctx: Ctx, *, kind: str, account: str, address: str | None) -> Attempt:
    """Count one more try before the secret is looked at, or refuse it.

    Under a lock and in a transaction of its own: fifty tries at the same moment are fifty tries.
    """
    account = plain_account(account)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(LOCK, [f"accounts.attempt.account.{kind}.{account}"])
            cursor.execute(LOCK, [f"accounts.attempt.address.{kind}.{address}"])
        until = queries.blocked_until(kind=kind, account=account, address=address, now=ctx.now)
        if until is not None:
            raise TooManyAttempts(until=until, now=ctx.now, zone=ctx.company.zone)
        attempt: Attempt = Attempt.objects.create(at=ctx.now, kind=kind, account=account, address=address)
    return attempt


def attempt_succeeded(attempt: Attempt) -> None:
    """This try was right; what failed before it no longer counts against the account."""
    Attempt.objects.filter(pk=attempt.pk).update(succeeded=True)


def forgive(*, account: str) -> None:
    """Forget the failed tries on an account, of passwords and of codes."""
    Attempt.objects.filter(account=plain_account(account), succeeded=False).exclude(kind="reset").delete()


def forget_before(moment: datetime) -> int:
    """Delete tries older than a moment: they serve nobody any more."""
    deleted, _by_model = Attempt.objects.filter(at__lt=moment).delete()
    return deleted


def plain_account(account: str) -> str:
    """The address as it is counted: in any case, and never longer than an address."""
    return account.strip().lower()[:254]
