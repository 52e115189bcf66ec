"""A sewing line of our own and caps that are sewn and packed there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from loomline.domains.bills import commands as bills
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item
from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing.models import WorkOrder, WorkStage
from loomline.domains.shopfloor import reference
from loomline.domains.shopfloor.models import ScrapReason, StopReason
from loomline.domains.sites import commands as sites
from loomline.domains.sites.models import Site
from loomline.domains.workcentres import commands as centres
from loomline.domains.workcentres.models import WorkCentre
from loomline.kernel.context import Ctx
from tests.domains.bills.knit import make_ctx


class Floor:
    """What the tests of the shop floor stand on; its clock goes only where it is told to."""

    def __init__(self, ctx: Ctx) -> None:
        self.ctx = ctx
        self.home: Site = sites.open_site(ctx, code="HOME", name="Home works")
        shift = centres.ShiftDraft(name="Day", starts="08:00", ends="16:30", break_minutes=30)
        self.sewing: WorkCentre = centres.open_centre(
            ctx, code="SEW", name="Sewing line", site=self.home, shifts=[shift]
        )
        self.packing: WorkCentre = centres.open_centre(
            ctx, code="PACK", name="Packing table", site=self.home, shifts=[shift]
        )
        self.cap: Item = catalog.add_item(
            ctx, sku="CAP", name="Cap", unit="pcs", tracking="lot", supply="make"
        )
        label = catalog.add_item(ctx, sku="LAB", name="Label", unit="pcs")
        bills.add_bill(
            ctx,
            item=self.cap,
            lines=[bills.BillLineDraft(component=label, quantity=Decimal(1))],
            stages=[
                bills.StageDraft(
                    name="Sewing", centre=self.sewing, setup_minutes=Decimal(30), run_minutes=Decimal(2)
                ),
                bills.StageDraft(name="Packing", centre=self.packing, run_minutes=Decimal("0.5")),
            ],
        )
        reference.load(ctx)

    def work(self, quantity: str = "100", *, starts_on: date | None = None) -> WorkOrder:
        """A released work order for caps."""
        made = manufacturing.open_work(
            self.ctx,
            lines=[manufacturing.WorkLineDraft(item=self.cap, quantity=Decimal(quantity))],
            starts_on=starts_on or self.ctx.today,
        )
        known = replace(self.ctx, accepted=frozenset({"MaterialsMissing"}))
        return manufacturing.release_work(known, work=made)

    def stage(self, work: WorkOrder, name: str = "Sewing") -> WorkStage:
        """A stage by its name, as it is now."""
        found: WorkStage = work.stages.select_related("work", "centre", "unit").get(name=name)
        return found

    def at(self, minutes: int) -> Ctx:
        """The same person so many minutes after 09:00."""
        return self.ctx.at(self.ctx.now + timedelta(minutes=minutes))

    def stop(self, loss: str = "breakdown") -> StopReason:
        """The first reason of a kind."""
        found = StopReason.objects.filter(loss=loss).order_by("position").first()
        assert found is not None
        return found

    def scrap(self, *, at_start: bool = False) -> ScrapReason:
        """A reason for rejects."""
        found = ScrapReason.objects.filter(at_start=at_start).order_by("position").first()
        assert found is not None
        return found


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


@pytest.fixture
def floor(ctx: Ctx) -> Floor:
    return Floor(ctx)


@pytest.fixture
def now(ctx: Ctx) -> Callable[[int], datetime]:
    """So many minutes after 09:00."""
    return lambda minutes: ctx.now + timedelta(minutes=minutes)
