"""Writing bills of materials and routes, one or many at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from loomline.domains.bills import queries
from loomline.domains.bills.commands.beside import (
    CoProductDraft,
    alternates_again,
    co_products_again,
    write_beside,
)
from loomline.domains.bills.commands.drafts import (
    BillDraft,
    BillLineDraft,
    StageDraft,
    by_size_of,
    positions_of,
    refuse_wrong,
)
from loomline.domains.bills.events import BillAdded, BillRetired
from loomline.domains.bills.models import Bill, BillLine, RouteStage, StageKind
from loomline.domains.catalog.models import Item, Style
from loomline.domains.sites.models import Site
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused

BATCH = 2000


class BillLoop(Refused):
    """Nothing goes into itself."""

    says = _("{name} would go into itself, directly or through its materials. Take it out of the bill.")


@command(label=_("New bill of materials"), icon="plus", creates=Bill)
def add_bill(
    ctx: Ctx,
    *,
    item: Item | None = None,
    style: Style | None = None,
    lines: list[BillLineDraft] | None = None,
    stages: list[StageDraft] | None = None,
    co_products: list[CoProductDraft] | None = None,
    batch: Decimal = Decimal(1),
    valid_from: date | None = None,
    valid_until: date | None = None,
    note: str = "",
) -> Bill:
    """Write what goes into an item, or into all variants of a style, and the stages it goes through."""
    draft = BillDraft(
        item=item, style=style, lines=lines or (), stages=stages or (), co_products=co_products or (),
        batch=batch, valid_from=valid_from, valid_until=valid_until, note=note,
    )  # fmt: skip
    return add_bills(ctx, drafts=[draft])[0]


@command(hidden=True)
def add_bills(ctx: Ctx, *, drafts: list[BillDraft]) -> list[Bill]:
    """Write many bills at once, as an import does."""
    for draft in drafts:
        refuse_wrong(draft)

    bills = _write(drafts)
    circular = queries.loops(bills=bills)
    if circular:
        raise BillLoop(name=next(iter(circular.values())))

    for bill, draft in zip(bills, drafts, strict=True):
        ctx.emit(
            BillAdded(
                bill_id=bill.pk,
                item_id=bill.item_id,
                style_id=bill.style_id,
                made=draft.makes.name,
                version=bill.version,
                lines=len(draft.lines),
                stages=len(draft.stages),
                valid_from=draft.valid_from or ctx.today,
            )
        )
    return bills


@command(label=_("New version"), icon="versions")
def revise_bill(
    ctx: Ctx,
    *,
    bill: Bill,
    valid_from: date,
    lines: list[BillLineDraft] | None = None,
    stages: list[StageDraft] | None = None,
    co_products: list[CoProductDraft] | None = None,
) -> Bill:
    """Make it differently from a day on; what is not given stays as it was, the old version ends then."""
    bill = lock(bill)
    draft = BillDraft(
        item=bill.item,
        style=bill.style,
        lines=lines if lines is not None else [_line_again(line) for line in bill.lines.all()],
        stages=stages if stages is not None else [_stage_again(stage) for stage in bill.stages.all()],
        co_products=co_products if co_products is not None else co_products_again(bill),
        batch=bill.batch,
        valid_from=valid_from,
        valid_until=bill.valid.upper,
        note=bill.note,
        version=bill.version + 1,
    )

    Bill.objects.filter(pk=bill.pk).update(valid=DateRange(bill.valid.lower, valid_from, "[)"))
    return add_bills(ctx, drafts=[draft])[0]


@command(label=_("Retire"), icon="archive", undo=True)
def retire_bill(ctx: Ctx, *, bill: Bill) -> Bill:
    """Make nothing by this bill any more; work orders that have it keep it."""
    bill = lock(bill)

    bill.is_active = False
    bill.save(update_fields=["is_active"])

    ctx.emit(
        BillRetired(
            bill_id=bill.pk,
            item_id=bill.item_id,
            style_id=bill.style_id,
            made=bill.makes.name,
            version=bill.version,
        )
    )
    return bill


def _write(drafts: Sequence[BillDraft]) -> list[Bill]:
    latest = _latest_versions(drafts)
    bills = []
    for draft in drafts:
        key = (draft.item.pk if draft.item else None, draft.style.pk if draft.style else None)
        latest[key] = draft.version or latest.get(key, 0) + 1
        bills.append(
            Bill(
                item=draft.item,
                style=draft.style,
                version=latest[key],
                batch=draft.batch,
                valid=DateRange(draft.valid_from, draft.valid_until, "[)"),
                note=draft.note,
            )
        )
    Bill.objects.bulk_create(bills, batch_size=BATCH)
    pairs = list(zip(bills, drafts, strict=True))
    lines = BillLine.objects.bulk_create(
        (line for bill, draft in pairs for line in _lines(bill, draft)), batch_size=BATCH
    )
    places = _usual_sites(drafts)
    stages = (stage for bill, draft in pairs for stage in _stages(bill, draft, places))
    RouteStage.objects.bulk_create(stages, batch_size=BATCH)
    given = [line.alternates for draft in drafts for line in draft.lines]
    write_beside(
        [pair for pair in zip(lines, given, strict=True) if pair[1]],
        [(bill, draft.co_products) for bill, draft in pairs if draft.co_products],
    )
    return bills


def _latest_versions(drafts: Sequence[BillDraft]) -> dict[tuple[int | None, int | None], int]:
    items = {draft.item.pk for draft in drafts if draft.item}
    styles = {draft.style.pk for draft in drafts if draft.style}
    held = Bill.objects.filter(item__in=items) | Bill.objects.filter(style__in=styles)
    rows = held.order_by().values_list("item_id", "style_id").annotate(Max("version"))
    return {(item, style): version for item, style, version in rows}


def _usual_sites(drafts: Sequence[BillDraft]) -> dict[int, Site]:
    """The first site of each partner that is named without one."""
    partners = {
        s.partner.pk for draft in drafts for s in draft.stages if s.partner is not None and s.site is None
    }
    found: dict[int, Site] = {}
    if partners:
        for site in Site.objects.filter(party__in=partners, is_active=True).order_by("pk"):
            found.setdefault(site.party_id or 0, site)
    return found


def _lines(bill: Bill, draft: BillDraft) -> list[BillLine]:
    return [
        BillLine(
            bill=bill,
            position=row,
            component=line.component,
            component_style=line.component_style,
            quantity=line.quantity,
            by_size=by_size_of(line),
            colours=list(line.colours),
            sizes=list(line.sizes),
            scrap=line.scrap,
            stage_position=line.stage_position,
            backflush=line.backflush,
        )
        for row, line in enumerate(draft.lines, start=1)
    ]


def _stages(bill: Bill, draft: BillDraft, places: Mapping[int, Site]) -> list[RouteStage]:
    return [
        RouteStage(
            bill=bill,
            position=position,
            name=stage.name,
            kind=stage.kind,
            partner=stage.partner or (stage.centre.site.party if stage.centre else None),
            site=_site(stage, places),
            centre=stage.centre,
            setup_minutes=stage.setup_minutes,
            run_minutes=stage.run_minutes,
            queue_minutes=stage.queue_minutes,
            move_minutes=stage.move_minutes,
            days=stage.days,
            per_day=stage.per_day,
            move_days=stage.move_days,
            rate=stage.rate,
            item=stage.item,
            unit=stage.unit or (stage.item.unit if stage.item else None),
            factor=stage.factor,
        )
        for stage, position in zip(draft.stages, positions_of(draft.stages), strict=True)
    ]


def _site(stage: StageDraft, places: Mapping[int, Site]) -> Site | None:
    """Where a stage stands: where it says, where its work centre is, or the first site of its partner."""
    if stage.site is not None or stage.centre is not None:
        return stage.site or (stage.centre.site if stage.centre else None)
    return places.get(stage.partner.pk) if stage.partner else None


def _line_again(line: BillLine) -> BillLineDraft:
    return BillLineDraft(
        component=line.component,
        component_style=line.component_style,
        quantity=line.quantity,
        by_size=[f"{size} {quantity}" for size, quantity in line.by_size.items()],
        colours=line.colours,
        sizes=line.sizes,
        scrap=line.scrap,
        stage_position=line.stage_position,
        backflush=line.backflush,
        alternates=alternates_again(line),
    )


def _stage_again(stage: RouteStage) -> StageDraft:
    return StageDraft(
        name=stage.name,
        kind=StageKind(stage.kind),
        days=stage.days,
        partner=stage.partner,
        site=stage.site,
        per_day=stage.per_day,
        move_days=stage.move_days,
        rate=stage.rate,
        item=stage.item,
        unit=stage.unit,
        factor=stage.factor,
        position=stage.position,
        centre=stage.centre,
        setup_minutes=stage.setup_minutes,
        run_minutes=stage.run_minutes,
        queue_minutes=stage.queue_minutes,
        move_minutes=stage.move_minutes,
    )
