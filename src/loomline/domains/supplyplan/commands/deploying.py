"""Fair shares between sites: written down with the plan, and made transfers of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from loomline.domains.storage import commands as storage
from loomline.domains.storage.commands import TransferLineDraft
from loomline.domains.supplyplan.events import ShipmentsFirmed
from loomline.domains.supplyplan.models import PlannedState, Shipment
from loomline.domains.supplyplan.queries.deploying import Shipping
from loomline.domains.supplyplan.queries.documents import TRANSFER
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock_all
from loomline.kernel.refusal import Refused

BATCH = 2000
FIRMED = ["state", "document_kind", "document_id", "document", "firmed_at"]
Key = tuple[object, ...]


class NothingToSend(Refused):
    """The source has nothing, or all of it has become transfers."""

    says = _("None of these shipments can be sent: the source has nothing for them, or they are transfers.")


@command(states=("proposed",), label=_("Make transfers"), icon="transfer")
def firm_shipments(ctx: Ctx, *, shipments: list[Shipment]) -> list[Shipment]:
    """Make one transfer of all that leaves one site for another on a day; the plan counts on it then."""
    locked: list[Shipment] = lock_all(shipments)
    keys = [row.pk for row in locked if row.state == PlannedState.PROPOSED and row.quantity > 0]
    if not keys:
        raise NothingToSend

    rows = Shipment.objects.filter(pk__in=keys).select_related("item", "site", "from_site")
    groups: dict[Key, list[Shipment]] = defaultdict(list)
    for row in rows.order_by("leaves_on", "pk"):
        groups[row.from_site_id, row.site_id, row.leaves_on, row.arrives_on].append(row)
    made = []
    for some in groups.values():
        transfer = storage.open_transfer(
            ctx,
            source=some[0].from_site,
            destination=some[0].site,
            planned_on=max(some[0].leaves_on, ctx.today),
            expected_on=max(some[0].arrives_on, ctx.today),
            lines=[TransferLineDraft(item=row.item, quantity=row.quantity) for row in some],
        )
        made.append(transfer)
        for row in some:
            row.state, row.firmed_at = PlannedState.FIRMED, ctx.now
            row.document_kind, row.document_id, row.document = TRANSFER, transfer.pk, transfer.number
    firmed = [row for some in groups.values() for row in some]
    Shipment.objects.bulk_update(firmed, FIRMED, batch_size=500)

    ctx.emit(
        ShipmentsFirmed(
            shipment_ids=tuple(row.pk for row in firmed),
            transfer_ids=tuple(one.pk for one in made),
            item_ids=tuple(sorted({row.item_id for row in firmed})),
            shipments=len(firmed),
            transfers=len(made),
        )
    )
    return firmed


def keep_shipments(shippings: Sequence[Shipping], *, only: Collection[int] | None) -> None:
    """Write the shares of a plan in the place of those before; what stays the same keeps its row."""
    standing = Shipment.objects.filter(state=PlannedState.PROPOSED)
    if only is not None:
        standing = standing.filter(item__in=set(only))
    known: dict[Key, list[int]] = defaultdict(list)
    for row in standing:
        known[_key(row)].append(row.pk)
    fresh = []
    for one in shippings:
        if only is None or one.place[0] in only:
            row = _row(one)
            same = known.get(_key(row))
            if same:
                same.pop()
            else:
                fresh.append(row)
    Shipment.objects.filter(pk__in=[pk for keys in known.values() for pk in keys]).delete()
    Shipment.objects.bulk_create(fresh, batch_size=BATCH)


def _row(one: Shipping) -> Shipment:
    return Shipment(
        item_id=one.place[0],
        site_id=one.place[1],
        from_site_id=one.from_site_id,
        wanted=one.wanted,
        quantity=one.quantity,
        is_short=one.is_short,
        leaves_on=one.leaves_on,
        arrives_on=one.arrives_on,
    )


def _key(row: Shipment) -> tuple[int, int, int, object, object, date, date]:
    return (
        *(row.item_id, row.site_id, row.from_site_id, row.wanted, row.quantity),
        *(row.leaves_on, row.arrives_on),
    )
