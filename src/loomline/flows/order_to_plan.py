"""The plan asks how long goods are on the way to customers; promising has said so already."""

from __future__ import annotations

from loomline.domains.planning import queries as planning
from loomline.domains.supplyplan import ports
from loomline.kernel.port import fill


@fill(ports.outbound_days)
def outbound_days() -> int:
    """The same days that a promise counts on."""
    return planning.OUTBOUND_DAYS
