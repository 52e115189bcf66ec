"""What mail asks of the domains above it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from loomline.kernel.port import port


@dataclass(frozen=True)
class Named:
    """A record that a letter names."""

    kind: str
    pk: int


@port
def records_named(*, numbers: Collection[str], party_ids: Collection[int]) -> list[Named]:
    """The documents of these parties that have one of these numbers; none while nobody keeps documents."""
    return []


@port
def suppressed(*, addresses: Iterable[str]) -> set[str]:
    """Those of the addresses whose owners asked for no letters; nobody while nobody keeps consents."""
    return set()
