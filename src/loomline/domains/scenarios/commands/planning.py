"""Keeping what came of a scenario, beside the live plan of the same moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from loomline.domains.scenarios import queries
from loomline.domains.scenarios.commands.opening import OPEN
from loomline.domains.scenarios.events import ScenarioPlanned
from loomline.domains.scenarios.models import Change, LineDay, Outcome, Scenario, ScenarioOrder
from loomline.domains.scenarios.queries import Planned, Reading
from loomline.domains.supplyplan.models import Advice
from loomline.domains.supplyplan.queries.proposals import Proposal
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance

BATCH = 2000
# The figures of the live plan stand once; whoever plans two scenarios at a time waits here.
LOCK = "SELECT pg_advisory_xact_lock(hashtext('loomline.scenarios'))"


class ChangedMeanwhile(Refused):
    """What was planned is not what stands there now."""

    says = _("The changes of {scenario} were edited while it was planned. Plan it again.")


@command(move="plan", hidden=True)
def keep_outcome(ctx: Ctx, *, scenario: Scenario, planned: Planned) -> Scenario:
    """Put what came of a scenario in the place of what was known before; the live plan stays as it is."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
    scenario = lock(scenario)

    standing = scenario.changes.order_by("position", "pk").values_list("pk", flat=True)
    if scenario.state in OPEN and tuple(standing) != planned.changes:
        raise ChangedMeanwhile(scenario=scenario)

    advance(scenario, "plan", planned_at=ctx.now, answer="")
    Outcome.objects.filter(scenario__isnull=True).delete()
    scenario.outcomes.all().delete()
    scenario.orders.all().delete()
    live = _keep(ctx, None, planned.live)
    tried = _keep(ctx, scenario, planned.tried)
    places = [one.planning.place for one in planned.tried.plan.orders]
    bases = queries.bases_of_places(found=planned.live.found, places=places)
    known = Counter(_key(one) for one in planned.live.plan.orders)
    ScenarioOrder.objects.bulk_create(
        (_order(scenario, planned, one, known, bases) for one in planned.tried.plan.orders), batch_size=BATCH
    )
    changes = list(Change.objects.filter(pk__in=planned.changes))
    for change in changes:
        change.is_chosen, change.basis = False, planned.bases.get(change.pk, "")
    Change.objects.bulk_update(changes, ["is_chosen", "basis"])

    told: dict[str, Any] = {"scenario_id": scenario.pk, "scenario": scenario.name}
    ctx.emit(ScenarioPlanned(**told, orders=tried.orders, late=tried.late_lines, live=live.late_lines))
    return scenario


def _keep(ctx: Ctx, scenario: Scenario | None, read: Reading) -> Outcome:
    made: Outcome = Outcome.objects.create(
        scenario=scenario,
        made_at=ctx.now,
        starts_on=read.plan.today,
        currency=ctx.company.currency,
        late_lines=len(read.late),
        late_days=sum(one.days_late for one in read.late),
        unserved_lines=len(read.unserved),
        buys=read.buys,
        orders=len(read.plan.orders),
        messages=len(read.plan.told),
        expedite=read.told(Advice.EXPEDITE),
        defer=read.told(Advice.DEFER),
        cancel=read.told(Advice.CANCEL),
        release=read.told(Advice.RELEASE, Advice.RELEASE_LATE),
        short_items=read.short_items,
        overload_hours=read.overload_hours,
        demand_value=read.demand_value,
        on_time_value=read.on_time_value,
        weeks=[[monday.isoformat(), str(value)] for monday, value in read.weeks()],
        centres=sorted([pk, str(minutes)] for pk, minutes in read.overloads.items()),
    )
    LineDay.objects.bulk_create(_lines(made, read.lines), batch_size=BATCH)
    return made


def _lines(outcome: Outcome, lines: Sequence[queries.Served]) -> list[LineDay]:
    return [
        LineDay(
            outcome=outcome,
            kind=one.taken.kind,
            document_id=one.taken.pk or 0,
            document=one.taken.label[:120],
            item_id=one.taken.place[0],
            party_id=one.taken.party_id,
            quantity=one.taken.quantity,
            value=one.value,
            wanted_on=one.taken.on,
            ready_on=one.ready_on,
        )
        for one in lines
    ]


def _key(one: Proposal) -> tuple[object, ...]:
    row = one.planning
    return (
        *(row.place, row.kind, row.supplier_id, row.from_site_id),
        *(one.quantity, one.started, one.start_on, one.due_on),
    )


def _order(
    scenario: Scenario,
    planned: Planned,
    one: Proposal,
    known: Counter[tuple[object, ...]],
    bases: Mapping[tuple[int, int], str],
) -> ScenarioOrder:
    row, key = one.planning, _key(one)
    is_live = known[key] > 0
    known[key] -= 1
    return ScenarioOrder(
        scenario=scenario,
        item_id=row.place[0],
        site_id=row.place[1],
        kind=row.kind,
        quantity=one.quantity,
        started=one.started,
        start_on=one.start_on,
        due_on=one.due_on,
        need_on=one.need_on,
        is_late=one.is_late,
        supplier_id=row.supplier_id,
        from_site_id=row.from_site_id,
        value=planned.tried.value_of(one),
        is_live=is_live,
        basis=bases[row.place],
    )
