"""Writing agreed prices, also while a contract holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.contracts.commands.holding import told_of
from loomline.domains.contracts.events import PricesAgreed
from loomline.domains.contracts.models import AgreedPrice, Contract, ContractState, PriceIndex
from loomline.domains.procurement import queries as procurement
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused

OPEN = (ContractState.DRAFT, ContractState.ACTIVE)


class ContractClosed(Refused):
    """What is over is not changed."""

    says = _("{number} is {state}; no prices can be agreed in it any more.")


class PriceWrong(Refused):
    """Figures that cannot be."""

    says = _("{item}: prices and quantities cannot be negative, and a share lies between 0 and 1.")


class BaseMissing(Refused):
    """A price moves from somewhere."""

    says = _("{item}: say at which value of {index} the price was agreed.")


class NothingAgreed(Refused):
    """An agreement names something."""

    says = _("Write at least one price.")


@dataclass(frozen=True, kw_only=True)
class PriceDraft:
    """What a stock unit of an item costs from a quantity on; it may move with an index by a share."""

    item: Item
    price: Decimal
    from_quantity: Decimal = Decimal(0)
    valid_from: date | None = None
    valid_until: date | None = None
    lead_days: int | None = None
    index: PriceIndex | None = None
    index_base: Decimal | None = None
    index_share: Decimal = Decimal(1)


@command(label=_("Agree prices"), icon="tag", states=OPEN)
def agree_prices(ctx: Ctx, *, contract: Contract, prices: list[PriceDraft]) -> Contract:
    """Write prices; one for the same item, quantity and day is replaced, orders of before stay."""
    contract = lock(contract)

    if contract.state not in OPEN:
        raise ContractClosed(number=contract.number, state=contract.state.label.lower())
    if not prices:
        raise NothingAgreed(at_field="prices")
    for draft in prices:
        if draft.price < 0 or draft.from_quantity < 0 or not 0 <= draft.index_share <= 1:
            raise PriceWrong(item=draft.item, at_field="prices")
        if draft.index is not None and not (draft.index_base and draft.index_base > 0):
            raise BaseMissing(item=draft.item, index=draft.index, at_field="prices")

    for draft in prices:
        AgreedPrice.objects.filter(
            contract=contract, item=draft.item, from_quantity=draft.from_quantity, valid_from=draft.valid_from
        ).delete()
    AgreedPrice.objects.bulk_create(AgreedPrice(contract=contract, **vars(draft)) for draft in prices)

    items = {draft.item.pk: draft.item.name for draft in prices}
    ctx.emit(
        PricesAgreed(
            **told_of(contract),
            item_ids=tuple(sorted(items)),
            goods=procurement.names_in_words(list(items.values())),
        )
    )
    return contract
