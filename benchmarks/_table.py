"""The rows of the table that `benchmarks/engines.py` writes: ours beside a peer and the published result."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure of one engine on one set of public instances.

    `ours`, `peer` and `published` are of the same `measure`, of which less is better unless `more_is_better`;
    `peer` is the plain default of the library named in `peer_name`, run in the same process on the same
    instances; `published` is the figure of `source`. `aim` is what we want to reach.
    """

    engine: str
    case: str
    measure: str
    ours: float
    peer: float | None = None
    peer_name: str = ""
    published: float | None = None
    source: str = ""
    aim: float | None = None
    more_is_better: bool = False
    seconds: float | None = None
    note: str = ""
