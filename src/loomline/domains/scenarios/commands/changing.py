"""Adding changes to a scenario, and taking them out."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.demand import queries as demand
from loomline.domains.parties.models import Party
from loomline.domains.pipeline.models import Opportunity, OpportunityState
from loomline.domains.procurement.models import PurchaseLine
from loomline.domains.sales.models import OrderLine
from loomline.domains.scenarios.commands.opening import OPEN, reopen_scenario
from loomline.domains.scenarios.events import ScenarioChanged
from loomline.domains.scenarios.models import Change, ChangeKind, Parameter, Scenario, ScenarioState
from loomline.domains.sites.models import Site
from loomline.domains.workcentres.models import WorkCentre
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused

AHEAD = timedelta(weeks=demand.WEEKS_AHEAD)


class NotOpen(Refused):
    """What was decided upon is not changed under the hands of those who decide."""

    says = _("{scenario} is {state}; its changes stand. Copy it and change the copy.")


class WhyMissing(Refused):
    """A change without a reason cannot be judged later."""

    says = _("Say why this is tried.")


class OneOfTwo(Refused):
    """Two figures for one thing contradict each other."""

    says = _("Give either {one} or {other}, and not both.")


class NothingOther(Refused):
    """A change that changes nothing is a mistake."""

    says = _("Nothing is different for {what}. Give another day or another quantity.")


class SpanWrong(Refused):
    """A time has an end after its beginning, and lies ahead."""

    says = _("{first} to {last} is no time ahead of us. Name days from {today} on, the later one last.")


class WeekWrong(Refused):
    """What has begun is no longer forecast."""

    says = _("The week of {week} cannot be changed. Name weeks from {first} to {last}.")


class FigureWrong(Refused):
    """Quantities, percentages and days have their limits."""

    says = _("{figure} is not possible here: {why}.")


class DealEnded(Refused):
    """What is decided needs no assumption."""

    says = _("{deal} is {state} already. Only open deals can be tried.")


@command(states=OPEN, label=_("Change forecast"), icon="chart-line")
def change_demand(
    ctx: Ctx,
    *,
    scenario: Scenario,
    item: Item,
    from_on: date,
    reason: str,
    until_on: date | None = None,
    site: Site | None = None,
    quantity: Decimal | None = None,
    percent: Decimal | None = None,
) -> Change:
    """Expect more or less of an item in the weeks from one to another, each week by a quantity or a share."""
    week, last = demand.week_of(from_on), demand.week_of(until_on or from_on)
    first = demand.week_of(ctx.today) + timedelta(weeks=1)

    _one_of(quantity, percent, _t("a quantity"), _t("a percentage"))
    if not first <= week <= last or last > ctx.today + AHEAD:
        raise WeekWrong(week=from_on, first=first, last=ctx.today + AHEAD, at_field="from_on")
    if (
        (percent is not None and not Decimal(-100) <= percent <= Decimal(10_000))
        or percent == 0
        or quantity == 0
    ):
        raise FigureWrong(
            figure=_figure(percent, quantity), why=_t("nothing falls by more than 100 %, or by 0")
        )

    return _add(
        ctx, scenario, ChangeKind.DEMAND, reason, item=item, site=site, from_on=week, until_on=last,
        quantity=quantity, percent=percent,
    )  # fmt: skip


@command(states=OPEN, label=_("Change an order"), icon="shopping-cart")
def change_order(
    ctx: Ctx,
    *,
    scenario: Scenario,
    order_line: OrderLine,
    reason: str,
    on: date | None = None,
    quantity: Decimal | None = None,
) -> Change:
    """Suppose that a customer wants a line by another day, or another quantity of it; 0 is none."""
    _other(order_line, on, quantity)
    return _add(ctx, scenario, ChangeKind.ORDER, reason, order_line=order_line, from_on=on, quantity=quantity)


@command(states=OPEN, label=_("Change a purchase"), icon="truck-delivery")
def change_purchase(
    ctx: Ctx,
    *,
    scenario: Scenario,
    purchase_line: PurchaseLine,
    reason: str,
    on: date | None = None,
    quantity: Decimal | None = None,
) -> Change:
    """Suppose that a supplier brings a line on another day, or another quantity of it; 0 is none."""
    _other(purchase_line, on, quantity)
    return _add(
        ctx, scenario, ChangeKind.PURCHASE, reason, purchase_line=purchase_line, from_on=on, quantity=quantity
    )


@command(states=OPEN, label=_("Change lead time of an item"), icon="clock")
def change_lead_time(
    ctx: Ctx, *, scenario: Scenario, item: Item, days: int, reason: str, site: Site | None = None
) -> Change:
    """Plan an item with another lead time, in working days."""
    _days(days, 0)
    return _add(ctx, scenario, ChangeKind.LEAD_TIME, reason, item=item, site=site, days=days)


@command(states=OPEN, label=_("Change lead time of a supplier"), icon="clock")
def change_supplier(ctx: Ctx, *, scenario: Scenario, supplier: Party, days: int, reason: str) -> Change:
    """Let everything that is bought from a supplier take so many working days more, or less."""
    _days(days, -1000)
    if days == 0:
        raise NothingOther(what=supplier)
    return _add(ctx, scenario, ChangeKind.SUPPLIER, reason, supplier=supplier, days=days)


@command(states=OPEN, label=_("Change a policy"), icon="adjustments-horizontal")
def change_policy(
    ctx: Ctx,
    *,
    scenario: Scenario,
    item: Item,
    parameter: Parameter,
    quantity: Decimal,
    reason: str,
    site: Site | None = None,
) -> Change:
    """Plan an item with another safety stock, reorder level, least quantity or multiple."""
    if quantity < 0:
        raise FigureWrong(figure=quantity, why=_t("a quantity cannot be negative"), at_field="quantity")
    return _add(
        ctx, scenario, ChangeKind.POLICY, reason, item=item, site=site,
        parameter=Parameter(parameter).value, quantity=quantity,
    )  # fmt: skip


@command(states=OPEN, label=_("Change capacity"), icon="building-factory-2")
def change_capacity(
    ctx: Ctx,
    *,
    scenario: Scenario,
    centre: WorkCentre,
    from_on: date,
    until_on: date,
    reason: str,
    machines: int | None = None,
    overtime: Decimal | None = None,
) -> Change:
    """Take machines of a work centre out for some days, or let all run hours of overtime on each of them."""
    _one_of(machines, overtime, _t("machines that stand"), _t("hours of overtime"))
    if not ctx.today <= from_on <= until_on:
        raise SpanWrong(first=from_on, last=until_on, today=ctx.today, at_field="from_on")
    if machines is not None and not 0 < machines <= centre.machines:
        why = _t("{centre} has {n} machines").format(centre=centre, n=centre.machines)
        raise FigureWrong(figure=machines, why=why, at_field="machines")
    if overtime is not None and not 0 < overtime <= 16:
        raise FigureWrong(figure=overtime, why=_t("a day has at most 16 hours of it"), at_field="overtime")
    return _add(
        ctx, scenario, ChangeKind.CAPACITY, reason, centre=centre, from_on=from_on, until_on=until_on,
        machines=machines, quantity=overtime,
    )  # fmt: skip


@command(states=OPEN, label=_("Win a deal"), icon="circle-check")
def win_deal(ctx: Ctx, *, scenario: Scenario, deal: Opportunity, reason: str) -> Change:
    """Suppose that an open deal is won: all it asks for is ordered for the day it is wanted."""
    return _decide(ctx, scenario, ChangeKind.WIN, deal, reason)


@command(states=OPEN, label=_("Lose a deal"), icon="circle-x")
def lose_deal(ctx: Ctx, *, scenario: Scenario, deal: Opportunity, reason: str) -> Change:
    """Suppose that an open deal is lost: nothing is expected of it any more."""
    return _decide(ctx, scenario, ChangeKind.LOSE, deal, reason)


@command(states=OPEN, label=_("Lose a partner for a time"), icon="alert-triangle")
def lose_partner(ctx: Ctx, *, scenario: Scenario, partner: Party, until_on: date, reason: str) -> Change:
    """Suppose that a supplier brings and makes nothing before a day; what is ordered begins then."""
    if until_on <= ctx.today:
        raise SpanWrong(first=ctx.today, last=until_on, today=ctx.today, at_field="until_on")
    return _add(ctx, scenario, ChangeKind.LOST, reason, supplier=partner, until_on=until_on)


@command(label=_("Take out"), icon="trash")
def drop_changes(ctx: Ctx, *, changes: list[Change]) -> list[Change]:
    """Go on without these changes; what was planned with them is planned anew."""
    for scenario in Scenario.objects.filter(changes__in=[change.pk for change in changes]).distinct():
        _open(ctx, scenario)

    for change in changes:
        what = _t("{change} taken out").format(change=change)
        told: dict[str, Any] = {"scenario_id": change.scenario_id, "scenario": change.scenario.name}
        ctx.emit(ScenarioChanged(**told, what=what, reason=change.reason))
    Change.objects.filter(pk__in=[change.pk for change in changes]).delete()
    return changes


def _decide(ctx: Ctx, scenario: Scenario, kind: ChangeKind, deal: Opportunity, reason: str) -> Change:
    if deal.state != OpportunityState.OPEN:
        raise DealEnded(deal=deal, state=deal.state.label.lower(), at_field="deal")
    scenario.changes.filter(deal=deal).delete()
    return _add(ctx, scenario, kind, reason, deal=deal)


def _add(ctx: Ctx, scenario: Scenario, kind: ChangeKind, reason: str, **values: Any) -> Change:
    scenario = _open(ctx, scenario)

    if not reason.strip():
        raise WhyMissing(at_field="reason")

    last = scenario.changes.aggregate(last=Max("position"))["last"] or 0
    made: Change = Change.objects.create(
        scenario=scenario, position=last + 1, kind=kind.value, reason=reason.strip()[:200], **values
    )

    told: dict[str, Any] = {"scenario_id": scenario.pk, "scenario": scenario.name}
    ctx.emit(ScenarioChanged(**told, what=str(made), reason=made.reason))
    return made


def _open(ctx: Ctx, scenario: Scenario) -> Scenario:
    """A scenario that may be changed; what was planned of it no longer counts."""
    scenario = lock(scenario)
    if scenario.state not in OPEN:
        raise NotOpen(scenario=scenario, state=scenario.state.label.lower())
    return reopen_scenario(ctx, scenario=scenario) if scenario.state == ScenarioState.PLANNED else scenario


def _one_of(one: object, other: object, name: str, second: str) -> None:
    if (one is None) == (other is None):
        raise OneOfTwo(one=name, other=second)


def _other(line: OrderLine | PurchaseLine, on: date | None, quantity: Decimal | None) -> None:
    if on is None and quantity is None:
        raise NothingOther(what=line, at_field="on")
    if quantity is not None and quantity < 0:
        raise FigureWrong(figure=quantity, why=_t("a quantity cannot be negative"), at_field="quantity")


def _days(days: int, least: int) -> None:
    if not least <= days <= 1000:
        why = _t("give {least} to 1000 days").format(least=least)
        raise FigureWrong(figure=days, why=why, at_field="days")


def _figure(percent: Decimal | None, quantity: Decimal | None) -> str:
    return f"{percent} %" if percent is not None else str(quantity)
