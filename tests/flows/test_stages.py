"""Every stage of every open order line: its play, and the same answer later as was shown then."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from loomline.domains.bills import commands as bills
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item
from loomline.domains.insights import queries as insights
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Lot
from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing.models import WorkOrder, WorkStage
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.planning import commands as planning
from loomline.domains.planning.models import Standstill
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase, PurchaseLine
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Order, OrderLine
from loomline.domains.sites import commands as places
from loomline.domains.sites.models import Calendar
from loomline.domains.tracing import queries
from loomline.domains.tracing.queries import Stretch, Wanted, WayOut
from loomline.domains.workcentres import commands as workcentres
from loomline.domains.workcentres.models import Window
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused
from tests.domains.warehouse.dock import Dock, make_dock
from tests.flows.conftest import expected, sells

ALL = Wanted()
HOURS = st.integers(1, 60)


@dataclass
class Mill:
    """Jumpers knitted in five days and packed in one, of a label that a weaver brings in ten days."""

    dock: Dock
    weaver: Party
    jumper: Item

    @property
    def ctx(self) -> Ctx:
        return self.dock.ctx

    def wait(self, hours: float = 1) -> Ctx:
        """What is done after so many hours, and everything after it."""
        self.dock.mill.ctx = replace(self.ctx, now=self.ctx.now + timedelta(hours=hours))
        return self.ctx

    def sell(self, *quantities: str) -> Order:
        order = self.dock.order(*((self.jumper, quantity) for quantity in quantities))
        order = planning.plan_supply(self.ctx, order=order)
        order.refresh_from_db()
        return order

    def buy(self) -> Purchase:
        draft = Purchase.objects.latest("pk")
        ctx = replace(self.ctx, accepted=frozenset({"BelowMinimum"}))
        procurement.send_purchase(ctx, purchase=draft)
        day = draft.lines.earliest("requested_on").requested_on
        return procurement.confirm_purchase(self.ctx, purchase=draft, confirmed_on=day)

    def seen(self, *, at: datetime | None = None, wanted: Wanted = ALL) -> list[Any]:
        """All that a page tells: every field of every stage, and how the line stands."""
        found = queries.stages(self.ctx, at=at, wanted=wanted)
        return [
            (one.order.number, one.customer, one.slack, one.is_late, one.is_tight, one.stretches)
            for one in found.threads
        ]

    def ways(self) -> tuple[WayOut, ...]:
        """What could be done about the only line."""
        found = queries.thread_with_ways(self.ctx, line=OrderLine.objects.get())
        return found.ways if found else ()

    def stages(self) -> dict[str, Stretch]:
        """The stages of the only line, by name."""
        [thread] = queries.stages(self.ctx, wanted=ALL).threads
        return {stretch.name: stretch for stretch in thread.stretches}


def make_mill() -> Mill:
    dock = make_dock()
    weaver = parties.open_party(dock.ctx, name="Weber Etiketten", roles=["supplier"])
    sells(dock, weaver, dock.label, days=10)
    jumper = catalog.add_item(dock.ctx, sku="JMP", name="Jumper", supply="make", tracking="lot")
    bills.add_bill(
        dock.ctx,
        item=jumper,
        lines=[bills.BillLineDraft(component=dock.label, quantity=Decimal(1))],
        stages=[
            bills.StageDraft(name="Knitting", kind="knitting", days=5),
            bills.StageDraft(name="Packing", kind="packing", days=1),
        ],
    )
    return Mill(dock, weaver, jumper)


@pytest.fixture
def mill(db: None) -> Mill:
    return make_mill()


@pytest.fixture
def client(mill: Mill) -> Client:
    """The browser of whoever runs the mill."""
    made = Client()
    made.force_login(mill.ctx.actor)
    return made


def test_each_stage_says_its_slack_and_whether_it_decides_the_day(mill: Mill) -> None:
    order = mill.sell("30")
    mill.buy()
    assert (order.promised_on, order.expected_on) == (date(2026, 12, 14), date(2026, 12, 14))

    told = [
        (one.name, one.play.projected_on, one.play.slack, one.play.is_critical)
        for one in mill.stages().values()
    ]

    # The label comes on Thursday the 3rd, knitted by the 9th, packed on the 10th, two days on the road.
    assert told == [
        ("Sourcing Care label", date(2026, 12, 3), 0, True),
        ("Knitting", date(2026, 12, 9), 0, True),
        ("Packing", date(2026, 12, 10), 0, True),
        ("Shipping", date(2026, 12, 14), 0, True),
    ]


def test_a_late_purchase_warns_until_it_is_mended(mill: Mill) -> None:
    order = mill.sell("30")
    purchase = mill.buy()
    procurement.report_delay(mill.ctx, purchase=purchase, expected_on=date(2026, 12, 10), reason="loom 4")
    late = mill.stages()
    assert (late["Sourcing Care label"].play.slack, late["Shipping"].play.slack) == (-5, -5)
    assert [line[0] for line in mill.seen(wanted=Wanted(only="late"))] == [order.number]

    mill.wait()
    procurement.confirm_purchase(mill.ctx, purchase=purchase, confirmed_on=date(2026, 12, 1))

    assert mill.seen(wanted=Wanted(only="late")) == []


def causes(mill: Mill) -> list[tuple[str, int]]:
    """Why the only line is late, in days."""
    [thread] = queries.stages(mill.ctx, wanted=ALL).threads
    return [(one.text, one.days) for one in thread.reasons]


def test_causes_of_a_delay_add_up_and_slack_takes_its_part(mill: Mill) -> None:
    order = mill.sell("30")
    purchase = mill.buy()
    confirmed = date(2026, 12, 7)
    procurement.confirm_purchase(mill.ctx, purchase=purchase, confirmed_on=confirmed)
    procurement.report_delay(mill.ctx, purchase=purchase, expected_on=date(2026, 12, 9), reason="loom 4")
    work = WorkOrder.objects.get()
    stage = work.stages.get(name="Knitting")
    manufacturing.report_stage_delay(mill.ctx, stage=stage, days=1, reason="needles")

    found = causes(mill)

    # Asked for the 3rd, confirmed for the 7th, now the 9th; knitted by the 16th instead of the 15th.
    assert found == [
        ("Care label: Weber Etiketten confirmed 7 Dec", 2),
        ("Care label from Weber Etiketten: loom 4", 2),
        ("Knitting: needles", 3),
    ]
    order.refresh_from_db()
    assert order.promised_on is not None
    assert order.expected_on is not None
    assert sum(days for _text, days in found) == (order.expected_on - order.promised_on).days
    lines = list(order.lines.all())
    by_purchase = queries.delayed_by(lines, purchases=[purchase.pk], today=mill.ctx.today)
    by_work = queries.delayed_by(lines, works=[work.pk], today=mill.ctx.today)
    assert (list(by_purchase.values()), list(by_work.values())) == ([4], [3])


def test_a_purchase_that_is_called_off_is_told_to_those_who_stand_on_it(mill: Mill) -> None:
    mill.dock.stock(mill.dock.sweater, "50", lot="L-1")
    other = planning.plan_supply(mill.ctx, order=mill.dock.order((mill.dock.sweater, "5")))
    order = mill.sell("30")
    purchase = mill.buy()
    mill.wait(24)

    procurement.cancel_purchase(mill.ctx, purchase=purchase, reason="bankrupt")

    order.refresh_from_db()
    # Bought again today, a Tuesday, it comes ten days later, on Friday the 4th: a day more for everything.
    assert (order.expected_on, expected(other)) == (date(2026, 12, 15), other.expected_on)
    assert order.lines.get().cause == f"nothing more comes on {purchase.number}: bankrupt"


def test_a_short_receipt_that_is_given_up_is_told_too(mill: Mill) -> None:
    order = planning.plan_supply(mill.ctx, order=mill.dock.order((mill.dock.label, "100")))
    purchase = mill.buy()
    line = purchase.lines.get()
    mill.wait(24)
    arrived = procurement.ReceivedLine(line=line, quantity=Decimal(80))
    procurement.receive_goods(mill.ctx, purchase=purchase, lines=[arrived])
    before = expected(order)

    procurement.close_line(mill.ctx, purchase_line=line, reason="no yarn left")

    assert before is not None
    assert expected(order) == before + timedelta(days=1)
    assert [(way.text, way.cost) for way in mill.ways()][:1] == [("Send 80 now and 20 later", None)]


def test_machines_that_stand_for_days_make_their_stages_later(mill: Mill) -> None:
    order = mill.sell("30")
    mill.buy()
    usual = expected(order)
    centre = workcentres.open_centre(mill.ctx, code="K-1", name="Flat beds", site=mill.dock.mill.site)
    stage = WorkStage.objects.get(name="Knitting")
    manufacturing.reassign_stage(mill.ctx, stage=stage, centre=centre, reason="our own beds")

    # From Thursday, the 3rd, at 8 to Monday, the 7th, at 8: two working days are lost.
    window = workcentres.plan_downtime(
        mill.ctx,
        centre=centre,
        starts_at=december(3),
        ends_at=december(7),
        reason="bearing broken",
    )

    assert expected(order) == date(2026, 12, 16)
    assert causes(mill) == [("Knitting: bearing broken", 2)]

    # It ends on Friday already: one working day is lost. Then another stop costs a day after it.
    with pytest.raises(workcentres.WindowNotShorter, match=r"lasts until 07\.12\. 08:00"):
        workcentres.shorten_window(mill.ctx, window=window, ends_at=december(8))
    workcentres.shorten_window(mill.ctx, window=window, ends_at=december(4))
    assert expected(order) == date(2026, 12, 15)
    assert causes(mill) == [("Knitting: bearing broken", 1)]
    workcentres.plan_downtime(
        mill.ctx, centre=centre, starts_at=december(8), ends_at=december(9), reason="new needles"
    )
    assert expected(order) == date(2026, 12, 16)

    # The first one is called off: only the other one is left, and what it costs.
    workcentres.call_off_window(mill.ctx, window=window)
    assert expected(order) == date(2026, 12, 15)
    stage.refresh_from_db()
    assert stage.cause == "new needles"
    workcentres.call_off_window(mill.ctx, window=Window.objects.get())
    stage.refresh_from_db()
    assert (expected(order), stage.reported_end, stage.cause) == (usual, None, "")
    assert not Standstill.objects.exists()


def test_an_end_that_somebody_has_reported_since_outlasts_the_stop(mill: Mill) -> None:
    order = mill.sell("30")
    mill.buy()
    centre = workcentres.open_centre(mill.ctx, code="K-1", name="Flat beds", site=mill.dock.mill.site)
    stage = WorkStage.objects.get(name="Knitting")
    manufacturing.reassign_stage(mill.ctx, stage=stage, centre=centre, reason="our own beds")
    window = workcentres.plan_downtime(
        mill.ctx, centre=centre, starts_at=december(3), ends_at=december(7), reason="bearing broken"
    )
    manufacturing.report_stage_delay(
        mill.ctx, stage=stage, reason="yarn breaks", expected_end=date(2026, 12, 16)
    )
    told = expected(order)

    workcentres.call_off_window(mill.ctx, window=window)

    stage.refresh_from_db()
    assert (stage.reported_end, stage.cause) == (date(2026, 12, 16), "yarn breaks")
    assert expected(order) == told


def december(day: int) -> datetime:
    """Eight o'clock of a day."""
    return datetime(2026, 12, day, 8, tzinfo=UTC)


def test_an_early_warning_stands_once_and_goes_when_it_is_mended(mill: Mill, client: Client) -> None:
    order = mill.sell("30")
    purchase = mill.buy()
    procurement.report_delay(mill.ctx, purchase=purchase, expected_on=date(2026, 12, 10), reason="loom 4")
    rows, count, _worth = insights.at_risk(mill.ctx)
    assert ([row.number for row in rows], count) == ([order.number], 1)

    line = order.lines.get()
    shown = client.get(f"/thread/{line.pk}/").content.decode()
    assert "Why it is late" in shown
    assert "5 working days over, critical" in shown
    with CaptureQueriesContext(connection) as asked:
        assert client.get(f"/sales/order-lines/{line.pk}/").status_code == 200
    assert len(asked) <= 24, len(asked)

    mill.wait()
    procurement.confirm_purchase(mill.ctx, purchase=purchase, confirmed_on=date(2026, 12, 1))

    assert insights.at_risk(mill.ctx)[1] == 0
    assert "Why it is late" not in client.get(f"/thread/{line.pk}/").content.decode()


@pytest.mark.parametrize("view", ["", "styles", "calendar"])
def test_the_page_shows_each_view_and_takes_back_a_moment(mill: Mill, client: Client, view: str) -> None:
    order = mill.sell("30")

    shown = client.get("/stages/", {"view": view}).content.decode()
    long_ago = client.get("/stages/", {"view": view, "at": "2020-01-01T10:00"}).content.decode()

    assert ("Jumper" in shown, "No open order line fits" in shown) == (True, False)
    assert order.number in shown or view == "styles"
    assert "No open order line fits" in long_ago
    assert client.get("/stages/", {"at": "soon"}).status_code == 400


class Season(RuleBasedStateMachine):
    """Whatever happens in whatever order: a past moment is told as it was shown then."""

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.mill = make_mill()
        self.shown: list[tuple[datetime, list[Any]]] = []
        self.mill.sell("30")

    def teardown(self) -> None:
        for moment, shown in self.shown:
            assert self.mill.seen(at=moment) == shown
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    def act(self, hours: int, work: Callable[[Ctx], object]) -> None:
        """Do something if the house lets us, and keep what is shown afterwards."""
        ctx = replace(self.mill.wait(hours), accepted=frozenset({"BelowMinimum", "ReceivedMore"}))
        with suppress(Refused):
            work(ctx)
        self.shown.append((ctx.now, self.mill.seen()))

    def one(self, rows: Any, n: int) -> Any:
        found = list(rows.order_by("pk"))
        return found[n % len(found)] if found else None

    @rule(hours=HOURS, first=st.integers(1, 40), second=st.integers(0, 40))
    def sell(self, hours: int, first: int, second: int) -> None:
        self.act(hours, lambda _ctx: self.mill.sell(*(str(n) for n in (first, second) if n)))

    @rule(hours=HOURS)
    def buy(self, hours: int) -> None:
        self.act(hours, lambda _ctx: self.mill.buy())

    @rule(hours=HOURS, n=st.integers(0, 9), days=st.integers(1, 12))
    def purchase_is_late(self, hours: int, n: int, days: int) -> None:
        line = self.one(PurchaseLine.objects.exclude(expected_on=None), n)
        if line is not None:
            day = line.expected_on + timedelta(days=days)
            self.act(
                hours,
                lambda ctx: procurement.report_delay(
                    ctx, purchase=line.purchase, expected_on=day, reason="loom 4"
                ),
            )

    @rule(hours=HOURS, n=st.integers(0, 9), quantity=st.integers(1, 40), rejected=st.integers(0, 3))
    def receive(self, hours: int, n: int, quantity: int, rejected: int) -> None:
        line = self.one(PurchaseLine.objects.all(), n)
        if line is not None:
            arrived = procurement.ReceivedLine(
                line=line, quantity=Decimal(quantity), rejected=Decimal(rejected), fault="torn"
            )
            self.act(
                hours, lambda ctx: procurement.receive_goods(ctx, purchase=line.purchase, lines=[arrived])
            )

    @rule(hours=HOURS, n=st.integers(0, 9))
    def give_the_rest_up(self, hours: int, n: int) -> None:
        line = self.one(PurchaseLine.objects.all(), n)
        if line is not None:
            self.act(hours, lambda ctx: procurement.close_line(ctx, purchase_line=line, reason="no more"))

    @rule(hours=HOURS, n=st.integers(0, 9))
    def release(self, hours: int, n: int) -> None:
        work = self.one(WorkOrder.objects.all(), n)
        if work is not None:
            self.act(hours, lambda ctx: manufacturing.release_work(ctx, work=work))

    @rule(hours=HOURS, n=st.integers(0, 9), good=st.integers(0, 40), bad=st.integers(0, 3))
    def go_on(self, hours: int, n: int, good: int, bad: int) -> None:
        stage = self.one(WorkStage.objects.filter(state__in=["ready", "running"]), n)
        if stage is not None and stage.state == "ready":
            self.act(hours, lambda ctx: manufacturing.start_stage(ctx, stage=stage))
        elif stage is not None:
            self.act(
                hours,
                lambda ctx: manufacturing.finish_stage(
                    ctx, stage=stage, quantity_out=Decimal(good), rejected=Decimal(bad), reason="holes"
                ),
            )

    @rule(hours=HOURS, n=st.integers(0, 9), days=st.integers(1, 9))
    def stage_is_late(self, hours: int, n: int, days: int) -> None:
        stage = self.one(WorkStage.objects.all(), n)
        if stage is not None:
            self.act(
                hours,
                lambda ctx: manufacturing.report_stage_delay(ctx, stage=stage, days=days, reason="needles"),
            )

    @rule(hours=HOURS, n=st.integers(0, 9))
    def block(self, hours: int, n: int) -> None:
        lot = self.one(Lot.objects.all(), n)
        if lot is not None:
            self.act(hours, lambda ctx: inventory.block_lot(ctx, lot=lot, reason="shade"))

    @rule(hours=HOURS, ahead=st.integers(0, 30))
    def close_a_day(self, hours: int, ahead: int) -> None:
        calendar = Calendar.objects.get(is_default=True)
        day = self.mill.ctx.today + timedelta(days=ahead)
        self.act(hours, lambda ctx: places.close_days(ctx, calendar=calendar, first=day, name="Holiday"))

    @rule(hours=HOURS, n=st.integers(0, 9))
    def take_a_line_out(self, hours: int, n: int) -> None:
        order = self.one(Order.objects.all(), n)
        first = order.lines.order_by("position").first()
        kept = sales.LineDraft(line=first, item=first.item, quantity=first.quantity, price=first.price)
        self.act(hours, lambda ctx: sales.amend_order(ctx, order=order, lines=[kept], reason="less"))

    @rule(hours=HOURS, n=st.integers(0, 9))
    def call_off(self, hours: int, n: int) -> None:
        order = self.one(Order.objects.all(), n)
        self.act(hours, lambda ctx: sales.cancel_order(ctx, order=order, reason="the shop closed"))


@pytest.mark.django_db
def test_a_past_moment_is_told_as_it_was_shown_then() -> None:
    run_state_machine_as_test(
        Season,
        settings=settings(
            max_examples=2, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
