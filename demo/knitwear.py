"""One season of a small knitwear brand: yarn, dyeing, knitting, tailoring, check, packing, shipping.

Each stage is done by another partner. The season ends on the day the demo is loaded, so that its pages
speak of today; `season(last_day=...)` tells it for any other day, and always tells the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from loomline_demo.chapters import tell
from loomline_demo.days import Days
from loomline_demo.desk import desk, desk_along_the_way
from loomline_demo.halden import WEEKS, Halden
from loomline_demo.office import office
from loomline_demo.selling import selling
from loomline_demo.story import Story

PASSWORD = "merino-and-indigo"
LOGINS: Sequence[tuple[str, str, str]] = (
    ("mara@halden.example", PASSWORD, "Key accounts, sales manager"),
    ("rui@halden.example", PASSWORD, "Planner"),
    ("sofia@halden.example", PASSWORD, "Buyer"),
    ("ana@halden.example", PASSWORD, "Warehouse"),
    ("admin@halden.example", PASSWORD, "Administrator"),
    ("ingrid.solheim@nordvik-outdoor.example", PASSWORD, "Customer, in the portal"),
    ("piera.rossi@biella-yarns.example", PASSWORD, "Supplier, in the portal"),
)


def load() -> None:
    """Tell the season so that it ends today."""
    season(last_day=datetime.now(UTC).date())


def season(*, last_day: date) -> Story:
    """The whole story up to a day."""
    # The troubles come in the last week until Friday: a story told on a Monday ends a week later.
    monday = last_day - timedelta(
        days=last_day.weekday() if last_day.weekday() >= 4 else last_day.weekday() + 7
    )
    s = Story(start=monday - timedelta(weeks=WEEKS), password=PASSWORD)
    days = Days(s, seed=20261123)
    halden = Halden(s, days)
    days.after_work.append(lambda day: tell("runs", halden, day))
    tell("opens", halden)
    desk_along_the_way(s, weeks=WEEKS)
    days.until(last_day)
    tell("ends", halden)
    selling(s)
    desk(s)
    office(s)
    tell("proves", halden)
    return s
