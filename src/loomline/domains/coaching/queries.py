"""What helps with a deal, what somebody did in a week, and what there is to talk about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet

from loomline.domains.accounts.models import User
from loomline.domains.coaching.models import (
    Activity,
    ActivityTarget,
    Playbook,
    PlaybookAnswer,
    PlaybookQuestion,
    Review,
)
from loomline.domains.mail import queries as mail
from loomline.domains.pipeline import queries as pipeline
from loomline.domains.pipeline.models import Opportunity, OpportunityState, Stage
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent

LATELY = timedelta(days=90)
MOST = 20


def playbook_of(*, stage: Stage | int) -> Playbook | None:
    """The playbook of a stage with its questions and assets."""
    rows = Playbook.objects.filter(stage=stage, is_active=True)
    return rows.prefetch_related("questions", "assets").first()


def answers_of(*, opportunity: Opportunity) -> dict[int, str]:
    """What was answered about a deal, by the question's key."""
    rows = PlaybookAnswer.objects.filter(opportunity=opportunity)
    return dict(rows.values_list("question_id", "text"))


def open_questions(*, opportunity: Opportunity, stages: Sequence[Stage]) -> list[PlaybookQuestion]:
    """The needed questions of these stages that nobody has answered."""
    needed = PlaybookQuestion.objects.filter(
        playbook__stage__in=stages, playbook__is_active=True, is_needed=True
    )
    answered = PlaybookAnswer.objects.filter(opportunity=opportunity).values("question")
    return list(needed.exclude(pk__in=answered).order_by("playbook__stage__position", "position", "pk"))


@dataclass(frozen=True)
class Progress:
    """A target with what was done in the week."""

    activity: Activity
    per_week: int
    done: int
    before: int

    @property
    def share(self) -> Decimal:
        """How much of the target is reached."""
        return Decimal(self.done) / self.per_week


def progress(ctx: Ctx, *, seller: User) -> list[Progress]:
    """This week against the own targets, else those of the person's teams, with the week before beside it."""
    targets = ActivityTarget.objects.filter(Q(person=seller) | Q(team__in=seller.team_ids()))
    wanted: dict[str, int] = {}
    for target in targets.order_by("person", "-per_week"):
        # Nulls stand last: the person's own target comes before a team's.
        wanted.setdefault(target.activity, target.per_week)
    monday = ctx.today - timedelta(days=ctx.today.weekday())
    rows = StoredEvent.objects.filter(
        name__in=wanted, activity__actor=seller, at__gte=_start(ctx, monday - timedelta(days=7))
    )
    now, before = Counter[str](), Counter[str]()
    for name, at in rows.values_list("name", "at"):
        (now if at >= _start(ctx, monday) else before)[name] += 1
    if Activity.EMAILS in wanted:
        for at in mail.letter_times(person=seller, since=_start(ctx, monday - timedelta(days=7))):
            (now if at >= _start(ctx, monday) else before)[Activity.EMAILS] += 1
    return [Progress(Activity(name), wanted[name], now[name], before[name]) for name in sorted(wanted)]


@dataclass(frozen=True)
class Desk:
    """What there is to talk about with a seller."""

    open_count: int
    worth: Decimal
    weighted: Decimal
    won: int
    lost: int
    stalled: list[Opportunity]
    without_step: list[Opportunity]
    single_threaded: list[Opportunity]
    slipping: list[tuple[Opportunity, int]]
    progress: list[Progress]
    reviews: list[Review]

    @property
    def win_rate(self) -> Decimal | None:
        """Won of all that was settled in 90 days; None when nothing was."""
        settled = self.won + self.lost
        return Decimal(self.won) / settled if settled else None


def desk(ctx: Ctx, *, seller: User) -> Desk:
    """The open deals of a seller that need a word, as far as whoever asks may see them."""
    deals = access.visible(ctx, Opportunity).filter(owner=seller)
    still = deals.filter(state=OpportunityState.OPEN)
    listed = still.select_related("party", "stage").order_by("-amount", "pk")
    slips = pipeline.slips(opportunity_ids=still.values_list("pk", flat=True))
    slipping = sorted(
        ((deal, slips[deal.pk]) for deal in listed.filter(pk__in=slips) if slips[deal.pk]),
        key=lambda pair: -pair[1],
    )
    worth = pipeline.open_worth(ctx, rows=deals)
    settled = deals.filter(closed_at__gte=ctx.now - LATELY)
    return Desk(
        open_count=worth.count if worth else 0,
        worth=worth.amount.amount if worth else Decimal(0),
        weighted=worth.weighted.amount if worth else Decimal(0),
        won=settled.filter(state=OpportunityState.WON).count(),
        lost=settled.filter(state=OpportunityState.LOST).count(),
        stalled=list(pipeline.stalled(ctx, rows=listed)[:MOST]),
        without_step=list(pipeline.without_next_step(rows=listed)[:MOST]),
        single_threaded=pipeline.single_threaded(rows=listed)[:MOST],
        slipping=slipping[:MOST],
        progress=progress(ctx, seller=seller),
        reviews=list(
            access.visible(ctx, Review).filter(seller=seller).select_related("author", "opportunity")[:10]
        ),
    )


def sellers(ctx: Ctx, *, level: access.Level) -> QuerySet[User]:
    """Those who own open deals, as far as the level reaches: oneself, one's teams, or everybody."""
    rows = User.objects.filter(is_active=True, is_system=False)
    if level >= access.Level.ALL:
        own = access.visible(ctx, Opportunity).filter(state=OpportunityState.OPEN).values("owner")
        known = Q(pk__in=own) | Q(activity_targets__isnull=False) | Q(reviews__isnull=False)
        return rows.filter(known).distinct().order_by("name")
    condition = Q(pk=ctx.actor.pk)
    if level >= access.Level.TEAM:
        condition |= Q(teams__in=ctx.actor.team_ids())
    return rows.filter(condition).distinct().order_by("name")


def _start(ctx: Ctx, day: date) -> datetime:
    return datetime.combine(day, time.min, ctx.company.zone)
