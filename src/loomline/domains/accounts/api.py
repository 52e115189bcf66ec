"""What accounts answer to the REST interface: who stands behind a token."""

from __future__ import annotations

from datetime import datetime

from loomline.domains.accounts import commands
from loomline.domains.accounts.models import User
from loomline.kernel.port import fill
from loomline.surface import api_caller


@fill(api_caller.holder_of)
def holder_of(*, secret: str, now: datetime) -> tuple[User, tuple[str, ...]] | None:
    """The person whom a program with this token acts for, with no more rights than its scopes."""
    return commands.enter_by_token(secret, now)
