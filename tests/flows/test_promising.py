"""Sales and pipeline hear from the plan when goods can be there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import jobs
from loomline.domains.pipeline.models import Opportunity
from loomline.kernel.job import JobRun, JobState, perform
from tests.domains.warehouse.dock import Dock


def test_an_order_is_promised_from_stock_and_else_from_who_sells_it(dock: Dock, weaver: Party) -> None:
    dock.stock(dock.label, "100")
    order = dock.order((dock.label, "60"), (dock.label, "60"), (dock.sweater, "5"))

    # What the first line takes is not promised to the second.
    assert list(order.lines.order_by("position").values_list("promised_on", "promise_basis")) == [
        (date(2026, 11, 25), "from stock"),
        (date(2026, 12, 7), "bought in 10 days"),
        (date(2026, 12, 16), "bought in 20 days"),
    ]
    assert order.promised_on == date(2026, 12, 16)


def test_a_deal_can_be_delivered_when_its_slowest_line_can(
    dock: Dock, weaver: Party, deal: Callable[..., Opportunity]
) -> None:
    made = deal((dock.label, 100, None), (dock.sweater, 5, None))
    assert said(made) == (date(2026, 12, 16), "Can deliver 16 Dec", "ok")

    hurried = deal((dock.sweater, 5, date(2026, 12, 1)))
    assert said(hurried) == (date(2026, 12, 16), "Tight: 16 Dec, wanted earlier", "warn")


def test_each_night_the_plan_is_asked_again_for_every_open_deal(
    dock: Dock, weaver: Party, deal: Callable[..., Opportunity]
) -> None:
    open_one, lost = deal((dock.label, 100, None)), deal((dock.label, 100, None))
    pipeline.lose_opportunity(dock.ctx, opportunity=lost, reason="price")
    dock.stock(dock.label, "100")
    assert said(open_one) == (date(2026, 12, 7), "Can deliver 7 Dec", "ok")

    jobs.foresee_at_night(timestamp=0)
    [run] = JobRun.objects.all()
    assert (run.name, str(run.actor)) == ("pipeline.foresee_open", "Pipeline")
    done = perform(run, now=lambda: dock.ctx.now)

    assert (done.state, done.result, done.done) == (JobState.DONE, {"opportunities": 1}, 1)
    assert said(open_one) == (date(2026, 11, 25), "Can deliver 25 Nov", "ok")
    assert said(lost) == (date(2026, 12, 7), "Can deliver 7 Dec", "ok")


def said(deal: Opportunity) -> tuple[date | None, str, str]:
    """What the card of a deal says about its delivery."""
    deal.refresh_from_db()
    return deal.can_deliver_on, deal.promise_text, deal.promise_tone
