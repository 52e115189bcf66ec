"""From the draft of a contract to its end."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.contracts.events import (
    ContractActivated,
    ContractCancelled,
    ContractEnded,
    ContractRenewed,
)
from loomline.domains.contracts.models import AgreedPrice, Contract, ContractState
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused, Warned
from loomline.kernel.state import advance


class ContractEmpty(Refused):
    """A contract agrees on something."""

    says = _("{number} says nothing yet. Add a price, a commitment, a rebate, a penalty or a clause.")


class ContractOver(Refused):
    """What is over does not begin."""

    says = _("{number} would have ended on {day} already. Give a later last day.")


class PricesOverlap(Warned):
    """Two prices for the same goods on the same day."""

    says = _("{items}: {other} holds prices for the same days. The ones agreed for later days win.")


class NotHolding(Refused):
    """Only what holds can hold for longer."""

    says = _("{number} is {state}; only a contract that holds can be renewed.")


class NotLonger(Refused):
    """A renewal ends later."""

    says = _("{number} holds until {day} already. Give a later last day.")


class ReasonMissing(Refused):
    """Those who read it later want to know."""

    says = _("Say why, for those who look at {number} later.")


@command(move="activate", label=_("Activate"), icon="circle-check")
def activate_contract(ctx: Ctx, *, contract: Contract) -> Contract:
    """Let the contract hold: its prices fill orders, its commitments burn down."""
    contract = lock(contract)

    parts = (contract.prices, contract.commitments, contract.rebates, contract.penalties, contract.clauses)
    if not any(rows.exists() for rows in parts):
        raise ContractEmpty(number=contract.number)
    if contract.ends_on < ctx.today:
        raise ContractOver(number=contract.number, day=contract.ends_on)
    _warn_of_overlaps(ctx, contract)

    advance(contract, "activate")

    ctx.emit(ContractActivated(**told_of(contract), starts_on=contract.starts_on, ends_on=contract.ends_on))
    return contract


@command(label=_("Renew"), icon="refresh", states=(ContractState.ACTIVE,))
def renew_contract(ctx: Ctx, *, contract: Contract, ends_on: date | None = None) -> Contract:
    """Let it hold for longer: by its months of renewal, or until the day given."""
    contract = lock(contract)

    if contract.state != ContractState.ACTIVE:
        raise NotHolding(number=contract.number, state=contract.state.label.lower())
    day = ends_on or _renewed(contract)
    if day <= contract.ends_on:
        raise NotLonger(number=contract.number, day=contract.ends_on, at_field="ends_on")

    contract.ends_on = day
    contract.revision += 1
    Contract.objects.filter(pk=contract.pk).update(ends_on=day, revision=contract.revision)

    ctx.emit(ContractRenewed(**told_of(contract), ends_on=day))
    return contract


@command(move="end", label=_("End"), icon="archive")
def end_contract(ctx: Ctx, *, contract: Contract, reason: str, ends_on: date | None = None) -> Contract:
    """Let it hold no more, from a day on or from today; what was bought under it stays so."""
    contract = lock(contract)

    if not reason.strip():
        raise ReasonMissing(number=contract.number, at_field="reason")
    last = min(contract.ends_on, ends_on or ctx.today)

    advance(contract, "end", ends_on=max(last, contract.starts_on))

    ctx.emit(ContractEnded(**told_of(contract), reason=reason.strip()))
    return contract


@command(move="cancel", label=_("Cancel"), icon="circle-x", danger=True)
def cancel_contract(ctx: Ctx, *, contract: Contract, reason: str) -> Contract:
    """Give the draft up."""
    contract = lock(contract)

    if not reason.strip():
        raise ReasonMissing(number=contract.number, at_field="reason")

    advance(contract, "cancel")

    ctx.emit(ContractCancelled(**told_of(contract), reason=reason.strip()))
    return contract


def told_of(contract: Contract) -> dict[str, Any]:
    """What every event of a contract names."""
    return {
        "contract_id": contract.pk,
        "supplier_id": contract.supplier_id,
        "number": contract.number,
        "supplier": contract.supplier.name,
    }


def _renewed(contract: Contract) -> date:
    """The last day after its months of renewal: a contract of whole months stays one."""
    after = contract.ends_on + timedelta(days=1)
    years, month = divmod(after.month - 1 + contract.renewal_months, 12)
    last = monthrange(after.year + years, month + 1)[1]
    return date(after.year + years, month + 1, min(after.day, last)) - timedelta(days=1)


def _warn_of_overlaps(ctx: Ctx, contract: Contract) -> None:
    rows = AgreedPrice.objects.filter(
        item__in=contract.prices.values("item"),
        contract__supplier=contract.supplier_id,
        contract__currency=contract.currency,
        contract__state=ContractState.ACTIVE,
        contract__starts_on__lte=contract.ends_on,
        contract__ends_on__gte=contract.starts_on,
    ).exclude(contract=contract)
    found = list(rows.select_related("item", "contract").order_by("item__name"))
    if found:
        items = ", ".join(dict.fromkeys(row.item.name for row in found))
        ctx.warn(PricesOverlap(items=items, other=found[0].contract.number))
