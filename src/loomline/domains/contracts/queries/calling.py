"""What of a contract is still to be called off."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from loomline.domains.catalog.models import Item
from loomline.domains.contracts.models import Commitment, Contract
from loomline.domains.contracts.queries.bought import bought, burn_downs
from loomline.domains.procurement.models import PurchaseLine, PurchaseState
from loomline.kernel.context import Ctx

ZERO = Decimal(0)


@dataclass(frozen=True)
class Left:
    """What of a promised quantity has neither come nor been ordered or drafted; below 0 when it is more."""

    commitment: Commitment
    item: Item
    promised: Decimal
    open: Decimal


def agreed_items(*, contract: Contract) -> set[int]:
    """The items with a price in a contract; none where it holds for all that the supplier sells."""
    return set(contract.prices.order_by().values_list("item", flat=True))


def left_to_call_off(ctx: Ctx, *, contract: Contract) -> list[Left]:
    """What is open of each promised quantity whose time has not gone by."""
    came = bought(ctx, contract=contract)
    found = []
    for one in burn_downs(ctx, contract=contract, came=came):
        row = one.commitment
        if row.quantity is None or row.item is None or row.ends_on < ctx.today:
            continue
        drafted = _drafted(contract, row)
        found.append(Left(row, row.item, row.quantity, row.quantity - one.came - one.on_order - drafted))
    return found


def _drafted(contract: Contract, row: Commitment) -> Decimal:
    """What stands in call-offs that have not left yet."""
    lines = PurchaseLine.objects.filter(
        purchase__call_off__contract=contract,
        purchase__state=PurchaseState.DRAFT,
        item=row.item_id,
        requested_on__range=(row.starts_on, row.ends_on),
    )
    return lines.aggregate(all=Sum("quantity"))["all"] or ZERO
