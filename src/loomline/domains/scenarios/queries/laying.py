"""Changes laid over the live documents in memory: what is changed is copied, and nothing is written."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from loomline.domains.catalog.models.item import Supply
from loomline.domains.demand import queries as demand
from loomline.domains.manufacturing.models import WorkStage
from loomline.domains.pipeline.models import OpportunityLine
from loomline.domains.scenarios.models import Change, ChangeKind
from loomline.domains.scenarios.queries.trying import DEALS, tried_figures
from loomline.domains.shopfloor.queries.load import WAITS
from loomline.domains.supplyplan import ports
from loomline.domains.supplyplan import queries as supplyplan
from loomline.domains.supplyplan.queries import Documents
from loomline.domains.supplyplan.queries.documents import (
    ORDER,
    PURCHASE,
    WORK,
    Brought,
    Place,
    Taken,
    TriedHours,
)
from loomline.kernel.context import Ctx

DEAL = "pipeline.opportunity"
ONE_DAY = timedelta(days=1)
R = TypeVar("R", Taken, Brought)
Layer = Callable[[Ctx, Documents, Change], Documents]


def lay_over(ctx: Ctx, *, found: Documents, changes: Sequence[Change]) -> Documents:
    """The documents as they would be with the changes; without any, they are the live ones themselves."""
    made = _expected(ctx, found, changes)
    for change in changes:
        if layer := LAYERS.get(ChangeKind(change.kind)):
            made = layer(ctx, made, change)
    return made


def _expected(ctx: Ctx, found: Documents, changes: Sequence[Change]) -> Documents:
    """Forecast and deals, where a change speaks of them."""
    deals = {change.deal_id for change in changes if change.kind in DEALS}
    given = tried_figures(ctx, changes=changes)
    if not deals and not given:
        return found
    rows = demand.outstanding(
        ctx,
        since=found.today,
        until=found.until - ONE_DAY,
        given=given,
        without=[deal for deal in deals if deal is not None],
    )
    wanted = supplyplan.foreseen(found, (ports.Wanted(**asdict(row)) for row in rows))
    orders = [one for one in found.taken if one.kind == ORDER]
    rest = [one for one in found.taken if one.kind != ORDER and not one.is_forecast]
    return replace(found, taken=[*orders, *wanted, *rest])


def _order(ctx: Ctx, found: Documents, change: Change) -> Documents:
    line = change.order_line
    assert line is not None
    place = found.place(line.item_id, line.order.site_id)

    def new(one: Taken) -> Taken | None:
        day = one.on if change.from_on is None else leaving(found, place, change.from_on)
        left = one.quantity if change.quantity is None else change.quantity - line.shipped
        return replace(one, on=day, quantity=left) if left > 0 else None

    about = (ORDER, line.order_id, line.item_id, line.open_quantity)
    return replace(found, taken=_changed(found.taken, about, new))


def _purchase(ctx: Ctx, found: Documents, change: Change) -> Documents:
    line = change.purchase_line
    assert line is not None

    def new(one: Brought) -> Brought | None:
        quantity = one.quantity
        if change.quantity is not None:
            quantity = found.good(one.place, change.quantity - line.accepted)
        return replace(one, on=change.from_on or one.on, quantity=quantity) if quantity > 0 else None

    place = found.place(line.item_id, line.purchase.site_id)
    about = (PURCHASE, line.purchase_id, line.item_id, found.good(place, line.open_quantity))
    return replace(found, brought=_changed(found.brought, about, new))


def _changed(
    rows: Sequence[R], about: tuple[str, int, int, Decimal], new: Callable[[R], R | None]
) -> list[R]:
    """The rows with the first one that is about this line replaced, or left out."""
    kind, pk, item, quantity = about
    mine = [n for n, one in enumerate(rows) if (one.kind, one.pk, one.place[0]) == (kind, pk, item)]
    exact = [n for n in mine if rows[n].quantity == quantity]
    at = next(iter(exact or mine), None)
    made = [new(one) if n == at else one for n, one in enumerate(rows)]
    return [one for one in made if one is not None]


def leaving(found: Documents, place: Place, arrives: date) -> date:
    """The day on which goods leave that are to arrive on another one."""
    days = ports.outbound_days()
    return found.calendars[place[1]].add(arrives, -days) if days else arrives


def _supplier(ctx: Ctx, found: Documents, change: Change) -> Documents:
    terms = dict(found.terms)
    for item, row in found.terms.items():
        if row.supplier_id == change.supplier_id:
            terms[item] = copy.copy(row)
            terms[item].lead_days = max(row.lead_days + (change.days or 0), 0)
    return replace(found, terms=terms)


def _policy(ctx: Ctx, found: Documents, change: Change) -> Documents:
    place = change.item_id or 0, change.site_id
    said: dict[str, Any] = {change.parameter: change.quantity}
    if change.kind == ChangeKind.LEAD_TIME:
        said = {"lead_days": change.days}
    policies = {**found.policies, place: supplyplan.policy_with(found.policies, place, **said)}
    return replace(found, policies=policies)


def _capacity(ctx: Ctx, found: Documents, change: Change) -> Documents:
    """Machines that stand or run longer: the plan within capacity has those hours and no others."""
    tried = TriedHours(
        change.centre_id or 0,
        change.from_on or found.today,
        change.until_on or found.until,
        change.machines or 0,
        change.quantity or Decimal(0),
    )
    return replace(found, tried_hours=(*found.tried_hours, tried))


def _win(ctx: Ctx, found: Documents, change: Change) -> Documents:
    """What the deal asks for is ordered, all of it, by the day it is wanted."""
    deal = change.deal
    assert deal is not None
    won = []
    for line in OpportunityLine.objects.filter(opportunity=deal).order_by("position", "pk"):
        day = line.wanted_on or deal.closes_on
        if line.item_id in found.items and day is not None:
            place = found.place(line.item_id, None)
            on = leaving(found, place, max(day, found.today))
            label = f"{deal.number} {deal.name}"
            won.append(Taken(place, line.quantity, on, DEAL, deal.pk, label, deal.party_id))
    orders = [one for one in found.taken if one.kind in (ORDER, DEAL)]
    rest = [one for one in found.taken if one.kind not in (ORDER, DEAL)]
    return replace(found, taken=[*orders, *won, *rest])


def _lost(ctx: Ctx, found: Documents, change: Change) -> Documents:
    """Nothing comes from a partner before a day: open orders wait, and new ones begin then."""
    supplier, until = change.supplier_id, change.until_on or found.today
    if until <= found.today:
        return found
    waits = _waits(supplier, until)

    def later(one: Brought) -> Brought:
        if one.kind == PURCHASE and one.party_id == supplier:
            return replace(one, on=max(one.on, until))
        if one.kind == WORK and one.pk in waits:
            calendar = found.calendars[one.place[1]]
            return replace(one, on=calendar.on_or_after(one.on + waits[one.pk]))
        return one

    policies = dict(found.policies)
    for place, days in _begins(found, supplier):
        calendar = found.calendars.get(place[1], found.calendars[found.home.pk])
        row = supplyplan.policy_with(policies, place)
        ready = calendar.add(until, days + row.safety_days)
        row.fence_days = max(row.fence_days, (ready - found.today).days)
        policies[place] = row
    return replace(found, brought=[later(one) for one in found.brought], policies=policies)


def _waits(partner: int | None, until: date) -> Mapping[int, timedelta]:
    """How long each work order rests because a stage of it cannot begin before a day. One statement."""
    found: dict[int, timedelta] = {}
    rows = WorkStage.objects.filter(partner=partner, state__in=WAITS, expected_start__lt=until)
    for work, starts in rows.values_list("work", "expected_start"):
        found[work] = max(found.get(work, timedelta()), until - starts)
    return found


def _begins(found: Documents, partner: int | None) -> Iterable[tuple[tuple[int, int | None], int]]:
    """What rests on a partner, at every site that plans it, and the working days from there to the end."""
    own: dict[int, set[int | None]] = {}
    for key, place in found.policies:
        own.setdefault(key, {None}).add(place)
    for pk, item in found.items.items():
        term = found.terms.get(pk)
        is_made = item.supply == Supply.MAKE or item.kind == "phantom"
        days = None
        if is_made:
            stages = found.route(pk)
            first = next((n for n, stage in enumerate(stages) if stage.partner_id == partner), None)
            if first is not None:
                days = sum(stage.days + stage.move_days for stage in stages[first:])
        elif term is not None and term.supplier_id == partner:
            days = term.lead_days
        for site in sorted(own.get(pk, {None}), key=lambda one: one or 0) if days is not None else ():
            policy = found.policies.get((pk, site))
            if policy is None or policy.from_site_id is None:
                said = policy.lead_days if policy and policy.lead_days is not None and not is_made else days
                yield (pk, site), said or 0


LAYERS: Mapping[ChangeKind, Layer] = {
    ChangeKind.ORDER: _order,
    ChangeKind.PURCHASE: _purchase,
    ChangeKind.SUPPLIER: _supplier,
    ChangeKind.POLICY: _policy,
    ChangeKind.LEAD_TIME: _policy,
    ChangeKind.CAPACITY: _capacity,
    ChangeKind.WIN: _win,
    ChangeKind.LOST: _lost,
}
