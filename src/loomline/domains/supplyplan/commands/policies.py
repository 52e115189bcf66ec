"""Policies written for many places at once."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from loomline.domains.catalog.models import Item
from loomline.domains.sites.models import Site
from loomline.domains.supplyplan.events import PoliciesAgreed
from loomline.domains.supplyplan.models import ItemPolicy
from loomline.kernel.command import command
from loomline.kernel.context import Ctx

NAMES = ("safety_stock", "reorder_level", "rule", "fixed_quantity", "period_days", "minimum")


@dataclass(frozen=True, kw_only=True)
class PolicyDraft:
    """How an item is to be planned at a site; what is None stays as it is."""

    item: Item
    site: Site
    safety_stock: Decimal | None = None
    reorder_level: Decimal | None = None
    rule: str | None = None
    fixed_quantity: Decimal | None = None
    period_days: int | None = None
    minimum: Decimal | None = None

    @property
    def values(self) -> dict[str, Any]:
        """What it says, by the fields of a policy."""
        return {name: getattr(self, name) for name in NAMES if getattr(self, name) is not None}


@command(hidden=True)
def agree_policies(ctx: Ctx, *, drafts: list[PolicyDraft]) -> list[ItemPolicy]:
    """Say how items are planned at sites; a policy that is there keeps what the draft leaves open.

    A place without one of its own starts from the policy for all sites, which it would follow otherwise.
    """
    items = sorted({draft.item.pk for draft in drafts})
    standing = {
        (row.item_id, row.site_id): row
        for row in ItemPolicy.objects.filter(item__in=items).order_by("pk").select_for_update()
    }

    old, new = [], []
    for draft in drafts:
        row = standing.get((draft.item.pk, draft.site.pk))
        if row is None:
            row = _copy(standing.get((draft.item.pk, None)), draft)
            new.append(row)
        else:
            old.append(row)
        for name, value in draft.values.items():
            setattr(row, name, value)
    ItemPolicy.objects.bulk_update(old, NAMES, batch_size=500)
    ItemPolicy.objects.bulk_create(new, batch_size=500)

    ctx.emit(PoliciesAgreed(item_ids=tuple(items), count=len(drafts)))
    return [*old, *new]


def _copy(general: ItemPolicy | None, draft: PolicyDraft) -> ItemPolicy:
    if general is None:
        return ItemPolicy(item=draft.item, site=draft.site)
    kept = {
        field.attname: getattr(general, field.attname)
        for field in ItemPolicy._meta.concrete_fields
        if field.name not in ("id", "item", "site")
    }
    return ItemPolicy(item=draft.item, site=draft.site, **kept)
