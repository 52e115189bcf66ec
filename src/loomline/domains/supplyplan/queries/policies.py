"""A policy with something said otherwise."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from loomline.domains.supplyplan.models import ItemPolicy

SAID = (
    *("safety_stock", "reorder_level", "rule", "fixed_quantity", "period_days"),
    *("minimum", "multiple", "lead_days"),
)


def policy_with(
    policies: Mapping[tuple[int, int | None], ItemPolicy],
    place: tuple[int, int | None],
    **said: Any,
) -> ItemPolicy:
    """What a policy would be, as a row that nobody has kept: that of the place, or the general one there."""
    item, site = place
    own, general = policies.get(place), policies.get((item, None))
    if own is not None:
        row = copy.copy(own)
    elif general is not None:
        row = copy.copy(general)
        row.pk, row.site_id, row._state = None, site, type(row._state)()
    else:
        row = ItemPolicy(item_id=item, site_id=site)
    for name, value in said.items():
        setattr(row, name, value)
    return row
