"""Work in money: what it takes up beside material, and what is left of it when it is done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.costing import queries
from loomline.domains.costing.commands.book import Book
from loomline.domains.costing.commands.changing import mark_pending
from loomline.domains.costing.commands.pending import catch_up
from loomline.domains.costing.commands.repricing import reprice_items
from loomline.domains.costing.commands.rules import add_reference
from loomline.domains.costing.commands.shelf import Shelf
from loomline.domains.costing.commands.workbook import WorkBook
from loomline.domains.costing.events import WorkSettled
from loomline.domains.costing.models import (
    ChargeKind,
    CostEntry,
    Counter,
    EntryKind,
    ItemCosting,
    Reason,
    WorkCharge,
    WorkInProgress,
)
from loomline.domains.ledger import commands as ledger
from loomline.domains.ledger.models import EntryKind as JournalKind
from loomline.engines.freight.rating import allocate
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.money import minor_unit
from loomline.kernel.refusal import Refused

ZERO = Decimal(0)


class ChargeTooFine(Refused):
    """Charges are whole coins."""

    says = _("A charge to work is an amount above 0 in whole {coin}, not {amount}.")


@command(hidden=True)
def charge_work(
    ctx: Ctx,
    *,
    origin_kind: str,
    origin_id: int,
    kind: ChargeKind,
    amount: Decimal,
    text: str = "",
    on: date | None = None,
) -> WorkCharge:
    """Let work take up hours of people and machines, or the service of a partner."""
    coin = minor_unit(ctx.company.currency)
    if amount <= 0 or amount % coin:
        raise ChargeTooFine(coin=coin, amount=amount)
    return _charge(ctx, (origin_kind, origin_id), kind, amount, text=text, on=on)


@command(hidden=True)
def take_back_charge(
    ctx: Ctx, *, origin_kind: str, origin_id: int, kind: ChargeKind, amount: Decimal, text: str = ""
) -> WorkCharge:
    """Take a charge back by its opposite, posted today: what was charged stays where it was."""
    return _charge(ctx, (origin_kind, origin_id), kind, -amount, text=text)


def _charge(
    ctx: Ctx,
    origin: tuple[str, int],
    kind: ChargeKind,
    amount: Decimal,
    *,
    text: str,
    on: date | None = None,
) -> WorkCharge:
    origin_kind, origin_id = origin
    rules = queries.rules() or add_reference(ctx)

    # A partner's service is owed like goods received; our own hours have been paid as wages already.
    counter = Counter.SUPPLIER if kind == ChargeKind.SERVICE else Counter.ABSORBED
    draft = ledger.EntryDraft(
        lines=[
            ledger.LineDraft(account_id=rules.account(Counter.PRODUCTION, None) or 0, amount=amount),
            ledger.LineDraft(account_id=rules.account(counter, None) or 0, amount=-amount),
        ],
        happened_on=on or ctx.today,
        kind=JournalKind.COST,
        text=text,
        origin_kind=origin_kind,
        origin_id=origin_id,
    )
    [entry] = ledger.post_entries(ctx, entries=[draft])
    charge = WorkCharge.objects.create(
        origin_kind=origin_kind, origin_id=origin_id, kind=kind, text=text[:200], amount=amount,
        entry=entry, charged_on=entry.posted_on, recorded_at=ctx.now,
    )  # fmt: skip
    book = WorkBook()
    book.put((origin_kind, origin_id), amount, kind=EntryKind.SHARE, reason=Reason.MOVED)
    book.write()
    return charge


@command(hidden=True)
def finish_work(ctx: Ctx, *, origin_kind: str, origin_id: int) -> None:
    """Let work be settled as soon as all that it moved has its value."""
    WorkInProgress.objects.bulk_create(
        [WorkInProgress(origin_kind=origin_kind, origin_id=origin_id, settled_at=ctx.now)],
        update_conflicts=True,
        unique_fields=["origin_kind", "origin_id"],
        update_fields=["settled_at"],
    )


@command(hidden=True)
def settle_work(ctx: Ctx, *, origin_kind: str, origin_id: int) -> WorkInProgress | None:
    """Give what is left in finished work to what it has made, or to the differences where nothing takes it.

    Settling again gives what has come since: a late price of material, a late charge.
    """
    catch_up(ctx)
    if queries.waits_for_value(kind=origin_kind, pk=origin_id):
        finish_work(ctx, origin_kind=origin_kind, origin_id=origin_id)
        return None
    return _settle(ctx, origin_kind, origin_id)


@command(hidden=True)
def settle_again(ctx: Ctx) -> int:
    """Settle finished work to which something has come since. Returns how many."""
    works = list(queries.work_to_settle()[:50])
    for work in works:
        # All that they moved has its value: nobody is caught up with here, while items are held.
        _settle(ctx, work.origin_kind, work.origin_id)
    return len(works)


def _settle(ctx: Ctx, origin_kind: str, origin_id: int) -> WorkInProgress | None:
    outputs = _outputs(origin_kind, origin_id)
    rules = queries.rules() or add_reference(ctx)
    # Items before work, as everywhere: a posting holds its items when it adds to the work.
    costings = queries.costings_to_change(item_ids={entry.item_id for entry in outputs})
    work = _locked(origin_kind, origin_id)
    if work is None:
        return None

    left = work.value
    if left:
        # Work that took nothing up has no cost to give: what it made keeps the cost it came in at.
        takers = outputs if work.put_in else []
        _give(ctx, rules, costings, takers, left, (origin_kind, origin_id))
    WorkInProgress.objects.filter(pk=work.pk).update(settled_at=ctx.now)

    if left:
        ctx.emit(
            WorkSettled(
                item_ids=tuple(sorted(costings)),
                work_kind=origin_kind,
                work_id=origin_id,
                put_in=work.put_in,
                difference=left,
                currency=ctx.company.currency,
            )
        )
    return work


def _locked(origin_kind: str, origin_id: int) -> WorkInProgress | None:
    rows = WorkInProgress.objects.filter(origin_kind=origin_kind, origin_id=origin_id)
    return rows.select_for_update().first()


def _outputs(origin_kind: str, origin_id: int) -> list[CostEntry]:
    """What work has made: what came in from it and was not material of its own that came back."""
    rows = CostEntry.objects.filter(
        move__origin_kind=origin_kind,
        move__origin_id=origin_id,
        kind=EntryKind.IN,
        counter=Counter.PRODUCTION,
        reason=Reason.MOVED,
    )
    return list(rows.select_related("move").order_by("pk"))


def _give(
    ctx: Ctx,
    rules: queries.Rules,
    costings: dict[int, ItemCosting],
    outputs: Sequence[CostEntry],
    left: Decimal,
    origin: tuple[str, int],
) -> None:
    if not outputs:
        _write_off(ctx, rules, left, origin)
        return
    book = Book(
        ctx=ctx, rules=rules, costings=costings, text=_t("Finished work settled"), kind=JournalKind.COST,
        origin=origin, difference=Counter.VARIANCE,
    )  # fmt: skip
    layers = Shelf(costings).layers(queries.layers(keys=[entry.layer_id for entry in outputs]))
    by_key = {layer.key: layer for layer in layers}
    places = -int(book.coin.as_tuple().exponent)
    # What work has made and used up itself, half-finished goods, hands nothing on that would not come back.
    own = queries.used_by_work(keys=list(by_key), kind=origin[0], pk=origin[1])
    gone = [max(e.quantity - own.get(e.layer_id, ZERO), ZERO) / e.quantity for e in outputs]
    lasting = gone if any(gone) else [Decimal(1)] * len(gone)
    weights = [entry.value * share for entry, share in zip(outputs, lasting, strict=True)]
    if not any(weights):
        weights = [entry.quantity * share for entry, share in zip(outputs, lasting, strict=True)]
    parts = allocate(left, weights, places=places)
    for entry, part in zip(outputs, parts, strict=True):
        if part:
            book.changed(
                by_key[entry.layer_id], part, item=costings[entry.item_id].item, counter=Counter.PRODUCTION,
                on=ctx.today, reason=Reason.SETTLED, move=entry.move,
            )  # fmt: skip
    book.write()
    mark_pending([layer.key for layer in layers], origin=origin)
    reprice_items(ctx, item_ids=list(costings))


def _write_off(ctx: Ctx, rules: queries.Rules, left: Decimal, origin: tuple[str, int]) -> None:
    draft = ledger.EntryDraft(
        lines=[
            ledger.LineDraft(account_id=rules.account(Counter.VARIANCE, None) or 0, amount=left),
            ledger.LineDraft(account_id=rules.account(Counter.PRODUCTION, None) or 0, amount=-left),
        ],
        happened_on=ctx.today,
        kind=JournalKind.COST,
        text=_t("Work that made nothing"),
        origin_kind=origin[0],
        origin_id=origin[1],
    )
    ledger.post_entries(ctx, entries=[draft])
    book = WorkBook()
    book.put(origin, -left, kind=EntryKind.CHANGE, reason=Reason.SETTLED)
    book.write()
