"""What was deleted: how long it can be brought back, and clearing it for good."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.utils.translation import gettext_lazy as _

from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused
from loomline.surface.models import KEEP_DAYS, TrashPolicy

LONGEST = 3650
# Only the fact stays that something was deleted, by whom and when.
CLEAR = r"""
UPDATE kernel_change c SET old = NULL FROM kernel_activity a
WHERE a.id = c.activity_id AND a.verb LIKE '%%.delete\_%%' AND a.at < %s
  AND c.operation = 'D' AND c.old IS NOT NULL
"""


class NoSuchTime(Refused):
    """A number of days that nobody can mean."""

    says = _("Keep deleted records between 1 and {longest} days.")


def keep_days() -> int:
    """For how many days deleted records can be brought back."""
    held = TrashPolicy.objects.filter(pk=1).values_list("keep_days", flat=True).first()
    return held or KEEP_DAYS


@command(hidden=True, undo=True)
def keep_deleted(ctx: Ctx, *, days: int) -> TrashPolicy:
    """Say for how many days deleted records can be brought back."""
    policy = TrashPolicy.objects.select_for_update().filter(pk=1).first() or TrashPolicy(pk=1)

    if not 1 <= days <= LONGEST:
        raise NoSuchTime(longest=LONGEST, at_field="days")

    policy.keep_days = days
    policy.save()
    return policy


@command(hidden=True)
def clear_trash(ctx: Ctx) -> int:
    """Clear the values of records that were deleted longer ago than the company keeps them."""
    with connection.cursor() as cursor:
        cursor.execute(CLEAR, [ctx.now - timedelta(days=keep_days())])
        return int(cursor.rowcount)
