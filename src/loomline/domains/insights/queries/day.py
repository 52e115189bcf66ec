"""One person's day: what to do, whom to meet, which deals and promises need them, which letters wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Q

from loomline.domains.insights.queries.risks import OrderAtRisk, at_risk
from loomline.domains.mail import queries as mail
from loomline.domains.mail.models import Thread
from loomline.domains.pipeline.models import Lead, LeadState, Opportunity, OpportunityState
from loomline.domains.sales.models import Order
from loomline.domains.tasks import queries as tasks
from loomline.domains.tasks.models import Task
from loomline.domains.timeline.models import Note, NoteKind
from loomline.kernel import access
from loomline.kernel.context import Ctx

# A deal that closes within a week is today's business.
CLOSES_WITHIN = timedelta(days=7)
MOST = 12


@dataclass(frozen=True)
class Day:
    """What waits for one person, each list the most urgent first."""

    tasks: Sequence[Task]
    meetings: Sequence[Note]
    leads: Sequence[Lead]
    deals: Sequence[Opportunity]
    promises: Sequence[OrderAtRisk]
    letters: Sequence[Thread]

    @property
    def count(self) -> int:
        """How many things wait; meetings take place by themselves."""
        return sum(map(len, (self.tasks, self.leads, self.deals, self.promises, self.letters)))


def day_of(ctx: Ctx) -> Day:
    """The actor's own day. What their roles do not open is left out."""
    sells = access.may(ctx, access.view_permission(Opportunity))
    delivers = access.may(ctx, access.view_permission(Order))
    return Day(
        tasks=list(tasks.open_of(ctx)[: MOST * 2]),
        meetings=_meetings(ctx),
        leads=_leads(ctx) if sells else [],
        deals=_deals(ctx) if sells else [],
        promises=at_risk(ctx, limit=MOST, owner=ctx.actor)[0] if delivers else [],
        letters=list(mail.awaiting(ctx)[:MOST]) if access.may(ctx, access.view_permission(Thread)) else [],
    )


def _meetings(ctx: Ctx) -> list[Note]:
    """The meetings that the actor wrote down for today, in the company's own day."""
    start = datetime.combine(ctx.today, time.min, ctx.company.zone)
    rows = Note.objects.filter(
        kind=NoteKind.MEETING, author=ctx.actor, at__gte=start, at__lt=start + timedelta(days=1)
    )
    return list(rows.select_related("party").order_by("at", "pk")[:MOST])


def _leads(ctx: Ctx) -> list[Lead]:
    """Leads that nobody has answered, the longest waiting first: the actor's own, then nobody's."""
    new = access.visible(ctx, Lead).filter(state=LeadState.NEW)
    own = new.filter(owner=ctx.actor).order_by("captured_at", "pk")[:MOST]
    free = new.filter(owner__isnull=True).order_by("captured_at", "pk")[:MOST]
    # Two short lists in one statement, each by its own index.
    return sorted(own.union(free, all=True), key=lambda lead: (lead.owner_id is None, lead.captured_at))[
        :MOST
    ]


def _deals(ctx: Ctx) -> list[Opportunity]:
    """Open deals of the actor that close soon, whose next step is due, or that have none."""
    closing = Q(closes_on__lte=ctx.today + CLOSES_WITHIN)
    due = Q(next_step_on__lte=ctx.today)
    without = Q(next_step="") | Q(next_step_on__isnull=True)
    rows = access.visible(ctx, Opportunity).filter(
        closing | due | without, owner=ctx.actor, state=OpportunityState.OPEN
    )
    return list(rows.select_related("party", "stage").order_by("closes_on", "-amount", "pk")[:MOST])
