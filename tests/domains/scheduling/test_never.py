"""Whatever is scheduled and moved: no overlap, no broken order, nothing too early or in closed hours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loomline.domains.scheduling import commands, queries
from loomline.domains.scheduling.models import Operation
from loomline.domains.workcentres import queries as workcentres
from loomline.kernel.refusal import Refused
from tests.domains.scheduling.floor import Floor, at
from tests.engines.scheduling.plan_checker import faults

WORK = st.tuples(
    st.sampled_from(["cap", "hat", "scarf"]),
    st.integers(1, 150),
    st.integers(23, 29),
    st.integers(23, 27),
)
MOVE = st.tuples(st.integers(0, 30), st.integers(0, 60 * 24 * 5))


def broken(floor: Floor) -> list[str]:
    """What is wrong with the rows as they stand, told from the rows and the hours of the machines alone."""
    rows = list(Operation.objects.select_related("stage__work", "centre__site").order_by("setup_at"))
    wrong, last, before = [], defaultdict(lambda: at(1, 0)), {}
    centres = {one.centre.pk: one.centre for one in rows if one.centre is not None}
    spans = workcentres.spans(
        centres=centres.values(), first=date(2026, 11, 23), last=date(2026, 11, 23) + timedelta(days=60)
    )
    for one in rows:
        assert one.centre is not None
        lane = one.centre_id, one.machine
        if one.setup_at < last[lane]:
            wrong.append(f"{one} overlaps")
        last[lane] = one.ends_at
        open_minutes = sum(
            max((min(span.end, one.ends_at) - max(span.start, one.starts_at)).total_seconds() // 60, 0)
            for day in spans[one.centre.pk].values()
            for span in day
        )
        if open_minutes != one.work_minutes:
            wrong.append(f"{one} has {open_minutes} open minutes for {one.work_minutes}")
        begins = one.stage.work.starts_on
        if begins is not None and one.starts_at < datetime.combine(begins, time.min, UTC):
            wrong.append(f"{one} starts before its material")
    for one in sorted(rows, key=lambda row: (row.stage.work_id, row.stage.position)):
        if one.starts_at < before.get(one.stage.work_id, at(1, 0)):
            wrong.append(f"{one} starts before its predecessor ends")
        before[one.stage.work_id] = one.ends_at
    problem, schedule = queries.problem_kept(queries.read_facts(floor.ctx))
    return wrong + faults(problem, schedule)


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    works=st.lists(WORK, min_size=1, max_size=5),
    later=st.lists(WORK, max_size=2),
    moves=st.lists(MOVE, max_size=3),
    limit=st.integers(0, 3),
)
def test_no_kept_schedule_breaks_a_rule(
    floor: Floor,
    works: Sequence[tuple[str, int, int, int]],
    later: Sequence[tuple[str, int, int, int]],
    moves: Sequence[tuple[int, int]],
    limit: int,
) -> None:
    with transaction.atomic():
        floor.limit(limit)
        for item, quantity, due, ready in works:
            floor.work(getattr(floor, item), quantity, due=due, ready=ready)
        floor.schedule()
        assert broken(floor) == []
        for number, minutes in moves:
            rows = list(Operation.objects.order_by("pk"))
            try:
                commands.move_operation(
                    floor.ctx,
                    operation=rows[number % len(rows)],
                    starts_at=floor.ctx.now + timedelta(minutes=minutes),
                )
            except Refused:
                continue
            assert broken(floor) == []
        for item, quantity, due, ready in later:
            floor.work(getattr(floor, item), quantity, due=due, ready=ready)
        settled = dict(
            Operation.objects.filter(starts_at__lt=at(23 + limit, 0)).values_list("pk", "starts_at")
        )
        floor.schedule()
        assert broken(floor) == []
        assert dict(Operation.objects.filter(pk__in=settled).values_list("pk", "starts_at")) == settled
        connection.check_constraints()
        transaction.set_rollback(True)
