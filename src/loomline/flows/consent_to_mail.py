"""Who asked for no letters is known to privacy, and mail warns before it writes to them."""

from __future__ import annotations

from collections.abc import Iterable

from loomline.domains.mail import ports as mail
from loomline.domains.privacy import queries as privacy
from loomline.kernel.port import fill


@fill(mail.suppressed)
def suppressed(*, addresses: Iterable[str]) -> set[str]:
    """Those of these addresses that are suppressed for any reason."""
    return privacy.suppressed(addresses)
