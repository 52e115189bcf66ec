"""What must exist before a page makes sense."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Needs:
    """Kinds of records ("parties.party") of which at least one must exist; until then the page is
    greyed out.
    """

    kinds: tuple[str, ...] = ()


def needs(*kinds: str) -> Needs:
    """Grey a page out of the navigation until records of these kinds exist."""
    for kind in kinds:
        if kind.count(".") != 1 or kind != kind.lower():
            raise TypeError(f'needs("{kind}"): write app and model in small letters, as in "parties.party".')
    return Needs(kinds)
