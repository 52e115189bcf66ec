"""Policies written for many places at once."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from loomline.domains.catalog.models import Item
from loomline.domains.sites.models import Site
from loomline.domains.supplyplan import queries
from loomline.domains.supplyplan.events import PoliciesAgreed
from loomline.domains.supplyplan.models import ItemPolicy
from loomline.kernel.command import command
from loomline.kernel.context import Ctx


@dataclass(frozen=True, kw_only=True)
class PolicyDraft:
    """How an item is to be planned, at one site or at all; what is None stays as it is."""

    item: Item
    site: Site | None = None
    safety_stock: Decimal | None = None
    reorder_level: Decimal | None = None
    rule: str | None = None
    fixed_quantity: Decimal | None = None
    period_days: int | None = None
    minimum: Decimal | None = None
    multiple: Decimal | None = None
    lead_days: int | None = None

    @property
    def place(self) -> tuple[int, int | None]:
        return self.item.pk, self.site.pk if self.site else None

    @property
    def values(self) -> dict[str, Any]:
        """What it says, by the fields of a policy."""
        return {name: getattr(self, name) for name in queries.SAID if getattr(self, name) is not None}


@command(hidden=True)
def agree_policies(ctx: Ctx, *, drafts: list[PolicyDraft]) -> list[ItemPolicy]:
    """Say how items are planned; a policy that is there keeps what the draft leaves open.

    A place without one of its own starts from the policy for all sites, which it would follow otherwise.
    """
    items = sorted({draft.item.pk for draft in drafts})
    rows = ItemPolicy.objects.filter(item__in=items).order_by("pk").select_for_update(of=("self",))
    standing = {(row.item_id, row.site_id): row for row in rows}

    for draft in drafts:
        standing[draft.place] = queries.policy_with(standing, draft.place, **draft.values)
    said = [standing[place] for place in dict.fromkeys(draft.place for draft in drafts)]
    new = [row for row in said if row.pk is None]
    ItemPolicy.objects.bulk_update([row for row in said if row.pk], queries.SAID, batch_size=500)
    ItemPolicy.objects.bulk_create(new, batch_size=500)

    ctx.emit(PoliciesAgreed(item_ids=tuple(items), count=len(said)))
    return said
