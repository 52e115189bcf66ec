"""Which roles there are and who holds them: saved views ask, accounts answers."""

from __future__ import annotations

from collections.abc import Mapping

from loomline.domains.accounts.models import Role
from loomline.kernel import reach
from loomline.kernel.port import fill


@fill(reach.roles_of)
def roles_of(*, user_id: int | None = None) -> Mapping[int, str]:
    """Roles by key, in the order of their names."""
    rows = Role.objects.order_by("name", "pk")
    return dict((rows if user_id is None else rows.filter(members=user_id)).values_list("pk", "name"))
