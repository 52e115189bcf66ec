"""The rows of the ledger."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F, Q

from loomline.domains.promises.models import Promise
from loomline.domains.promises.ports import Subject
from loomline.kernel import access
from loomline.kernel.context import Ctx


def rows_of(*, subjects: Iterable[Subject]) -> list[Promise]:
    """All promises of these subjects and of the same chains, the oldest first; locked. Two statements."""
    by_kind: dict[str, set[int]] = {}
    for kind, pk in subjects:
        by_kind.setdefault(kind, set()).add(pk)
    if not by_kind:
        return []
    mine = Q(pk__in=())
    for kind, keys in by_kind.items():
        mine |= Q(subject_kind=kind, subject_id__in=keys)
    firsts = {first or pk for pk, first in Promise.objects.filter(mine).values_list("pk", "first")}
    rows = Promise.objects.filter(Q(pk__in=firsts) | Q(first__in=firsts)).order_by("pk")
    return list(rows.select_for_update(of=("self",)))


def chain(*, promise: Promise) -> list[Promise]:
    """What was promised for the same thing, the first one first."""
    root = promise.first_id or promise.pk
    rows = Promise.objects.filter(Q(pk=root) | Q(first=root))
    return list(rows.select_related("made_by").order_by("pk"))


def missed(ctx: Ctx, *, customer_id: int, limit: int = 10) -> list[Promise]:
    """The first promises to a customer that were not kept, the newest first."""
    rows = access.visible(ctx, Promise).filter(customer=customer_id, first=None, binds=True)
    late = rows.filter(withdrawn_on=None).filter(
        Q(kept_on__gt=F("due_on")) | Q(kept_on=None, due_on__lt=ctx.today)
    )
    return list(late.select_related("item").order_by("-due_on", "-pk")[:limit])
