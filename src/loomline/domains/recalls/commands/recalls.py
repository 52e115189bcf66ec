"""Tracing a recall, starting it, and closing it when it was effective."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import User
from loomline.domains.catalog.models import Item
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Lot
from loomline.domains.parties.models import Party
from loomline.domains.recalls import queries
from loomline.domains.recalls.events import RecallCancelled, RecallClosed, RecallOpened, RecallStarted
from loomline.domains.recalls.models import Notice, NoticeState, Recall, RecallState
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused, Warned
from loomline.kernel.state import advance

REACHED = """
INSERT INTO recalls_recalllot (recall_id, lot_id, level)
SELECT %s, t.lot_id, t.level FROM unnest(%s::bigint[], %s::smallint[]) AS t (lot_id, level)
ON CONFLICT (recall_id, lot_id) DO NOTHING
"""


class LotsMissing(Refused):
    """A recall begins somewhere."""

    says = _("Name the lots or serial numbers that the recall begins with.")


class ReasonMissing(Refused):
    """Customers will ask why."""

    says = _("Say why.")


class TracingOver(Refused):
    """What is over is not traced again."""

    says = _("Recall {number} is {state}; it is not traced any more.")


class NotEffective(Warned):
    """A recall is not over while somebody does not know."""

    says = _(
        "Of {notices} notices, {reached} have reached their customer and {answered} were answered;"
        " {share} of the goods are accounted for."
    )


@command(creates=Recall, icon="plus", label=_("Trace a recall"))
def open_recall(
    ctx: Ctx,
    *,
    title: str,
    lots: list[Lot],
    reason: str,
    message: str = "",
    owner: User | None = None,
) -> Recall:
    """Trace what lots went into, who has it and what is left, before anything is blocked or anybody told."""
    if not lots:
        raise LotsMissing(at_field="lots")
    if not reason.strip():
        raise ReasonMissing(at_field="reason")

    recall: Recall = Recall.objects.create(
        title=title, reason=reason, message=message, owner=owner, opened_at=ctx.now, traced_at=ctx.now
    )
    recall.refresh_from_db()
    reached = queries.reach(lot_ids=[lot.pk for lot in lots])
    customers = _write(ctx, recall, reached)

    ctx.emit(
        RecallOpened(
            recall_id=recall.pk,
            number=str(recall.number),
            title=title,
            lot_ids=tuple(lot.pk for lot in lots),
            lots=len(reached),
            customers=customers,
        )
    )
    return recall


@command(states=(RecallState.DRAFT, RecallState.RUNNING), label=_("Trace again"), icon="refresh")
def trace_again(ctx: Ctx, *, recall: Recall) -> Recall:
    """Follow the lots anew: what was made or shipped since is reached too, and blocked if it runs."""
    recall = lock(recall)
    if recall.state not in (RecallState.DRAFT, RecallState.RUNNING):
        raise TracingOver(number=recall, state=str(recall.state.label).lower())

    _write(ctx, recall, queries.reach(lot_ids=_roots(recall)))
    if recall.state == RecallState.RUNNING:
        _block(ctx, recall)
        _draft_notices(recall)
    return recall


@command(move="start", label=_("Start recall"), icon="speakerphone", danger=True)
def start_recall(ctx: Ctx, *, recall: Recall) -> Recall:
    """Block what is left of every lot reached, and draft a notice to every customer who has some."""
    recall = lock(recall)

    advance(recall, "start", started_at=ctx.now)
    _write(ctx, recall, queries.reach(lot_ids=_roots(recall)))
    blocked = _block(ctx, recall)
    notices = _draft_notices(recall)

    ctx.emit(
        RecallStarted(
            recall_id=recall.pk,
            number=str(recall.number),
            lot_ids=tuple(_roots(recall)),
            blocked=blocked,
            notices=notices,
        )
    )
    return recall


@command(move="close", label=_("Close recall"), icon="shield-check")
def close_recall(ctx: Ctx, *, recall: Recall, outcome: str) -> Recall:
    """Say that it is over; who was not reached and what is not accounted for must be accepted."""
    recall = lock(recall)
    if not outcome.strip():
        raise ReasonMissing(at_field="outcome")
    found = queries.effectiveness(recall=recall)
    if found.answered < found.notices or ((found.accounted_share or 0) < 1 and found.notices):
        share = f"{(found.accounted_share or 0) * 100:.0f} %"
        ctx.warn(
            NotEffective(notices=found.notices, reached=found.reached, answered=found.answered, share=share)
        )

    advance(recall, "close", closed_at=ctx.now, outcome=outcome[:300])

    ctx.emit(
        RecallClosed(
            recall_id=recall.pk, number=str(recall.number), lot_ids=tuple(_roots(recall)), outcome=outcome
        )
    )
    return recall


@command(move="cancel", label=_("Cancel"), icon="x")
def cancel_recall(ctx: Ctx, *, recall: Recall, reason: str) -> Recall:
    """Say that nothing has to come back."""
    recall = lock(recall)
    if not reason.strip():
        raise ReasonMissing(at_field="reason")

    advance(recall, "cancel", outcome=reason[:300])

    ctx.emit(
        RecallCancelled(
            recall_id=recall.pk, number=str(recall.number), lot_ids=tuple(_roots(recall)), reason=reason
        )
    )
    return recall


def _roots(recall: Recall) -> list[int]:
    return list(recall.lots.filter(level=0).order_by("pk").values_list("lot_id", flat=True))


def _write(ctx: Ctx, recall: Recall, reached: Mapping[int, int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(REACHED, [recall.pk, list(reached), list(reached.values())])
    customers = {row.customer_id for row in queries.deliveries_of(lot_ids=reached)}
    recall.lot_count, recall.customer_count, recall.traced_at = len(reached), len(customers), ctx.now
    recall.save(update_fields=["lot_count", "customer_count", "traced_at"])
    return len(customers)


def _block(ctx: Ctx, recall: Recall) -> int:
    """Nothing of what is reached leaves any more; the lots it began with are blocked in any case."""
    reached = list(recall.lots.values_list("lot_id", flat=True))
    lots = {lot.pk: lot for lot in queries.stock_left(lot_ids=reached)}
    lots |= Lot.objects.in_bulk(_roots(recall))
    reason = _t("recall {number}: {reason}").format(number=recall.number, reason=recall.reason)
    blocked = len(inventory.block_lots(ctx, lots=list(lots.values()), reason=reason))
    recall.blocked_count += blocked
    recall.save(update_fields=["blocked_count"])
    return blocked


def _draft_notices(recall: Recall) -> int:
    """A letter to each customer for each kind of goods; what was shipped since counts for those sent too."""
    found = queries.deliveries_of(lot_ids=recall.lots.values_list("lot_id", flat=True))
    contacts = queries.contacts_of(customer_ids={row.customer_id for row in found})
    customers = Party.objects.in_bulk({row.customer_id for row in found})
    items = Item.objects.select_related("unit").in_bulk({row.item_id for row in found})
    known = {(row.customer_id, row.item_id): row for row in recall.notices.select_for_update()}
    made = []
    for row in found:
        contact, item = contacts[row.customer_id], items[row.item_id]
        fresh = known.get((row.customer_id, row.item_id)) or Notice(
            recall=recall, customer=customers[row.customer_id], item=item
        )
        fresh.delivered, fresh.lot_count, fresh.last_shipped_at = row.quantity, row.lots, row.last_shipped_at
        made.append(fresh)
        if fresh.state != NoticeState.DRAFTED:
            continue
        fresh.contact_id, fresh.address = contact.person_id, contact.address
        fresh.subject = _t("Recall {number}: {item}").format(number=recall.number, item=item.name)[:200]
        fresh.body = _letter(recall, customers[row.customer_id], item, row)
    Notice.objects.bulk_create([row for row in made if row.pk is None])
    fields = ["contact", "address", "delivered", "lot_count", "last_shipped_at", "subject", "body"]
    Notice.objects.bulk_update([row for row in made if row.pk is not None], fields)
    return len(made)


def _letter(recall: Recall, customer: Party, item: Item, row: queries.Delivered) -> str:
    parts = [
        _t("To {customer}").format(customer=customer.name),
        _t("We recall {item}: {reason}.").format(item=item.name, reason=recall.reason),
        _t("You have received {quantity} {unit} of it, the last on {day}.").format(
            quantity=plain(row.quantity),
            unit=item.unit.code,
            day=row.last_shipped_at.date().isoformat() if row.last_shipped_at else "",
        ),
        recall.message or _t("Please use and sell nothing of it, and tell us how much you still have."),
        _t("Our number: {number}").format(number=recall.number),
    ]
    return "\n\n".join(parts)
