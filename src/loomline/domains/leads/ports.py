"""What lead handling asks of the domains around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from loomline.domains.pipeline.models import Lead
from loomline.kernel.port import port


@port
def territories_of_leads(*, leads: Sequence[Lead]) -> Mapping[int, tuple[int, str]]:
    """The territory of leads, as key and name, by the lead's key; none while nobody keeps territories."""
    return {}


@port
def people_of_territories(*, territories: Iterable[int]) -> Mapping[int, frozenset[int]]:
    """Who works in territories, by the territory's key."""
    return {}
