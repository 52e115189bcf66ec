"""A promised order changes by revisions that say what differs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.parties import commands as parties
from loomline.domains.sales import commands as sales
from loomline.domains.sales import queries
from loomline.domains.sales.commands import LineDraft
from loomline.domains.sales.models import Order, OrderLine, OrderRevision, OrderState
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from tests.domains.sales.shop import World


def lines_of(order: Order) -> tuple[OrderLine, OrderLine]:
    first, second = order.lines.select_related("item").order_by("position")
    return first, second


def test_a_draft_changes_without_a_revision(ctx: Ctx, order: Callable[..., Order], world: World) -> None:
    made = order()
    sweater, _scarf = lines_of(made)
    changed = sales.amend_order(
        ctx, order=made, lines=[LineDraft(item=world.sweater, quantity=Decimal(12), line=sweater)]
    )

    assert (changed.total, changed.revision, changed.lines.count()) == (Decimal(540), 1, 1)
    assert not OrderRevision.objects.exists()
    assert not StoredEvent.objects.filter(name="sales.OrderAmended").exists()


def test_a_promised_order_keeps_the_difference(ctx: Ctx, order: Callable[..., Order], world: World) -> None:
    made = order(confirmed=True)
    sweater, scarf = lines_of(made)
    changed = sales.amend_order(
        ctx,
        order=made,
        lines=[
            LineDraft(item=world.sweater, quantity=Decimal(12), price=sweater.price, line=sweater),
            LineDraft(item=world.fitting, quantity=Decimal(1)),
        ],
        customer_reference="PO 4711-B",
        reason="Shop has more room",
    )

    assert (changed.revision, changed.total, changed.customer_reference) == (2, Decimal(660), "PO 4711-B")
    told = StoredEvent.objects.get(name="sales.OrderAmended")
    difference = (
        "their reference: – → PO 4711-B; Scarf oat dropped; Fjord pine M: quantity 10 → 12; 1 Fitting added"
    )
    assert told.sentence == f"Order {made.number} amended, revision 2: {difference}"
    fitting = changed.lines.get(item=world.fitting)
    assert told.payload["lines_changed"] == [sweater.pk]
    assert told.payload["lines_added"] == [fitting.pk]
    assert told.payload["lines_removed"] == [scarf.pk]
    assert (told.payload["total_before"], told.payload["total"]) == ("848.0000", "660.00")
    revision = OrderRevision.objects.get()
    assert (revision.revision, revision.reason, revision.author) == (2, "Shop has more room", ctx.actor)
    assert [row["item"] for row in revision.snapshot["lines"]] == ["FJ-PIN-M", "FIT"]
    # Today's Monday is the day a service without lead time can be done.
    assert fitting.promised_on == date(2026, 11, 23)
    assert changed.promised_on == date(2026, 12, 14)


def test_revisions_are_compared_over_several_steps(
    ctx: Ctx, order: Callable[..., Order], world: World
) -> None:
    made = order(confirmed=True)
    for quantity in (12, 15):
        sweater, scarf = lines_of(made)
        drafts = [
            LineDraft(item=world.sweater, quantity=Decimal(quantity), price=sweater.price, line=sweater),
            LineDraft(item=world.scarf, quantity=scarf.quantity, price=scarf.price, line=scarf),
        ]
        made = sales.amend_order(ctx, order=made, lines=drafts)

    assert queries.compare_revisions(order=made, old=1, new=3) == [
        "Fjord pine M: quantity 10 → 12",
        "Fjord pine M: quantity 12 → 15",
    ]
    assert queries.compare_revisions(order=made, old=2, new=3) == ["Fjord pine M: quantity 12 → 15"]


def test_a_revision_is_never_rewritten(ctx: Ctx, order: Callable[..., Order]) -> None:
    made = order(confirmed=True)
    sales.amend_order(ctx, order=made, customer_reference="PO 1")

    with pytest.raises(Exception, match="never changed or deleted"):
        OrderRevision.objects.update(reason="other")


def test_goods_go_to_another_address_of_the_customer(
    ctx: Ctx, order: Callable[..., Order], world: World
) -> None:
    made = order(confirmed=True)
    depot = parties.add_address(
        ctx, party=world.shop, line1="Hafen 9", postcode="28217", city="Bremen", country="DE"
    )
    changed = sales.amend_order(ctx, order=made, ship_to=depot, note="Ring twice\r\nthen wait")

    changed.refresh_from_db()
    assert (changed.ship_to, changed.ship_address) == (depot, "Hafen 9\n28217 Bremen\nGermany")
    assert changed.note == "Ring twice\nthen wait"
    assert OrderRevision.objects.get().differences == [
        "note: – → Ring twice, then wait",
        "ship to: Kaistrasse 4, 20457 Hamburg, DE → Hafen 9, 28217 Bremen, DE",
    ]


def test_changing_nothing_is_refused(ctx: Ctx, order: Callable[..., Order]) -> None:
    made = order(confirmed=True)

    with pytest.raises(sales.NothingAmended):
        sales.amend_order(ctx, order=made)
    made.refresh_from_db()
    assert made.revision == 1


def test_what_has_left_cannot_be_unordered(ctx: Ctx, order: Callable[..., Order], world: World) -> None:
    made = order(confirmed=True)
    sweater, scarf = lines_of(made)
    sales.record_shipped(ctx, shipped={sweater.pk: Decimal(4)})
    keep_scarf = LineDraft(item=world.scarf, quantity=Decimal(20), line=scarf)

    with pytest.raises(sales.BelowShipped, match="Fjord pine M: 4 pcs have left"):
        sales.amend_order(
            ctx,
            order=made,
            lines=[LineDraft(item=world.sweater, quantity=Decimal(3), line=sweater), keep_scarf],
        )
    with pytest.raises(sales.BelowShipped):
        sales.amend_order(ctx, order=made, lines=[keep_scarf])
    assert OrderLine.objects.get(pk=sweater.pk).quantity == Decimal(10)


def test_an_order_cut_to_what_has_left_is_shipped(
    ctx: Ctx, order: Callable[..., Order], world: World
) -> None:
    made = order(confirmed=True)
    sweater, _scarf = lines_of(made)
    sales.record_shipped(ctx, shipped={sweater.pk: Decimal(4)})
    cut = sales.amend_order(
        ctx, order=made, lines=[LineDraft(item=world.sweater, quantity=Decimal(4), line=sweater)]
    )

    assert (cut.state, cut.total) == (OrderState.SHIPPED, Decimal(180))
    assert StoredEvent.objects.filter(name="sales.OrderShipped").count() == 1


def test_a_closed_order_stays_as_it_is(ctx: Ctx, order: Callable[..., Order]) -> None:
    made = sales.cancel_order(ctx, order=order(confirmed=True), reason="Shop closes")

    with pytest.raises(sales.OrderDone, match="is cancelled; it can no longer be amended"):
        sales.amend_order(ctx, order=made, note="x")


def test_a_line_of_another_order_is_refused(ctx: Ctx, order: Callable[..., Order], world: World) -> None:
    made, other = order(confirmed=True), order()

    with pytest.raises(sales.LineElsewhere):
        sales.amend_order(
            ctx,
            order=made,
            lines=[LineDraft(item=world.sweater, quantity=Decimal(1), line=other.lines.first())],
        )
    assert made.lines.count() == 2


def test_the_database_holds_sums_that_add_up(order: Callable[..., Order]) -> None:
    made = order()

    with pytest.raises(Exception, match="sales_order_total"):
        Order.objects.filter(pk=made.pk).update(total=Decimal(1))
