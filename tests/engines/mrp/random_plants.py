"""Small random plants for the property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from loomline.engines.mrp.calendars import Calendar
from loomline.engines.mrp.plant import (
    Bills,
    Demands,
    Items,
    Kind,
    LotRule,
    Operations,
    Plant,
    Receipts,
    Resources,
)

DAY = 86_400


@st.composite
def plants(draw: st.DrawFn, *, days: int = 20) -> Plant:
    """Two to six items, bills without cycles, a few demands and receipts."""
    count = draw(st.integers(2, 6))

    def each(values: st.SearchStrategy[float]) -> list[float]:
        return [draw(values) for _ in range(count)]

    rule = each(st.sampled_from([LotRule.LOT_FOR_LOT, LotRule.FIXED, LotRule.PERIOD]))
    items = Items.of(
        names=[f"I{n}" for n in range(count)],
        on_hand=each(st.integers(0, 30)),
        safety_stock=each(st.sampled_from([0, 0, 5])),
        lead_days=each(st.integers(0, 3)),
        safety_days=each(st.sampled_from([0, 0, 1])),
        yield_share=each(st.sampled_from([1, 1, 0.8])),
        kind=[Kind.MAKE] * count,
        rule=rule,
        fixed_quantity=[draw(st.integers(5, 40)) if one == LotRule.FIXED else 0 for one in rule],
        minimum=each(st.sampled_from([0, 0, 7])),
        multiple=each(st.sampled_from([0, 0, 4])),
        period_days=each(st.integers(2, 5)),
    )
    pairs = [(a, b) for a in range(count) for b in range(a + 1, count) if draw(st.integers(0, 2)) == 0]
    bills = Bills.of(
        parent=[a for a, _ in pairs],
        component=[b for _, b in pairs],
        quantity=[draw(st.integers(1, 3)) for _ in pairs],
        scrap_share=[draw(st.sampled_from([0, 0, 0.25])) for _ in pairs],
        is_fixed=[draw(st.integers(0, 4)) == 0 for _ in pairs],
        offset_days=[draw(st.sampled_from([0, 0, 1])) for _ in pairs],
    )
    asked = draw(st.integers(1, 6))
    demands = Demands.of(
        names=[f"D{n}" for n in range(asked)],
        item=[draw(st.integers(0, count - 1)) for _ in range(asked)],
        quantity=[draw(st.integers(1, 40)) for _ in range(asked)],
        at=[draw(st.integers(0, days - 1)) * DAY for _ in range(asked)],
        priority=[draw(st.integers(1, 3)) for _ in range(asked)],
    )
    open_orders = draw(st.integers(0, 3))
    receipts = Receipts.of(
        names=[f"R{n}" for n in range(open_orders)],
        item=[draw(st.integers(0, count - 1)) for _ in range(open_orders)],
        quantity=[draw(st.integers(1, 30)) for _ in range(open_orders)],
        at=[draw(st.integers(0, days - 1)) * DAY for _ in range(open_orders)],
        is_frozen=[draw(st.booleans()) for _ in range(open_orders)],
    )
    return Plant(items, bills, demands, receipts)


@st.composite
def workshops(draw: st.DrawFn) -> Plant:
    """A random plant whose upper items run on machines with shifts."""
    plant = draw(plants())
    count = len(plant.items)
    machines = draw(st.integers(1, 2))
    shifts = [(day * DAY + 6 * 3600, day * DAY + 14 * 3600) for day in range(-10, 60) if day % 7 < 5]
    rows = [(item, step) for item in range(count // 2) for step in range(1, draw(st.integers(1, 2)) + 1)]
    operations = Operations.of(
        item=[item for item, _ in rows],
        step=[step for _, step in rows],
        resource=[draw(st.integers(0, machines - 1)) for _ in rows],
        setup_hours=[draw(st.sampled_from([0, 0.5, 2])) for _ in rows],
        run_hours=[draw(st.sampled_from([0.1, 0.25, 1])) for _ in rows],
        wait_hours=[draw(st.sampled_from([0, 0, 3])) for _ in rows],
    )
    resources = Resources.of(
        names=[f"M{n}" for n in range(machines)],
        capacity=[draw(st.integers(1, 2)) for _ in range(machines)],
        calendar=[draw(st.integers(0, 1)) for _ in range(machines)],
    )
    calendars = Calendar.always(), Calendar.of("shifts", shifts)
    items = plant.items.but(calendar=[draw(st.integers(0, 1)) for _ in range(count)])
    return plant.with_(items=items, operations=operations, resources=resources, calendars=calendars)
