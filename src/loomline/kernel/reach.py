"""What the access rules ask of whoever knows: the companies, roles and territories of a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from loomline.kernel.port import port


@port
def parties_of(*, user_id: int) -> Iterable[int]:
    """The companies whose records a portal user may see; nobody is a portal user by default."""
    return ()


@port
def roles_of(*, user_id: int | None = None) -> Mapping[int, str]:
    """The roles a person holds, or all there are, by key; none while nobody keeps roles."""
    return {}


@port
def territories_of(*, user_id: int) -> Iterable[int]:
    """The territories a person works in; none while nobody keeps territories."""
    return ()
