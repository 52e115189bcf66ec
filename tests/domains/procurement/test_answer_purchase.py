"""The supplier answers line by line; what was ordered changes only when we take it over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement import queries
from loomline.domains.procurement.commands import LineAnswerDraft, PurchaseLineDraft
from loomline.domains.procurement.models import Purchase, PurchaseVersion
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from tests.domains.procurement.conftest import World

Sent = Callable[[], Purchase]


@pytest.fixture
def sent(ctx: Ctx, world: World) -> Sent:
    """An order of merino and labels that has left."""

    def make() -> Purchase:
        lines = [
            PurchaseLineDraft(item=world.merino, quantity=Decimal(500), price=Decimal("31.50")),
            PurchaseLineDraft(item=world.label, quantity=Decimal(1000), price=Decimal("0.10")),
        ]
        order = procurement.open_purchase(
            ctx, supplier=world.mill, lines=lines, requested_on=date(2026, 12, 14)
        )
        return procurement.send_purchase(ctx, purchase=order)

    return make


def test_each_line_is_accepted_accepted_otherwise_or_rejected(ctx: Ctx, world: World, sent: Sent) -> None:
    order = sent()
    merino, label = order.lines.order_by("position")
    order = procurement.answer_purchase(
        ctx,
        purchase=order,
        supplier_reference="AB-7",
        lines=[
            LineAnswerDraft(
                line=merino,
                confirmed_on=date(2026, 12, 18),
                quantity=Decimal(450),
                price=Decimal(32),
            ),
            LineAnswerDraft(line=label, is_rejected=True, note="We weave no more"),
        ],
    )
    assert (order.state, order.supplier_reference) == ("confirmed", "AB-7")
    merino.refresh_from_db()
    label.refresh_from_db()
    assert (merino.quantity, merino.price, merino.confirmed_on) == (500, Decimal("31.5"), date(2026, 12, 18))
    assert (merino.answer, merino.confirmed_quantity, merino.confirmed_price) == ("changed", 450, 32)
    assert (label.answer, label.confirmed_on, label.answer_note) == ("rejected", None, "We weave no more")
    assert [one.item_id for one in queries.incoming()] == [world.merino.pk]
    told = StoredEvent.objects.get(name="procurement.PurchaseAnswered")
    assert told.sentence == (
        f"Biella Yarns answered {order.number}: Merino 2/48 500 → 450 kg, 31.5 → 32; "
        "Woven label rejected: We weave no more"
    )


def test_taking_the_answer_over_orders_what_was_confirmed(ctx: Ctx, world: World, sent: Sent) -> None:
    order = sent()
    merino, label = order.lines.order_by("position")
    answer = [
        LineAnswerDraft(line=merino, quantity=Decimal(450), price=Decimal(32)),
        LineAnswerDraft(line=label, is_rejected=True, note="No"),
    ]
    procurement.answer_purchase(ctx, purchase=order, lines=answer)
    order = procurement.accept_answer(ctx, purchase=order)
    [line] = order.lines.all()
    assert (line.quantity, line.price, line.answer, order.revision) == (450, 32, "accepted", 2)
    assert order.total == 14400
    with pytest.raises(procurement.NothingToTake):
        procurement.accept_answer(ctx, purchase=order)


def test_a_no_needs_a_word_and_figures_have_to_be_possible(ctx: Ctx, world: World, sent: Sent) -> None:
    order = sent()
    line = order.lines.order_by("position").first()
    assert line is not None
    for draft, fault in (
        (LineAnswerDraft(line=line, is_rejected=True), procurement.WhyNot),
        (LineAnswerDraft(line=line, quantity=Decimal(0)), procurement.AnswerWrong),
        (LineAnswerDraft(line=line, price=Decimal(-1)), procurement.AnswerWrong),
    ):
        with pytest.raises(fault):
            procurement.answer_purchase(ctx, purchase=order, lines=[draft])
    order.refresh_from_db()
    assert order.state == "sent"


def test_an_order_is_kept_as_it_left_and_after_each_change(ctx: Ctx, world: World, sent: Sent) -> None:
    order = sent()
    merino = order.lines.get(position=1)
    changes = [
        procurement.PurchaseLineChange(
            line=merino, item=world.merino, quantity=Decimal(600), price=Decimal(31)
        ),
        procurement.PurchaseLineChange(item=world.zip, quantity=Decimal(10), price=Decimal(1)),
    ]
    procurement.amend_purchase(ctx, purchase=order, lines=changes)
    first, second = PurchaseVersion.objects.filter(purchase=order).order_by("revision")
    assert [row["quantity"] for row in first.lines] == ["500.000000", "1000.000000"]
    assert [row["item"] for row in second.lines] == ["Merino 2/48", "Zip 18 cm"]
    assert (first.total, second.total) == (15850, 18610)
    assert second.differences == [
        "Woven label dropped",
        "Merino 2/48 quantity 500 kg → 600 kg",
        "Merino 2/48 price 31.5 → 31",
        "10 pcs Zip 18 cm added",
    ]
    assert queries.version_before(version=second) == first
    with pytest.raises(Exception, match=r"insert|append|never|change"):
        PurchaseVersion.objects.filter(pk=first.pk).update(revision=9)
