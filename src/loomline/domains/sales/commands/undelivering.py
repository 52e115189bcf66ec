"""What was counted as delivered by mistake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.sales import queries
from loomline.domains.sales.commands.delivery import OrderNotOpen
from loomline.domains.sales.commands.drafts import BATCH, ZERO, LineElsewhere
from loomline.domains.sales.commands.opening import about
from loomline.domains.sales.events import DeliveryTakenBack
from loomline.domains.sales.models import Order, OrderLine, OrderState
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance

LEFT = (OrderState.PART_SHIPPED, OrderState.SHIPPED)


class InvoicedMore(Refused):
    """What a customer was asked money for has reached them."""

    says = _(
        "Order {number}: {invoiced} {unit} of {item} are invoiced, so no fewer can have been delivered."
        " Credit the customer first."
    )


@command(hidden=True)
def take_back_shipped(ctx: Ctx, *, back: dict[int, Decimal], reason: str) -> list[Order]:
    """Count less as delivered, by order line, where the news was wrong; the customer waits for it again."""
    known = queries.lines_of_orders(line_ids=back)
    by_order = queries.by_order(known)

    _refuse_settled(known, back)

    for line in known:
        if line.pk in back:
            line.shipped -= back[line.pk]
            line.stage = ""
        elif line.order.state == OrderState.SHIPPED and not line.item.is_stocked and not line.invoiced:
            # Services count as delivered with the last of the goods.
            line.shipped = ZERO
    OrderLine.objects.bulk_update(known, ["shipped", "stage"], batch_size=BATCH)
    for lines in by_order.values():
        _open_again(lines[0].order, lines)

    for lines in by_order.values():
        items = {line.item_id for line in lines if line.pk in back}
        quantity = sum((back.get(line.pk, ZERO) for line in lines), ZERO)
        ctx.emit(DeliveryTakenBack(**about(lines[0].order, items), quantity=quantity, reason=reason))
    return [lines[0].order for lines in by_order.values()]


def _open_again(order: Order, lines: Sequence[OrderLine]) -> None:
    if not any(line.shipped for line in lines):
        advance(order, "unship", shipped_at=None)
    elif order.state == OrderState.SHIPPED:
        advance(order, "unship_part", shipped_at=None)


def _refuse_settled(known: Sequence[OrderLine], back: Mapping[int, Decimal]) -> None:
    if set(back) - {line.pk for line in known}:
        raise LineElsewhere
    for line in known:
        if line.pk not in back:
            continue
        if line.order.state not in LEFT:
            raise OrderNotOpen(number=line.order.number, state=line.order.state.label.lower())
        if line.invoiced > line.shipped - back[line.pk]:
            raise InvoicedMore(
                number=line.order.number, item=line.item, invoiced=plain(line.invoiced), unit=line.item.unit
            )
