"""Which items the events since the last run have touched."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from loomline.domains.bills.queries import Seed, tree
from loomline.domains.supplyplan.models import PlanItem, PlanRun
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent

# Whose news changes what there is, what comes, what is wanted or how it is made.
DOMAINS = frozenset(
    {"sales", "procurement", "inventory", "manufacturing", "storage", "warehouse", "quality", "counting"}
)
# More levels than any bill has.
DEEPEST = 30
# How items are planned is said by the plan's own people.
SAID = frozenset({"supplyplan.PoliciesAgreed", "supplyplan.ShipmentsFirmed"})
# Bills change what is made of what: then everything is planned anew.
WHOLE = frozenset({"bills.BillAdded", "bills.BillRetired", "catalog.ItemArchived", "catalog.ItemRestored"})
ITEM = "catalog.item:"
# Keys are drawn before they are committed: for so long a lower one may still appear.
SETTLED = timedelta(minutes=2)
MOST = 5000


@dataclass(frozen=True)
class Heard:
    """Up to where events were read: all up to a key, and some beyond it."""

    position: int
    beyond: list[int]


@dataclass(frozen=True)
class News:
    """What was told since: the items it touches, or everything."""

    place: Heard
    count: int
    items: frozenset[int]
    is_whole: bool = False


@dataclass(frozen=True)
class Cone:
    """What a net change writes (the items touched and all that they are made of), and what it reads."""

    written: frozenset[int]
    read: frozenset[int]


def last_run() -> PlanRun | None:
    """The run whose plan stands."""
    return PlanRun.objects.order_by("-pk").first()


def heard_by_now(ctx: Ctx) -> Heard:
    """Where to go on after a run that reads the documents from now on."""
    before = StoredEvent.objects.filter(at__lt=ctx.now - SETTLED).order_by("-pk")
    position = before.values_list("pk", flat=True).first() or 0
    return Heard(position, list(StoredEvent.objects.filter(pk__gt=position).values_list("pk", flat=True)))


def news(ctx: Ctx, *, run: PlanRun) -> News:
    """What has happened since a run or its last net change. One statement."""
    rows = StoredEvent.objects.filter(pk__gt=run.position).order_by("pk")
    told = list(rows.values_list("pk", "at", "name", "about")[: MOST + 1])
    known = set(run.heard)
    fresh = [row for row in told if row[0] not in known]
    items = {int(one[len(ITEM) :]) for row in fresh for one in _items(row[2], row[3])}
    return News(
        place=_place(run.position, [(pk, at) for pk, at, _name, _about in told], ctx.now),
        count=len(fresh),
        items=frozenset(items),
        is_whole=len(told) > MOST or any(name in WHOLE for _pk, _at, name, _about in fresh),
    )


def _items(name: str, about: Iterable[str]) -> list[str]:
    is_news = name.split(".")[0] in DOMAINS or name in SAID
    return [one for one in about if one.startswith(ITEM)] if is_news else []


def _place(position: int, told: Iterable[tuple[int, datetime]], now: datetime) -> Heard:
    rows = list(told)
    settled = 0
    while settled < len(rows) and rows[settled][1] < now - SETTLED:
        settled += 1
    reached = rows[settled - 1][0] if settled else position
    return Heard(reached, [pk for pk, _at in rows[settled:]])


def cone_of(ctx: Ctx, *, items: Collection[int]) -> Cone:
    """The items that a change of these reaches, and those whose plans it rests on. Two statements.

    What may stand in for something takes part in its plan, and the other way round.
    """
    seeds = [Seed(pk, pk, Decimal(1), ctx.today) for pk in sorted(items)]
    written = {*items, *(row.item_id for row in tree(seeds=seeds, levels=DEEPEST))}
    parents: dict[int, set[int]] = {}
    reached: dict[int, set[int]] = {}
    for item, components, stand_ins in PlanItem.objects.values_list("item_id", "components", "stand_ins"):
        for part in components:
            parents.setdefault(part, set()).add(item)
        reached.setdefault(item, set()).update(components)
        for one in stand_ins:
            reached.setdefault(one, set()).add(item)
    touched = list(written)
    while touched:
        below = reached.get(touched.pop(), set()) - written
        written |= below
        touched.extend(below)
    read, waiting = set(written), list(written)
    while waiting:
        above = parents.get(waiting.pop(), set()) - read
        read |= above
        waiting.extend(above)
    return Cone(frozenset(written), frozenset(read))
