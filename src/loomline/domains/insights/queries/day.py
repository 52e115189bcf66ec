"""One person's day: what to do, whom to meet, which deals and promises need them, which letters wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, TypeVar

from django.db.models import Q

from loomline.domains.insights.queries.risks import OrderAtRisk, at_risk
from loomline.domains.leads import queries as leading
from loomline.domains.mail import queries as mail
from loomline.domains.mail.models import Thread
from loomline.domains.pipeline import queries as pipeline
from loomline.domains.pipeline.models import Lead, LeadState, Opportunity, OpportunityState
from loomline.domains.promises.models import Promise, PromiseStatus
from loomline.domains.sales.models import Order
from loomline.domains.tasks import queries as tasks
from loomline.domains.tasks.models import Task
from loomline.domains.timeline.models import Note, NoteKind
from loomline.kernel import access
from loomline.kernel.context import Ctx

# A deal that closes within a week is today's business.
CLOSES_WITHIN = timedelta(days=7)
MOST = 12
# Up to here things are counted; beyond it nobody wants to know the number.
COUNTED = 100


T = TypeVar("T")


class Waiting(list[T]):
    """The most urgent of what waits, with how many there are, counted up to a hundred."""

    def __init__(self, rows: Iterable[T] = (), *, most: int = MOST, number: int | None = None) -> None:
        found = list(rows)
        super().__init__(found[:most])
        self.number = min(len(found) if number is None else number, COUNTED)


@dataclass(frozen=True)
class Day:
    """What waits for one person, each list the most urgent first."""

    tasks: Waiting[Task]
    meetings: Waiting[Note]
    leads: Waiting[Lead]
    free_leads: Waiting[Lead]
    deals: Waiting[Opportunity]
    slips: Mapping[int, int]
    promises: Waiting[Promise]
    orders: Waiting[OrderAtRisk]
    letters: Waiting[Thread]

    @property
    def parts(self) -> Sequence[Waiting[Any]]:
        """What has to be done; meetings take place by themselves."""
        return (
            self.tasks,
            self.leads,
            self.free_leads,
            self.deals,
            self.promises,
            self.orders,
            self.letters,
        )

    @property
    def count(self) -> int:
        """How many things wait."""
        return sum(part.number for part in self.parts)

    @property
    def is_more(self) -> bool:
        """True when there are still more than were counted."""
        return any(part.number >= COUNTED for part in self.parts)


def day_of(ctx: Ctx) -> Day:
    """The actor's own day. What their roles do not open is left out."""
    sells = access.may(ctx, access.view_permission(Opportunity))
    writes = access.may(ctx, access.view_permission(Thread))
    leads = _leads(ctx) if sells else []
    deals = _deals(ctx) if sells else Waiting[Opportunity]()
    return Day(
        tasks=Waiting(tasks.open_of(ctx)[:COUNTED], most=MOST * 2),
        meetings=_meetings(ctx),
        leads=Waiting(lead for lead in leads if lead.owner_id is not None),
        free_leads=Waiting(lead for lead in leads if lead.owner_id is None),
        deals=deals,
        slips=pipeline.slips(opportunity_ids=[deal.pk for deal in deals]) if deals else {},
        promises=_promises(ctx) if access.may(ctx, access.view_permission(Promise)) else Waiting(),
        orders=_orders(ctx) if access.may(ctx, access.view_permission(Order)) else Waiting(),
        letters=Waiting(mail.awaiting(ctx)[:COUNTED]) if writes else Waiting(),
    )


def _meetings(ctx: Ctx) -> Waiting[Note]:
    """The meetings that the actor wrote down for today, in the company's own day."""
    start = datetime.combine(ctx.today, time.min, ctx.company.zone)
    rows = Note.objects.filter(
        kind=NoteKind.MEETING, author=ctx.actor, at__gte=start, at__lt=start + timedelta(days=1)
    )
    return Waiting(rows.select_related("party").order_by("at", "pk")[:COUNTED])


def _leads(ctx: Ctx) -> list[Lead]:
    """Unanswered leads, the actor's own and nobody's: those past their target first, the longest waiting."""
    new = access.visible(ctx, Lead).filter(state=LeadState.NEW).annotate(target=leading.TARGET_MINUTES)
    own = new.filter(owner=ctx.actor).order_by("captured_at", "pk")[:COUNTED]
    free = new.filter(owner__isnull=True).order_by("captured_at", "pk")[:COUNTED]
    # Two short lists in one statement, each by its own index.
    return sorted(own.union(free, all=True), key=lambda lead: (not is_late(ctx, lead), lead.captured_at))


def is_late(ctx: Ctx, lead: Lead) -> bool:
    """True when a lead of the day should have been answered by now."""
    minutes = getattr(lead, "target", None)
    return minutes is not None and ctx.now > lead.captured_at + timedelta(minutes=minutes)


def _promises(ctx: Ctx) -> Waiting[Promise]:
    """What the actor has promised for today or before and is not there."""
    rows = access.visible(ctx, Promise).filter(
        made_by=ctx.actor,
        binds=True,
        status__in=(PromiseStatus.OPEN, PromiseStatus.BROKEN),
        kept_on__isnull=True,
        due_on__lte=ctx.today,
    )
    return Waiting(rows.select_related("customer", "item").order_by("due_on", "pk")[:COUNTED])


def _orders(ctx: Ctx) -> Waiting[OrderAtRisk]:
    found = at_risk(ctx, limit=MOST, owner=ctx.actor)
    return Waiting(found[0], number=found[1])


def _deals(ctx: Ctx) -> Waiting[Opportunity]:
    """Open deals of the actor that close soon, whose next step is due, or that have none."""
    closing = Q(closes_on__lte=ctx.today + CLOSES_WITHIN)
    due = Q(next_step_on__lte=ctx.today)
    without = Q(next_step="") | Q(next_step_on__isnull=True)
    rows = access.visible(ctx, Opportunity).filter(
        closing | due | without, owner=ctx.actor, state=OpportunityState.OPEN
    )
    return Waiting(rows.select_related("party", "stage").order_by("closes_on", "-amount", "pk")[:COUNTED])
