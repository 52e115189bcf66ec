"""What the access rules ask of whoever knows: the companies and territories that a person belongs to."""

from __future__ import annotations

from collections.abc import Iterable

from loomline.kernel.port import port


@port
def parties_of(*, user_id: int) -> Iterable[int]:
    """The companies whose records a portal user may see; nobody is a portal user by default."""
    return ()


@port
def territories_of(*, user_id: int) -> Iterable[int]:
    """The territories a person works in; none while nobody keeps territories."""
    return ()
