"""Demand-driven buffers: red, yellow and green zones, net flow, and what to order now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from loomline.engines.bad_input import BadInput
from loomline.engines.stocking import amounts

Colour = Literal["red", "yellow", "green", "over"]


@dataclass(frozen=True)
class Buffer:
    """The zones of a decoupling point, in units, from the bottom: red base and safety, yellow, green."""

    red_base: float
    red_safety: float
    yellow: float
    green: float

    @property
    def red(self) -> float:
        """Red base and red safety."""
        return self.red_base + self.red_safety

    @property
    def top_of_yellow(self) -> float:
        """Below it an order is due."""
        return self.red + self.yellow

    @property
    def top_of_green(self) -> float:
        """What an order fills up to."""
        return self.top_of_yellow + self.green

    @property
    def average_on_hand(self) -> float:
        """The stock to expect: red and half of green."""
        return self.red + self.green / 2


@dataclass(frozen=True)
class Recommendation:
    """Net flow, how full the buffer is by it (1 is the top of green), and the order that is due or 0."""

    net_flow: float
    priority: float
    colour: Colour
    quantity: float


def buffer(
    *,
    daily_usage: float,
    lead_time: float,
    lead_time_factor: float,
    variability_factor: float,
    least_order: float = 0.0,
    order_cycle: float = 0.0,
    adjustment: float = 1.0,
) -> Buffer:
    """Zones by the rules of Ptak and Smith (2016).

    `daily_usage` units a day times `adjustment` (a known change), `lead_time` the decoupled one in days.
    Yellow is usage over the lead time; red base that times the lead time factor; red safety red base times
    the variability factor; green the largest of red base, usage over the `order_cycle` in days, and the least
    order. Both factors are shares above 0, usually from 0.2 (long, steady) to 1 (short, erratic).
    """
    amounts.not_negative(
        daily_usage=daily_usage,
        lead_time=lead_time,
        variability_factor=variability_factor,
        least_order=least_order,
        order_cycle=order_cycle,
        adjustment=adjustment,
    )
    amounts.positive(lead_time_factor=lead_time_factor)
    usage = daily_usage * adjustment
    yellow = usage * lead_time
    base = yellow * lead_time_factor
    return Buffer(base, base * variability_factor, yellow, max(base, usage * order_cycle, least_order))


def qualified_demand(due: Sequence[float], *, spike_horizon: int, spike_threshold: float) -> float:
    """Orders past due and due today (`due[0]`), and later days within the horizon that exceed the threshold.

    `due[n]` is demand in n days. A spike is a whole day's demand above the threshold.
    """
    if not due:
        return 0.0
    for day, demand in enumerate(due):
        amounts.not_negative(**{f"demand in {day} days": demand})
    return due[0] + sum(demand for demand in due[1 : spike_horizon + 1] if demand > spike_threshold)


def recommend(
    zones: Buffer,
    *,
    on_hand: float,
    on_order: float,
    demand: float,
    least: float = 0.0,
    multiple: float = 0.0,
) -> Recommendation:
    """Order up to the top of green when net flow is at or below the top of yellow.

    Net flow is on hand plus on order less qualified demand. The order is at least `least` and rounded up to
    the `multiple`, as far as they are given.
    """
    amounts.finite(on_hand=on_hand)
    amounts.not_negative(on_order=on_order, demand=demand, least=least, multiple=multiple)
    if zones.top_of_green <= 0:
        raise BadInput("The buffer has no size.", remedy="Give usage and lead time above 0.")
    flow = on_hand + on_order - demand
    if flow > zones.top_of_yellow:
        colour: Colour = "green" if flow <= zones.top_of_green else "over"
        return Recommendation(flow, flow / zones.top_of_green, colour, 0.0)
    quantity = max(zones.top_of_green - flow, least)
    if multiple:
        lots = quantity / multiple
        quantity = (int(lots) + (lots - int(lots) > 1e-9)) * multiple
    return Recommendation(flow, flow / zones.top_of_green, "red" if flow <= zones.red else "yellow", quantity)


def execution_colour(zones: Buffer, on_hand: float) -> Colour:
    """The alert on stock itself: red below half of the red zone's top, yellow up to it, green above."""
    if on_hand <= zones.red / 2:
        return "red"
    return "yellow" if on_hand <= zones.red else "green"
