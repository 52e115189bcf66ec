"""Writing a plan down: what stays the same keeps its row, so that pages and links outlive a run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from django.db import connection
from django.db.models import F
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.supplyplan import queries
from loomline.domains.supplyplan.commands.deploying import keep_shipments
from loomline.domains.supplyplan.events import SupplyReplanned
from loomline.domains.supplyplan.models import (
    ActionMessage,
    Advice,
    PlanItem,
    PlanLoad,
    PlannedOrder,
    PlannedState,
    PlanPeg,
    PlanRun,
)
from loomline.domains.supplyplan.queries.proposals import Figures, Proposal, Reckoned, Tie, Told
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.prepared import fetch
from loomline.kernel.quantity import plain
from loomline.kernel.refusal import Refused
from loomline.kernel.rows import insert_rows

BATCH = 2000
KEPT_RUNS = 30
ZERO = Decimal(0)
# Both writers wait for each other here: one plan, one hand that writes it.
LOCK = "SELECT pg_advisory_xact_lock(hashtext('loomline.supplyplan'))"
PLAN_FIELDS = (
    *("kind", "supplier_id", "from_site_id", "on_hand", "safety_stock", "reorder_level", "lead_days"),
    *("minimum", "multiple", "rule", "yield_share", "required", "scheduled", "planned", "short_on"),
    *("flow", "components", "stand_ins"),
)
PEG_FIELDS = (
    *("item", "site", "quantity", "order", "receipt_kind", "receipt_id", "receipt", "taker"),
    *("demand_kind", "demand_id", "demand", "party", "needed_on", "kind", "other"),
)
ORDER_FIELDS = (
    *("item", "site", "kind", "supplier", "from_site", "is_late", "quantity"),
    *("started", "start_on", "due_on", "need_on", "moved_days", "centre"),
)
NEW_KEYS = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
Key = tuple[object, ...]


class PlanMovedOn(Refused):
    """A net change rests on parents that are planned as they were."""

    says = _("The plan has moved on meanwhile. Everything is planned anew instead.")


@command(hidden=True)
def keep_plan(ctx: Ctx, *, plan: Reckoned, place: queries.Heard) -> PlanRun:
    """Put a whole plan in the place of the one before; until this commits, everybody sees that one."""
    _wait()
    items = _keep_items(plan.items)
    PlanItem.objects.exclude(pk__in=items).delete()

    numbers = _keep_orders(plan.orders, only=None)
    _keep_loads(plan.orders, numbers)
    _keep_ties(plan.ties, numbers, only=None)
    keep_shipments(plan.shipments, only=None)
    count = _keep_told(plan.told, numbers, plan.orders, only=None)
    run: PlanRun = PlanRun.objects.create(
        made_at=ctx.now,
        starts_on=plan.today,
        until=plan.until,
        items=len(plan.items),
        orders=len(plan.orders),
        messages=count,
        position=place.position,
        heard=place.beyond,
        within_capacity=plan.within_capacity,
    )
    old = PlanRun.objects.order_by("-pk").values_list("pk", flat=True)[KEPT_RUNS : KEPT_RUNS + 1].first()
    if old is not None:
        PlanRun.objects.filter(pk__lte=old).delete()

    ctx.emit(SupplyReplanned(run_id=run.pk, orders=run.orders, messages=run.messages))
    return run


@command(hidden=True)
def refresh_plan(ctx: Ctx, *, plan: Reckoned, items: list[int], place: queries.Heard) -> int:
    """Write anew what an event has touched; what stands above it was reckoned too and must be as it is."""
    _wait()
    scope = set(items)
    kept = _keep_items([one for one in plan.items if one.planning.place[0] in scope])
    PlanItem.objects.filter(item__in=scope).exclude(pk__in=kept).delete()

    numbers = _keep_orders(plan.orders, only=scope)
    _keep_ties(plan.ties, numbers, only=scope)
    keep_shipments(plan.shipments, only=scope)
    _keep_told(plan.told, numbers, plan.orders, only=scope)
    hear_events(ctx, place=place, refreshed=True)
    return len(scope)


@command(hidden=True)
def hear_events(ctx: Ctx, *, place: queries.Heard, refreshed: bool = False) -> None:
    """Note up to where the events were read."""
    rows = PlanRun.objects.filter(pk__in=PlanRun.objects.order_by("-pk").values("pk")[:1])
    rows.update(position=place.position, heard=place.beyond)
    if refreshed:
        rows.update(refreshed_at=ctx.now, refreshes=F("refreshes") + 1)


def _wait() -> None:
    with connection.cursor() as cursor:
        cursor.execute(LOCK)


def _keep_items(figures: Sequence[Figures]) -> list[int]:
    rows = [_item(one) for one in figures]
    PlanItem.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["item", "site"],
        update_fields=[name.removesuffix("_id") for name in PLAN_FIELDS],
    )
    return [row.pk for row in rows]


def _item(one: Figures) -> PlanItem:
    row = one.planning
    item, site = row.place
    return PlanItem(
        item_id=item,
        site_id=site,
        kind=row.kind,
        supplier_id=row.supplier_id,
        from_site_id=row.from_site_id,
        on_hand=row.on_hand,
        safety_stock=row.safety_stock,
        reorder_level=row.reorder_level,
        lead_days=row.lead_days,
        minimum=row.minimum,
        multiple=row.multiple,
        rule=row.rule,
        yield_share=row.yield_share,
        required=sum((day[1] for day in one.flow), ZERO),
        scheduled=sum((day[2] for day in one.flow), ZERO),
        planned=sum((day[3] for day in one.flow), ZERO),
        short_on=one.short_on,
        flow=[[day.isoformat(), *map(_text, amounts)] for day, *amounts in one.flow],
        components=sorted({part.item_id for part in row.parts} | one.stand_ins),
        stand_ins=sorted(one.stand_ins),
    )


def _text(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _keep_orders(proposals: Sequence[Proposal], *, only: Collection[int] | None) -> list[int]:
    """The keys of the rows that proposals stand in now, in their order."""
    standing: dict[Key, list[int]] = defaultdict(list)
    rows = PlannedOrder.objects.filter(state=PlannedState.PROPOSED)
    if only is not None:
        rows = rows.filter(item__in={*only, *(one.planning.place[0] for one in proposals)})
    for pk, *key in rows.order_by("-pk").values_list("pk", *ORDER_FIELDS):
        standing[tuple(key)].append(pk)
    found: list[int | None] = []
    fresh: list[tuple[int, Key]] = []
    for n, one in enumerate(proposals):
        key = _key_of(one)
        same = standing.get(key)
        found.append(same.pop() if same else None)
        if found[-1] is None:
            if only is not None and one.planning.place[0] not in only:
                raise PlanMovedOn
            fresh.append((n, key))
    over = [pk for keys in standing.values() for pk in keys]
    gone = PlannedOrder.objects.filter(pk__in=over)
    (gone if only is None else gone.filter(item__in=set(only))).delete()
    keys = [pk for (pk,) in fetch(NEW_KEYS, [PlannedOrder._meta.db_table, len(fresh)])]
    insert_rows(
        PlannedOrder,
        ("id", *ORDER_FIELDS),
        [(pk, *row) for pk, (_n, row) in zip(keys, fresh, strict=True)],
    )
    for pk, (n, _row) in zip(keys, fresh, strict=True):
        found[n] = pk
    return [pk for pk in found if pk is not None]


def _key_of(one: Proposal) -> Key:
    """All that a planned order is made of, in the order of its fields."""
    row = one.planning
    return (
        *(*row.place, str(row.kind), row.supplier_id, row.from_site_id, one.is_late, one.quantity),
        *(one.started, one.start_on, one.due_on, one.need_on, one.moved_days, one.centre_id),
    )


def _keep_ties(ties: Sequence[Tie], numbers: Sequence[int], *, only: Collection[int] | None) -> None:
    standing = PlanPeg.objects.all() if only is None else PlanPeg.objects.filter(item__in=set(only))
    standing.delete()
    insert_rows(
        PlanPeg, PEG_FIELDS, [_peg(one, numbers) for one in ties if only is None or one.place[0] in only]
    )


def _peg(one: Tie, numbers: Sequence[int]) -> Sequence[object]:
    """In the order of the fields of a peg."""
    receipt, taken = one.receipt, one.taken
    is_document = taken is not None and taken.label
    return (
        *one.place,
        one.quantity,
        numbers[one.order] if one.order is not None else None,
        receipt.kind if receipt else "",
        receipt.pk if receipt else None,
        receipt.label if receipt else "",
        numbers[one.taker] if one.taker is not None else None,
        taken.kind if taken and is_document else "",
        taken.pk if taken else None,
        taken.label if taken else "",
        taken.party_id if taken else None,
        one.needed_on,
        one.kind,
        one.other_id,
    )


def _keep_loads(proposals: Sequence[Proposal], numbers: Sequence[int]) -> None:
    """Which work centre does what of the proposals, and when."""
    PlanLoad.objects.filter(order__state=PlannedState.PROPOSED).delete()
    insert_rows(
        PlanLoad,
        ("order", "centre", "day", "minutes"),
        [(number, *load) for number, one in zip(numbers, proposals, strict=True) for load in one.loads],
    )


def _keep_told(
    told: Sequence[Told],
    numbers: Sequence[int],
    proposals: Sequence[Proposal],
    *,
    only: Collection[int] | None,
) -> int:
    rows = [one for one in told if only is None or one.planning.place[0] in only]
    standing = (
        ActionMessage.objects.all() if only is None else ActionMessage.objects.filter(item__in=set(only))
    )
    standing.delete()
    items = Item.objects.select_related("unit").in_bulk({one.planning.place[0] for one in rows})
    ActionMessage.objects.bulk_create([_message(one, numbers, items) for one in rows], batch_size=BATCH)
    return len(rows)


def _message(one: Told, numbers: Sequence[int], items: Mapping[int, Item]) -> ActionMessage:
    receipt = one.receipt
    item = items[one.planning.place[0]]
    return ActionMessage(
        item_id=item.pk,
        site_id=one.planning.place[1],
        advice=one.advice,
        order_id=numbers[one.order] if one.order is not None else None,
        receipt_kind=receipt.kind if receipt else "",
        receipt_id=receipt.pk if receipt else None,
        receipt=receipt.label if receipt else "",
        supplier_id=receipt.party_id if receipt else one.planning.supplier_id,
        at_on=one.at_on,
        to_on=one.to_on,
        quantity=one.quantity,
        says=_sentence(one, item)[:300],
    )


def _sentence(one: Told, item: Item) -> str:
    said = {
        Advice.EXPEDITE: _t("Bring {order} forward from {at} to {to}: {item} is wanted then."),
        Advice.DEFER: _t("Move {order} from {at} to {to}: {item} is not wanted before."),
        Advice.CANCEL: _t("Cancel {item} on {order}: nothing needs it."),
        Advice.DECREASE: _t("Reduce {item} on {order} to {quantity}: more is not needed."),
        Advice.INCREASE: _t("Raise {item} on {order} to {quantity}: a new order would come too late."),
        Advice.CAPACITY: _t(
            "{quantity} of {item} for {label} come on {to} instead of {at}: {centre} is full."
        ),
        Advice.BEYOND: _t(
            "{quantity} of {item} are made until {to}, but hours of {centre} are known until {at} only: "
            "what runs after that day is planned as if nothing were full."
        ),
        Advice.RELEASE: _t("Start {quantity} of {item} on {to}."),
        Advice.RELEASE_LATE: _t("Start {quantity} of {item} at once: it should have begun on {at}."),
        Advice.NO_SOURCE: _t("{quantity} of {item} are missing and nobody supplies them: name a supplier."),
    }[one.advice]
    days = "j M Y" if one.advice == Advice.BEYOND else "j M"
    return said.format(
        order=one.receipt.label if one.receipt else "",
        label=one.label,
        centre=one.centre,
        item=item.name,
        quantity=f"{plain(one.quantity)} {item.unit.code}",
        at=date_format(one.at_on, days),
        to=date_format(one.to_on, days),
    )
