"""Writing down what is owed, and how it ended."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.contracts import queries
from loomline.domains.contracts.commands.holding import ReasonMissing, told_of
from loomline.domains.contracts.events import DuesReckoned, DuesSettled, DuesWaived
from loomline.domains.contracts.models import Contract, ContractState, Due, DueState
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance

HELD = (ContractState.ACTIVE, ContractState.ENDED)


class NeverHeld(Refused):
    """Nothing is owed by a draft."""

    says = _("{number} is {state}; nothing is owed by it.")


class ReferenceMissing(Refused):
    """A settlement is found again by its paper."""

    says = _("Name the credit note or payment by which it was settled.")


@command(label=_("Reckon dues"), icon="calculator", states=HELD)
def reckon_dues(ctx: Ctx, *, contract: Contract, until: date | None = None) -> list[Due]:
    """Write down what is owed for what happened: new ones added, open ones corrected, settled ones kept."""
    contract = lock(contract)

    if contract.state not in HELD:
        raise NeverHeld(number=contract.number, state=contract.state.label.lower())
    found = queries.owed(ctx, contract=contract, until=until or ctx.today)
    known = {(due.kind, due.key): due for due in contract.dues.all()}

    fresh, changed = [], []
    for one in found:
        due = known.pop((one.kind.value, one.key), None)
        values = {"on": one.on, "amount": one.amount, "says": one.says[:300], "receipt_id": one.receipt_id}
        if due is None:
            fresh.append(Due(contract=contract, kind=one.kind, key=one.key, **values))
        elif due.state == DueState.OPEN and any(getattr(due, name) != now for name, now in values.items()):
            for name, now in values.items():
                setattr(due, name, now)
            changed.append(due)
    gone = [due.pk for due in known.values() if due.state == DueState.OPEN and until is None]
    Due.objects.filter(pk__in=gone).delete()
    Due.objects.bulk_update(changed, ["on", "amount", "says", "receipt"])
    made = Due.objects.bulk_create(fresh)

    if made or changed or gone:
        total = sum((one.amount for one in found), Decimal(0))
        ctx.emit(DuesReckoned(**told_of(contract), dues=len(found), total=total, currency=contract.currency))
    return made


@command(label=_("Settle"), icon="circle-check", move="settle")
def settle_dues(ctx: Ctx, *, dues: list[Due], reference: str) -> list[Due]:
    """Note by which credit note or payment dues were settled."""
    rows: list[Due] = lock_all(dues)

    if not reference.strip():
        raise ReferenceMissing(at_field="reference")

    by_contract: dict[int, list[Due]] = defaultdict(list)
    for due in rows:
        advance(due, "settle", answer=reference.strip()[:200])
        by_contract[due.contract_id].append(due)

    for contract in Contract.objects.filter(pk__in=by_contract).select_related("supplier").order_by("pk"):
        amount = sum((due.amount for due in by_contract[contract.pk]), Decimal(0))
        ctx.emit(
            DuesSettled(
                **told_of(contract), amount=amount, currency=contract.currency, reference=reference.strip()
            )
        )
    return rows


@command(label=_("Waive"), icon="heart-handshake", move="waive")
def waive_due(ctx: Ctx, *, due: Due, reason: str) -> Due:
    """Do without it, and say why."""
    due = lock(due)

    if not reason.strip():
        raise ReasonMissing(number=due.contract.number, at_field="reason")

    advance(due, "waive", answer=reason.strip()[:200])

    contract = due.contract
    ctx.emit(
        DuesWaived(**told_of(contract), amount=due.amount, currency=contract.currency, reason=reason.strip())
    )
    return due
