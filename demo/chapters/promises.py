"""What was promised in the season, and how it was kept."""

from __future__ import annotations

from loomline.domains.promises import commands, queries
from loomline.domains.promises.models import CURRENT, Promise
from loomline.domains.sales.models import OrderLine
from loomline_demo.halden import Halden


def proves(halden: Halden) -> None:
    """Told last: the ledger has heard everything, and no line has a day that it does not know."""
    s = halden.s
    ctx = s.by("Demo")
    commands.read_news(ctx)
    given = OrderLine.objects.filter(promised_on__isnull=False).exclude(order__state="cancelled")
    stands = Promise.objects.filter(subject_kind="sales.orderline", status__in=CURRENT)
    s.expect(
        set(given.values_list("pk", "promised_on")) == set(stands.values_list("subject_id", "due_on")),
        "every day given to a customer stands in the ledger once",
    )
    told = queries.keeping(ctx)
    s.expect(told.due > 0 and 0 < told.kept < told.due, "some promises were kept, some were not")
