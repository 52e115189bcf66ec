"""Whose turn it is, and for whom one may decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now, TruncDate

from loomline.domains.accounts.models import RoleHolder
from loomline.domains.approvals.models import Approval, ApprovalState, Deputy, Turn, TurnState
from loomline.kernel.context import Ctx


@dataclass(frozen=True)
class Seats:
    """For which roles and people somebody may decide today: their own first, then as a deputy."""

    actor_id: int
    is_everybody: bool = False
    roles: dict[int, int] = field(default_factory=dict)
    people: set[int] = field(default_factory=set)

    def instead_of(self, turn: Turn) -> int | None:
        """Whose right is used: the actor's own, or that of the person stood in for; None without a right."""
        if turn.role_id is not None and turn.role_id in self.roles:
            return self.roles[turn.role_id]
        if turn.person_id is not None and turn.person_id in self.people:
            return turn.person_id
        return self.actor_id if self.is_everybody else None


def seats(ctx: Ctx) -> Seats:
    """For whom the actor may decide today; machines decide for nobody. Costs two statements."""
    actor = ctx.actor
    if actor.is_system:
        return Seats(actor.pk)
    stood_for = Deputy.objects.filter(deputy=actor.pk, starts_on__lte=ctx.today, ends_on__gte=ctx.today)
    people = {actor.pk, *stood_for.values_list("person", flat=True)}
    roles: dict[int, int] = {}
    for role, person in RoleHolder.objects.filter(user__in=people).values_list("role", "user"):
        if person == actor.pk or role not in roles:
            roles[role] = person
    return Seats(actor.pk, bool(actor.is_superuser), roles, people)


def open_turns(turns: Iterable[Turn]) -> list[Turn]:
    """Those whose turn it is: in each rule the lowest level that has not been decided."""
    waiting = [one for one in turns if one.state == TurnState.WAITING]
    first = {one.rule: min(o.level for o in waiting if o.rule == one.rule) for one in waiting}
    return [one for one in waiting if one.level == first[one.rule]]


def waiting_for(ctx: Ctx) -> QuerySet[Approval]:
    """The approvals in which it is the actor's turn, the oldest first."""
    mine = seats(ctx)
    lower = Turn.objects.filter(
        approval=OuterRef("approval"), rule=OuterRef("rule"), level__lt=OuterRef("level"),
        state=TurnState.WAITING,
    )  # fmt: skip
    turn = Turn.objects.filter(approval=OuterRef("pk"), state=TurnState.WAITING)
    if not mine.is_everybody:
        turn = turn.filter(Q(role__in=mine.roles) | Q(person__in=mine.people))
    turn = turn.exclude(Exists(lower)).exclude(four_eyes=True, approval__asked_by=ctx.actor.pk)
    rows = Approval.objects.filter(Exists(turn), state=ApprovalState.WAITING)
    return rows.select_related("asked_by", "site").order_by("pk")


def on_the_desk_of(actor: Any) -> QuerySet[Turn, Any]:
    """The keys of approvals in which somebody has, or had, a say: by role, by name or as a deputy today."""
    today = TruncDate(Now())
    people = Deputy.objects.filter(deputy=actor.pk).annotate(today=today)
    people = people.filter(starts_on__lte=F("today"), ends_on__gte=F("today"))
    stood_for = people.values("person")
    roles = RoleHolder.objects.filter(Q(user=actor.pk) | Q(user__in=stood_for)).values("role")
    asked = Q(role__in=roles) | Q(person=actor.pk) | Q(person__in=stood_for) | Q(by=actor.pk)
    return Turn.objects.filter(asked).values("approval")
