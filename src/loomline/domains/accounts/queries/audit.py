"""Who did what, as sentences: the whole house, one person, one record."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from loomline.kernel import sentence
from loomline.kernel.access import visible
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.sentence import Sentence


def activity_sentences(
    ctx: Ctx,
    *,
    actor_id: int | None = None,
    kind: str = "",
    object_id: int | None = None,
    verb: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    words: str = "",
    before: int | None = None,
    size: int = 50,
) -> list[Sentence]:
    """What was done, newest first, as far as the actor may see it; `before` is the last id seen."""
    wanted = {
        "actor": actor_id,
        "kind": kind or None,
        "object_id": object_id,
        "verb": verb or None,
        "at__gte": since,
        "at__lt": until,
        "pk__lt": before,
    }
    rows = visible(ctx, Activity).filter(
        **{name: value for name, value in wanted.items() if value is not None}
    )
    if words.strip():
        plain = words.strip()
        rows = rows.filter(
            Q(subject__icontains=plain)
            | Q(verb__icontains=plain.replace(" ", "_"))
            | Q(actor__name__icontains=plain)
        )
    return sentence.sentences_of(rows.select_related("actor").order_by("-pk")[:size])
