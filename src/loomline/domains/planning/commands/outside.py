"""Stages that partners do for money: the service is ordered, comes back, and costs the work."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item, ItemKind
from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing import queries as making
from loomline.domains.manufacturing.commands import Output
from loomline.domains.manufacturing.models import StageState, WorkStage
from loomline.domains.planning import queries
from loomline.domains.planning.models import WORK_STAGE
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.commands import PurchaseDraft, PurchaseLineDraft, ReceivedLine
from loomline.domains.procurement.models import Purchase
from loomline.domains.procurement.models.purchase import AWAITING
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import PLACES, plain
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused, Warned

OPEN = (StageState.WAITING, StageState.READY, StageState.RUNNING)
# Scales and cones are never exact.
SMALL = Decimal("0.01")


class OwnStage(Refused):
    """Ourselves we pay otherwise."""

    says = _("{stage} of {work} is done by ourselves. Give it to a partner first, then order it there.")


class StageOver(Refused):
    """What is done is not ordered."""

    says = _("{stage} of {work} is {state}; only a stage that is still to be done is ordered.")


class StageOrdered(Refused):
    """Twice ordered is twice paid."""

    says = _("{stage} of {work} is ordered already, with {number}. Change that order, or cancel it first.")


class NoService(Refused):
    """A stage is no goods."""

    says = _("{item} is no service. Choose what the partner charges for, such as dyeing by the kilogram.")


class OtherUnit(Refused):
    """A price by the piece for kilograms."""

    says = _("{item} is counted in {unit}, but {stage} in {wanted}. Choose a service counted in {wanted}.")


class StageNotOrdered(Refused):
    """Nothing was agreed."""

    says = _("{stage} of {work} has no purchase order that was sent. Order it and send the order first.")


class SuppliedOtherwise(Warned):
    """The partner used more or less of our material than the bill asks for."""

    says = _(
        "{stage}: {used} {unit} {item} would count as used, the bill asks for {due} {unit}."
        " Return what is left, issue what is missing, or accept that it was so."
    )


@command(label=_("Order from partner"), icon="file-invoice", states=OPEN)
def order_stage(
    ctx: Ctx,
    *,
    stage: WorkStage,
    service: Item,
    price: Decimal | None = None,
    quantity: Decimal | None = None,
    due_on: date | None = None,
) -> Purchase:
    """Draft the purchase order for what a partner does: by default for all of the stage, at the agreed price.

    What it costs goes into the work as it comes back; the price by piece of the route no longer counts.
    """
    stage = lock(stage)
    work, partner = stage.work, stage.partner
    names = {"stage": stage.name, "work": work.number}

    if partner is None:
        raise OwnStage(**names)
    if not stage.is_open:
        raise StageOver(**names, state=stage.state.label.lower())
    ordered = queries.order_of_stage(stage_id=stage.pk)
    if ordered is not None:
        raise StageOrdered(**names, number=ordered.purchase.number)
    if service.kind != ItemKind.SERVICE:
        raise NoService(item=service, at_field="service")
    if stage.unit is not None and stage.unit.pk != service.unit_id:
        raise OtherUnit(
            item=service, unit=service.unit, stage=stage.name, wanted=stage.unit, at_field="service"
        )

    into = stage.quantity if stage.quantity_in is None else stage.quantity_in
    line = PurchaseLineDraft(
        item=service,
        quantity=into if quantity is None else quantity,
        price=price,
        requested_on=due_on or stage.expected_end,
        description=f"{stage.name} · {work.number}",
        origin_kind=WORK_STAGE,
        origin_id=stage.pk,
    )
    note = _t("For our work order {number}. The material is ours.").format(number=work.number)
    draft = PurchaseDraft(supplier=partner, site=work.site, lines=[line], note=note)
    made: list[Purchase] = procurement.open_purchases(ctx, drafts=[draft])
    return made[0]


@command(
    label=_("Receive from partner"), icon="truck-delivery", states=(StageState.READY, StageState.RUNNING)
)
def receive_stage(
    ctx: Ctx,
    *,
    stage: WorkStage,
    quantity: Decimal,
    rejected: Decimal = Decimal(0),
    lot: str = "",
    is_last: bool = True,
    reason: str = "",
    delivery_note: str = "",
) -> WorkStage:
    """Take back what a partner has done: the service is received, the stage has its output and its material.

    `quantity` is good, `rejected` is not and is not paid for. While more is to come, `is_last` says no.
    """
    line = queries.order_of_stage(stage_id=stage.pk)
    if line is None or line.purchase.state not in AWAITING:
        raise StageNotOrdered(stage=stage.name, work=stage.work.number)
    if is_last:
        _ask_about_material(ctx, stage, line.received + quantity + rejected)

    came = ReceivedLine(line=line, quantity=quantity + rejected, rejected=rejected, fault=reason)
    procurement.receive_goods(ctx, purchase=line.purchase, lines=[came], delivery_note=delivery_note)
    if stage.state == StageState.READY:
        stage = manufacturing.start_stage(ctx, stage=stage)
    line.refresh_from_db()
    if is_last:
        return manufacturing.finish_stage(
            ctx, stage=stage, quantity_out=line.accepted, rejected=line.rejected, lot=lot, reason=reason
        )
    if stage.work.stages.filter(position__gt=stage.position).exists():
        return manufacturing.hand_over_stage(ctx, stage=stage, quantity=quantity, lot=lot)
    pieces = (quantity / stage.factor).quantize(PLACES)
    manufacturing.record_output(ctx, work=stage.work, outputs=[Output(quantity=pieces, lot=lot)])
    return stage


def _ask_about_material(ctx: Ctx, stage: WorkStage, processed: Decimal) -> None:
    """What lies at the partner for the stage counts as used when it ends; the bill says how much that is."""
    into = stage.quantity
    for need in making.needs_of(work=stage.work):
        if need.stage_position != stage.position or need.backflush or not into:
            continue
        due = need.quantity.amount * processed / into
        if abs(need.issued - due) > due * SMALL:
            ctx.warn(
                SuppliedOtherwise(
                    stage=stage.name,
                    item=need.name,
                    unit=need.quantity.unit,
                    used=plain(need.issued),
                    due=plain(due.quantize(Decimal("0.001"))),
                )
            )
