"""Lines that are written with their order: open while it is a draft, and closed with it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from loomline.domains.procurement.models import Purchase, PurchaseLine
from loomline.kernel.context import Ctx
from loomline.kernel.edit import FieldClosed, plain_commands
from tests.domains.procurement.conftest import World

save = plain_commands(Purchase)["save"]
edit_lines = plain_commands(PurchaseLine)["edit"]


def rows(purchase: Purchase, **changes: Any) -> list[dict[str, Any]]:
    """The lines as a form sends them, with these values on the first one."""
    found = [{"pk": line.pk, "quantity": line.quantity} for line in purchase.lines.order_by("position")]
    found[0] |= changes
    return found


def written(purchase: Purchase) -> list[tuple[int, Decimal]]:
    return list(purchase.lines.order_by("position").values_list("item", "quantity"))


def test_the_lines_of_a_draft_are_changed_added_and_taken_away(
    ctx: Ctx, world: World, order: Callable[..., Purchase]
) -> None:
    purchase = order(sent=False, zips="2000")
    first, _zips = rows(purchase, description="Merino by air")
    five = {"quantity": Decimal(5), "entered_quantity": Decimal(5), "price": Decimal("0.08")}
    new = {"item": world.label, "unit": world.label.unit, "position": 3, **five}

    save(ctx, record=purchase, values={}, lines={"lines": [first, new]})

    assert written(purchase) == [(world.merino.pk, Decimal("524.16")), (world.label.pk, Decimal(5))]
    assert purchase.lines.get(position=1).description == "Merino by air"


@pytest.mark.parametrize("what", ["changed", "added", "taken away"])
def test_the_lines_of_a_sent_order_stay_as_they_are(
    ctx: Ctx, world: World, order: Callable[..., Purchase], what: str
) -> None:
    purchase = order(zips="2000")
    before = written(purchase)
    lines = {
        "changed": rows(purchase, quantity=Decimal(600)),
        "added": [*rows(purchase), {"item": world.label, "quantity": Decimal(5)}],
        "taken away": rows(purchase)[:1],
    }[what]

    with pytest.raises(FieldClosed) as refused:
        save(ctx, record=purchase, values={"note": "more"}, lines={"lines": lines})

    assert str(refused.value) == (
        f"Purchase order {purchase.number} is sent; purchase order lines can no longer be changed there."
    )
    assert written(purchase) == before
    purchase.refresh_from_db()
    assert purchase.note == ""


def test_lines_that_stay_as_they_are_close_nothing(ctx: Ctx, order: Callable[..., Purchase]) -> None:
    purchase = order()
    saved = save(ctx, record=purchase, values={"note": "ring first"}, lines={"lines": rows(purchase)})

    assert (saved.note, written(purchase)) == ("ring first", written(saved))


def test_a_line_without_a_state_of_its_own_says_that_it_is_closed(
    ctx: Ctx, order: Callable[..., Purchase]
) -> None:
    line = order().lines.get()
    with pytest.raises(FieldClosed, match=r"quantity of Line 1 of P-\d+ cannot be changed"):
        edit_lines(ctx, records=[line], values={"quantity": Decimal(1)})
    line.refresh_from_db()
    assert line.quantity == Decimal("524.16")
