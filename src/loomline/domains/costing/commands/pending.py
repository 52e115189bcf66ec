"""Valuing what has been moved, behind the posting: batch by batch, each a transaction, none twice."""

from __future__ import annotations

from loomline.domains.costing import queries
from loomline.domains.costing.commands.valuing import value_moves
from loomline.domains.costing.models import MOVES, Progress
from loomline.kernel.command import command
from loomline.kernel.context import Ctx

BATCH = 10_000
# So many moves are valued at once while somebody waits; more is left to the worker.
AT_ONCE = 2_000


@command(hidden=True)
def value_pending(ctx: Ctx, *, most: int = BATCH, waits: bool = False) -> int:
    """Value the next moves, in the order of their keys. Returns how many keys were passed.

    Nothing is passed while somebody who began before may still write a lower key, or values at the moment.
    """
    at = _locked(waits=waits)
    if at is None:
        return 0
    if at.fence is None or at.fence <= at.position:
        # First the key, then the writers: who has drawn a lower one has ended, or is seen at work.
        at.fence = queries.last_key()
        at.writers = sorted(queries.writers()) if at.fence > at.position else []
    if at.fence <= at.position:
        return 0

    passed = 0
    if not at.writers or queries.writers().isdisjoint({*at.writers, queries.PREPARED}):
        moves = queries.moves_between(after=at.position, upto=at.fence, most=most)
        value_moves(ctx, moves=moves)
        upto = moves[-1].pk if len(moves) >= most else at.fence
        passed, at.position, at.writers = upto - at.position, upto, []
    at.save(update_fields=["position", "fence", "writers"])
    return passed


@command(hidden=True)
def catch_up(ctx: Ctx) -> queries.Behind:
    """Value what waits where that is little, before something is said or done about the worth of stock.

    To be called while no item is held: who values holds the place first, and items after it.
    """
    behind = queries.behind()
    if not 0 < behind.waiting <= AT_ONCE:
        return behind
    # A fence that was raised earlier lets the first step end before the newest moves.
    while value_pending(ctx, waits=True):
        continue
    return queries.behind()


def _locked(*, waits: bool) -> Progress | None:
    found = queries.progress_to_change(waits=waits)
    if found is None and not Progress.objects.filter(name=MOVES).exists():
        Progress.objects.bulk_create([Progress(name=MOVES)], ignore_conflicts=True)
        found = queries.progress_to_change(waits=waits)
    return found
