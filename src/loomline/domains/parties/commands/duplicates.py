"""The queue of parties that look like one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.commands.merging import merge_parties
from loomline.domains.parties.models import Duplicate, Party, Verdict
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused

BATCH = 1000


class PairSettled(Refused):
    """A pair is settled once."""

    says = _("{pair} is settled: {verdict}.")


class NotOfPair(Refused):
    """The record that stays is one of the two."""

    says = _("Keep {first} or {second}; {other} is neither.")


@dataclass(frozen=True, kw_only=True)
class FoundPair:
    """Two parties that look like one; each reason is "what|value|points"."""

    first_id: int
    second_id: int
    score: Decimal
    reasons: Sequence[str] = ()


@command(hidden=True)
def queue_duplicates(ctx: Ctx, *, found: list[FoundPair]) -> int:
    """Let the queue hold these pairs and no others, except those that somebody has settled."""
    wanted = {(pair.first_id, pair.second_id): pair for pair in found}
    known = {(row.first_id, row.second_id): row for row in Duplicate.objects.order_by("pk")}
    is_open = {key: row for key, row in known.items() if row.verdict == Verdict.OPEN}
    changed = [
        row for key, row in is_open.items() if key in wanted and row.reasons != list(wanted[key].reasons)
    ]
    for row in changed:
        pair = wanted[row.first_id, row.second_id]
        row.score, row.reasons = pair.score, list(pair.reasons)

    Duplicate.objects.filter(pk__in=[row.pk for key, row in is_open.items() if key not in wanted]).delete()
    Duplicate.objects.bulk_update(changed, ["score", "reasons"], batch_size=BATCH)
    new = [
        Duplicate(
            first_id=pair.first_id,
            second_id=pair.second_id,
            score=pair.score,
            reasons=list(pair.reasons),
            found_at=ctx.now,
        )
        for key, pair in wanted.items()
        if key not in known
    ]
    Duplicate.objects.bulk_create(new, batch_size=BATCH)
    return len(new)


@command(label=_("Not the same"), icon="x", undo=True)
def dismiss_duplicates(ctx: Ctx, *, duplicates: list[Duplicate]) -> list[Duplicate]:
    """Say that two only look alike, so that nobody is asked about them again."""
    duplicates = lock_all(duplicates)

    for pair in duplicates:
        if pair.verdict != Verdict.OPEN:
            raise PairSettled(pair=pair, verdict=pair.get_verdict_display().lower())

    Duplicate.objects.filter(pk__in=[pair.pk for pair in duplicates]).update(
        verdict=Verdict.DISMISSED, settled_by=ctx.actor
    )
    return duplicates


@command(hidden=True)
def merge_duplicate(ctx: Ctx, *, duplicate: Duplicate, survivor: Party) -> Party:
    """Make one of a pair of the queue."""
    pair = lock(duplicate)

    if pair.verdict != Verdict.OPEN:
        raise PairSettled(pair=pair, verdict=pair.get_verdict_display().lower())
    if survivor not in (pair.first, pair.second):
        raise NotOfPair(first=pair.first, second=pair.second, other=survivor, at_field="survivor")

    other = pair.second if survivor == pair.first else pair.first
    kept = merge_parties(ctx, duplicates=[other], survivor=survivor)
    Duplicate.objects.filter(Q(first=other) | Q(second=other), verdict=Verdict.OPEN).delete()
    return kept
