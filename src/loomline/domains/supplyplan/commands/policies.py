"""How items are planned, said by another domain."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from loomline.domains.catalog.models import Item
from loomline.domains.sites.models import Site
from loomline.domains.supplyplan import queries
from loomline.domains.supplyplan.models import ItemPolicy
from loomline.kernel.command import command
from loomline.kernel.context import Ctx


@dataclass(frozen=True, kw_only=True)
class PolicyDraft:
    """What of an item's policy is to be otherwise; what is left out stays."""

    item: Item
    site: Site | None = None
    safety_stock: Decimal | None = None
    reorder_level: Decimal | None = None
    minimum: Decimal | None = None
    multiple: Decimal | None = None
    lead_days: int | None = None


@command(hidden=True)
def keep_policies(ctx: Ctx, *, drafts: list[PolicyDraft]) -> list[ItemPolicy]:
    """Plan items otherwise from now on; at a site without a policy of its own, the general one goes on."""
    items = {draft.item.pk for draft in drafts}
    rows = ItemPolicy.objects.filter(item__in=items).order_by("pk").select_for_update(of=("self",))
    standing = {(row.item_id, row.site_id): row for row in rows}

    kept = []
    for draft in drafts:
        place = draft.item.pk, draft.site.pk if draft.site else None
        said = {name: getattr(draft, name) for name in queries.SAID if getattr(draft, name) is not None}
        row = standing[place] = queries.policy_with(standing, place, **said)
        row.save()
        kept.append(row)
    return kept
