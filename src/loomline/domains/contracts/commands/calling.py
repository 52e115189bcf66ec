"""Asking for parts of what a contract agrees, as the goods are needed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.contracts import queries
from loomline.domains.contracts.commands.holding import told_of
from loomline.domains.contracts.events import CalledOff
from loomline.domains.contracts.models import CallOff, Contract, ContractState
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement import queries as purchases
from loomline.domains.procurement.commands import PurchaseLineDraft
from loomline.domains.procurement.models import Purchase
from loomline.domains.sites.models import Site
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused, Warned


class NotInForce(Refused):
    """Only what holds can be called off from."""

    says = _("{number} is {state}. Goods are called off from a contract that holds.")


class NothingCalled(Refused):
    """A call-off asks for something."""

    says = _("Say which goods are called off from {number}, how much and for which day.")


class QuantityWrong(Refused):
    """Something, not nothing."""

    says = _("{item}: call off a quantity above 0, not {quantity}.")


class OutsideContract(Refused):
    """The contract holds for a time."""

    says = _("{item} is called off for {day}, but {number} holds from {starts_on} to {ends_on}.")


class NotAgreed(Refused):
    """The contract names its goods."""

    says = _("{number} says nothing of {item}. Agree a price for it there, or order it without the contract.")


class MoreThanPromised(Warned):
    """More than the commitment."""

    says = _("{number}: with this, {called} {unit} of {item} are called off; {promised} were promised.")


@dataclass(frozen=True, kw_only=True)
class CallOffDraft:
    """How much of an item is needed, in its stock unit, and on which day."""

    item: Item
    quantity: Decimal
    wanted_on: date


@command(label=_("Call off"), icon="truck-delivery", states=(ContractState.ACTIVE,))
def call_off(
    ctx: Ctx, *, contract: Contract, lines: list[CallOffDraft], site: Site | None = None, note: str = ""
) -> Purchase:
    """Draft a purchase order for a part of what was agreed; its prices are those of the contract."""
    contract = lock(contract)

    if contract.state != ContractState.ACTIVE:
        raise NotInForce(number=contract.number, state=contract.state.label.lower())
    _refuse_lines(contract, lines)
    _warn_of_more(ctx, contract, lines)

    purchase = procurement.open_purchase(
        ctx,
        supplier=contract.supplier,
        site=site,
        currency=contract.currency,
        note=note,
        lines=[
            PurchaseLineDraft(item=line.item, quantity=line.quantity, requested_on=line.wanted_on)
            for line in lines
        ],
    )
    CallOff.objects.create(contract=contract, purchase=purchase, called_on=ctx.today)

    items = {line.item.pk: line.item.name for line in lines}
    ctx.emit(
        CalledOff(
            **told_of(contract),
            purchase_id=purchase.pk,
            order=purchase.number,
            item_ids=tuple(sorted(items)),
            goods=purchases.names_in_words(list(items.values())),
        )
    )
    return purchase


def _refuse_lines(contract: Contract, lines: Sequence[CallOffDraft]) -> None:
    if not lines:
        raise NothingCalled(number=contract.number, at_field="lines")
    agreed = queries.agreed_items(contract=contract)
    for line in lines:
        if line.quantity <= 0:
            raise QuantityWrong(item=line.item, quantity=plain(line.quantity), at_field="lines")
        if not contract.starts_on <= line.wanted_on <= contract.ends_on:
            raise OutsideContract(
                item=line.item, day=line.wanted_on, number=contract.number,
                starts_on=contract.starts_on, ends_on=contract.ends_on, at_field="lines",
            )  # fmt: skip
        if agreed and line.item.pk not in agreed:
            raise NotAgreed(number=contract.number, item=line.item, at_field="lines")


def _warn_of_more(ctx: Ctx, contract: Contract, lines: Sequence[CallOffDraft]) -> None:
    """Quantities above a commitment are asked about; commitments to an amount have no most."""
    for left in queries.left_to_call_off(ctx, contract=contract):
        wanted: dict[int, Decimal] = defaultdict(Decimal)
        for line in lines:
            if left.commitment.starts_on <= line.wanted_on <= left.commitment.ends_on:
                wanted[line.item.pk] += line.quantity
        asked = wanted[left.item.pk]
        if asked and asked > left.open:
            called = left.promised - left.open + asked
            ctx.warn(
                MoreThanPromised(
                    number=contract.number, item=left.item, unit=left.item.unit.code,
                    called=plain(called), promised=plain(left.promised),
                )
            )  # fmt: skip
