"""What is forecast, and the deals that may be won, are demand of the supply plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, timedelta

from loomline.domains.demand import queries as demand
from loomline.domains.supplyplan import ports
from loomline.kernel.context import Ctx
from loomline.kernel.port import fill


@fill(ports.further_demand)
def further_demand(ctx: Ctx, *, since: date, until: date) -> Iterable[ports.Wanted]:
    """What no order asks for yet; demand counts its last day, the plan does not."""
    rows = demand.outstanding(ctx, since=since, until=until - timedelta(days=1))
    return [ports.Wanted(**asdict(row)) for row in rows]
