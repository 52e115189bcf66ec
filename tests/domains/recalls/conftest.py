"""A dock with goods that were made of a lot of yarn and shipped to a customer."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from loomline.domains.inventory.models import Lot
from loomline.domains.manufacturing.models import MaterialUse, WorkOrder, WorkOutput
from tests.domains.warehouse.dock import Dock, make_dock


@dataclass
class Chain:
    """Works that used lots and made lots, written as the ledgers of making have them."""

    dock: Dock

    def made(
        self, used: list[Lot], made: list[Lot], *, stage: int = 0, back: list[Lot] | None = None
    ) -> WorkOrder:
        """One work that used these lots and made those; of `back`, all came back unused."""
        ctx = self.dock.ctx
        work = WorkOrder.objects.create(item=self.dock.sweater, quantity=10, site=self.dock.mill.site)
        facts = {"work": work, "at": ctx.now}
        for lot in used:
            MaterialUse.objects.create(item=lot.item, lot=lot, position=stage, quantity=2, **facts)
        for lot in back or []:
            for quantity in (Decimal(3), Decimal(-3)):
                MaterialUse.objects.create(item=lot.item, lot=lot, quantity=quantity, **facts)
        for lot in made:
            WorkOutput.objects.create(item=lot.item, lot=lot, quantity=1, **facts)
        return work


@pytest.fixture
def dock(db: None) -> Dock:
    return make_dock()


@pytest.fixture
def chain(dock: Dock) -> Chain:
    return Chain(dock)
