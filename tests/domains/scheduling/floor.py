"""Caps and hats: sewn at a line of one machine, packed at a table; some are dyed at a partner's first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from loomline.domains.bills import commands as bills
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item
from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing.models import WorkOrder
from loomline.domains.parties import commands as parties
from loomline.domains.scheduling import commands
from loomline.domains.scheduling.models import Operation, ScheduleRun, StabilityLimit
from loomline.domains.sites import commands as sites
from loomline.domains.sites.models import Site
from loomline.domains.workcentres import commands as centres
from loomline.domains.workcentres.models import WorkCentre
from loomline.kernel.context import Ctx

MONDAY = date(2026, 11, 23)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in November 2026; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


class Floor:
    """What the tests of the schedule stand on. It is Monday, nine o'clock; people work from eight to four."""

    hats: WorkOrder
    caps: WorkOrder

    def __init__(self, ctx: Ctx) -> None:
        self.ctx = replace(ctx, accepted=frozenset({"MaterialsMissing", "NoBill"}))
        self.home: Site = sites.open_site(ctx, code="HOME", name="Home works", timezone="UTC")
        self.dyer = parties.open_party(ctx, name="Braga Dye", roles=["subcontractor"])
        self.dyehouse: Site = sites.open_site(
            ctx, code="BRAGA", name="Braga dyehouse", party=self.dyer, timezone="UTC"
        )
        self.sewing = self.centre("SEW", "Sewing line", self.home)
        self.packing = self.centre("PACK", "Packing table", self.home)
        self.vats = self.centre("VATS", "Dye vats", self.dyehouse, machines=2)
        self.cap = self.item("CAP", "Cap", sewing="2", packing="0.5")
        self.hat = self.item("HAT", "Hat", sewing="3", packing="1")
        self.scarf = self.item("SCARF", "Scarf", sewing="1", packing="0.5", dyeing="2")

    def centre(self, code: str, name: str, site: Site, machines: int = 1) -> WorkCentre:
        """Machines that work from eight to four, Monday to Friday."""
        shift = centres.ShiftDraft(name="Day", starts="08:00", ends="16:00")
        return centres.open_centre(
            self.ctx, code=code, name=name, site=site, machines=machines, shifts=[shift]
        )

    def item(self, sku: str, name: str, *, sewing: str, packing: str, dyeing: str = "") -> Item:
        """Something that is sewn (half an hour of set-up) and packed (none)."""
        made = catalog.add_item(self.ctx, sku=sku, name=name, unit="pcs", supply="make")
        label = catalog.add_item(self.ctx, sku=f"L-{sku}", name=f"Label of {name}", unit="pcs")
        stages = [
            bills.StageDraft(
                name="Sewing", centre=self.sewing, setup_minutes=Decimal(30), run_minutes=Decimal(sewing)
            ),
            bills.StageDraft(name="Packing", centre=self.packing, run_minutes=Decimal(packing)),
        ]
        if dyeing:
            dyed = bills.StageDraft(
                name="Dyeing",
                partner=self.dyer,
                site=self.dyehouse,
                centre=self.vats,
                setup_minutes=Decimal(60),
                run_minutes=Decimal(dyeing),
            )
            stages.insert(0, dyed)
        line = bills.BillLineDraft(component=label, quantity=Decimal(1))
        bills.add_bill(self.ctx, item=made, lines=[line], stages=stages)
        return made

    def work(
        self,
        item: Item,
        quantity: int,
        *,
        due: int = 0,
        ready: int = 23,
        released: bool = False,
        starts_on: date | None = None,
    ) -> WorkOrder:
        """A work order with its days in November."""
        line = manufacturing.WorkLineDraft(item=item, quantity=Decimal(quantity))
        work = manufacturing.open_work(
            self.ctx,
            lines=[line],
            starts_on=starts_on or date(2026, 11, ready),
            due_on=date(2026, 11, due) if due else None,
            site=self.home,
        )
        return manufacturing.release_work(self.ctx, work=work) if released else work

    def limit(self, days: int, centre: WorkCentre | None = None) -> None:
        """Say how long the schedule stands still."""
        StabilityLimit.objects.update_or_create(centre=centre, defaults={"working_days": days})

    def schedule(self, now: datetime | None = None) -> ScheduleRun:
        """Place everything."""
        return commands.schedule_now(self.ctx.at(now) if now else self.ctx)

    def of(self, work: WorkOrder, stage: str = "Sewing") -> Operation:
        """A stage as it is placed."""
        found: Operation = Operation.objects.select_related("stage__work", "centre").get(
            stage__work=work, stage__name=stage
        )
        return found

    def span(self, work: WorkOrder, stage: str = "Sewing") -> tuple[datetime, datetime, datetime]:
        """Set-up, start and end of a stage."""
        one = self.of(work, stage)
        return one.setup_at, one.starts_at, one.ends_at
