"""What is open, what is late, and what happened again."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from loomline.domains.corrections.models import (
    ActionState,
    CorrectiveAction,
    CorrectiveStep,
    Discipline,
    Nonconformance,
    NonconformanceState,
)


def open_steps(*, action: CorrectiveAction, but: tuple[str, ...] = ()) -> QuerySet[CorrectiveStep]:
    """The steps that are not done yet."""
    return action.steps.filter(done_at__isnull=True).exclude(discipline__in=but)


def late_steps(*, on: date) -> QuerySet[CorrectiveStep]:
    """Steps that should be done by now, the oldest first."""
    rows = CorrectiveStep.objects.filter(done_at__isnull=True, due_on__lt=on)
    return rows.exclude(action__state=ActionState.CLOSED).order_by("due_on", "pk")


def repeats(*, action: CorrectiveAction) -> QuerySet[Nonconformance]:
    """What was found again since the action was in place: the same item, of the same supplier."""
    first = action.nonconformance
    if action.implemented_at is None:
        return Nonconformance.objects.none()
    rows = Nonconformance.objects.filter(raised_at__gt=action.implemented_at, item=first.item_id)
    if first.supplier_id is not None:
        rows = rows.filter(supplier=first.supplier_id)
    return rows.exclude(state=NonconformanceState.CANCELLED).exclude(pk=first.pk)


# Discipline, days after opening, what is usually done.
USUAL_STEPS = (
    (Discipline.TEAM, 1),
    (Discipline.PROBLEM, 2),
    (Discipline.CONTAINMENT, 3),
    (Discipline.CAUSE, 10),
    (Discipline.CORRECTION, 15),
    (Discipline.IMPLEMENTATION, 25),
    (Discipline.PREVENTION, 30),
    (Discipline.THANKS, 60),
)
