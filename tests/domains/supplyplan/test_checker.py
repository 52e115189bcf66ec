"""What the plan says holds, as an outside checker adds it up."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from loomline.domains.supplyplan import commands, queries
from loomline.domains.supplyplan.models import ItemPolicy, PlannedOrder
from tests.domains.bills.knit import TODAY
from tests.domains.supplyplan.checker import faults
from tests.domains.supplyplan.conftest import Works

D = Decimal
SIZES = ("S", "M", "L", "XL")


def read(works: Works) -> queries.Documents:
    return queries.read_documents(works.ctx, until=TODAY + timedelta(days=365))


def test_a_season_of_orders_stock_purchases_and_work_adds_up(works: Works) -> None:
    for n, size in enumerate(SIZES):
        works.order(
            works.variant("pine", size), str(100 + 37 * n), on=date(2027, 1, 11) + timedelta(days=9 * n)
        )
        works.order(works.variant("oat", size), str(20 + n), on=date(2026, 12, 7) + timedelta(days=30 * n))
    works.stock(works.merino, "75.5")
    works.stock(works.variant("pine", "M"), "60")
    works.label.safety_stock, works.label.reorder_level = D(50), D(300)
    works.label.save()
    ItemPolicy.objects.create(item=works.merino, multiple=D(25), safety_days=3)
    ItemPolicy.objects.create(
        item=works.variant("oat", "S"), yield_share=D("0.9"), rule="fixed", fixed_quantity=D(45)
    )
    works.run()
    assert faults(read(works)) == []

    commands.firm_orders(works.ctx, orders=list(PlannedOrder.objects.all()[:6]))
    works.order(works.variant("pine", "XL"), "500", on=date(2027, 1, 18))
    works.run()
    assert faults(read(works)) == []
    assert PlannedOrder.objects.filter(state="proposed").exists()
