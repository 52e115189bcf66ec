"""What sales does at night."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.sales import commands as sales
from loomline.domains.sales import queries
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, job


@job(title=_("End expired quotes"))
def end_expired_quotes(ctx: Ctx, run: JobRun) -> dict[str, Any]:
    """Every quote whose last day is over ends, so that nobody accepts an old price."""
    quotes = list(queries.quotes_over(today=ctx.today))
    return {"expired": len(sales.expire_quotes(ctx, quotes=quotes)) if quotes else 0}
