"""Who may look in from outside: accounts asks, the parties that gave somebody access answer."""

from __future__ import annotations

from collections.abc import Iterable

from loomline.domains.accounts import ports as accounts
from loomline.domains.parties import queries as parties
from loomline.kernel.port import fill


@fill(accounts.parties_of)
def parties_of(*, user_id: int) -> Iterable[int]:
    """The companies whose records a portal user may see."""
    return parties.portal_parties(user_id=user_id)
