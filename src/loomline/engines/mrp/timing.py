"""When orders are due and start, by the calendars of their items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.mrp.plant import seconds_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from loomline.engines.mrp.plant import Plant
else:
    np = heavy("numpy")


def due_and_start(
    plant: Plant, item: NDArray[np.int64], quantity: NDArray[np.float64], need: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """When orders of `quantity` of `item` that are needed at `need` are due and start; all of shape (k,)."""
    items = plant.items
    safety = seconds_of(items.safety_days[item])
    lead = seconds_of(lead_days(plant, item, quantity))
    due = shifted(plant, items.calendar[item], need, -safety)
    return due, shifted(plant, items.calendar[item], due, -lead)


def lead_days(plant: Plant, item: NDArray[np.int64], quantity: NDArray[np.float64]) -> NDArray[np.float64]:
    """The lead time of orders in working days."""
    per_unit = plant.items.lead_days_per_unit[item]
    return plant.items.lead_days[item] + per_unit * quantity


def shifted(
    plant: Plant, calendar: NDArray[np.int64], at: NDArray[np.int64], by: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Times moved by working seconds of a calendar each, back where `by` is negative; shape (k,)."""
    if all(one.days.is_always for one in plant.calendars):
        return at + by
    made = at.copy()
    for number in np.unique(calendar):
        rows = np.flatnonzero((calendar == number) & (by != 0))
        days = plant.calendars[int(number)].days
        back, ahead = rows[by[rows] < 0], rows[by[rows] > 0]
        made[back] = days.before(at[back], -by[back])
        made[ahead] = days.after(at[ahead], by[ahead])
    return made
