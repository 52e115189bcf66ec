"""Consigned goods that are taken over cost what was agreed with their owner, and are settled with them."""

from __future__ import annotations

from decimal import Decimal

from loomline.domains.catalog.models import Item
from loomline.domains.inventory import ports as inventory
from loomline.domains.inventory.events import StockTakenOver
from loomline.domains.inventory.models import StockMove
from loomline.domains.ledger import queries as books
from loomline.domains.parties.models import Party
from loomline.domains.payables import commands as payables
from loomline.domains.payables import queries
from loomline.kernel.context import Ctx
from loomline.kernel.event import on
from loomline.kernel.port import fill


@fill(inventory.cost_of_taking_over)
def cost_of_taking_over(ctx: Ctx, *, owner_id: int, item_id: int, quantity: Decimal) -> Decimal | None:
    """The price of the contract or of the supplier's list, in our currency."""
    agreed = queries.agreed_price(
        supplier=Party.objects.get(pk=owner_id),
        item=Item.objects.get(pk=item_id),
        quantity=quantity,
        on=ctx.today,
    )
    own = ctx.company.currency
    if agreed.price is None or agreed.currency == own:
        return agreed.price
    rate = books.exchange_rates(currencies=[agreed.currency], into=own, on=ctx.today).get(agreed.currency)
    return None if rate is None else (agreed.price * rate).quantize(Decimal("0.000001"))


@on(StockTakenOver)
def stock_taken_over(ctx: Ctx, event: StockTakenOver) -> None:
    """From now on the supplier may ask for its price; what is taken over from a customer is no such thing."""
    owner = Party.objects.get(pk=event.owner_id)
    if owner.is_supplier:
        payables.record_consumption(ctx, move=StockMove.objects.get(pk=event.move_id), supplier=owner)
