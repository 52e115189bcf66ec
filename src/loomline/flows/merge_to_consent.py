"""When two records of a person become one, a refusal given to either holds."""

from __future__ import annotations

from loomline.domains.parties.events import PartiesMerged
from loomline.domains.parties.models import Party
from loomline.domains.privacy import commands as privacy
from loomline.kernel.context import Ctx
from loomline.kernel.event import on


@on(PartiesMerged)
def parties_merged(ctx: Ctx, event: PartiesMerged) -> None:
    """Consents move with everything else; where both had answered, no is stronger than yes."""
    survivor, absorbed = (Party.objects.get(pk=pk) for pk in event.party_ids)
    privacy.follow_merge(ctx, survivor=survivor, absorbed=absorbed)
