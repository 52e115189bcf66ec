"""Raising a nonconformance, saying what becomes of the goods, and closing it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import User
from loomline.domains.catalog.models import Item
from loomline.domains.corrections.events import (
    NonconformanceCancelled,
    NonconformanceClosed,
    NonconformanceDisposed,
    NonconformanceRaised,
)
from loomline.domains.corrections.models import (
    ActionState,
    Grade,
    Nonconformance,
    NonconformanceState,
    Source,
)
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Lot, LotState
from loomline.domains.parties.models import Party
from loomline.domains.quality import commands as quality
from loomline.domains.quality.models import Check, CheckState, Decision
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused, Warned
from loomline.kernel.state import advance

Chosen = Literal["use_as_is", "rework", "scrap", "return"]
KIND = "corrections.nonconformance"


class TitleMissing(Refused):
    """Whoever reads it must know what was found."""

    says = _("Say what was found.")


class TooMuch(Refused):
    """No more can be wrong than there is."""

    says = _("There are {there} of lot {lot}, not {quantity}.")


class ReasonMissing(Refused):
    """The next one wants to know why."""

    says = _("Say why.")


class ActionStillOpen(Refused):
    """What is being mended is not over."""

    says = _("Corrective action {action} is not closed yet.")


class NoAction(Warned):
    """What is bad enough should not happen again."""

    says = _("{number} is {grade} and nobody went after its cause.")


@command(creates=Nonconformance, icon="plus", label=_("Raise nonconformance"))
def raise_nonconformance(
    ctx: Ctx,
    *,
    title: str,
    grade: Literal["minor", "major", "critical"] = "major",
    source: Literal["incoming", "making", "store", "customer", "audit"] = "incoming",
    lot: Lot | None = None,
    quantity: Decimal | None = None,
    item: Item | None = None,
    customer: Party | None = None,
    owner: User | None = None,
    note: str = "",
) -> Nonconformance:
    """Say that something is not as it should be; the lot is held, or the quantity set apart."""
    if not title.strip():
        raise TitleMissing(at_field="title")
    lot = lock(lot) if lot else None
    there = quality.left_of(lot, but_apart=True) if lot else Decimal(0)
    if lot is not None and quantity is not None and not 0 < quantity <= there:
        raise TooMuch(lot=lot, there=plain(there), quantity=plain(quantity), at_field="quantity")

    is_part = lot is not None and quantity is not None and quantity < there
    made = Nonconformance.objects.create(
        title=title,
        grade=Grade(grade).value,
        source=Source(source).value,
        lot=lot,
        item_id=lot.item_id if lot else item.pk if item else None,
        supplier_id=lot.supplier_id if lot else None,
        customer=customer,
        quantity=quantity if quantity is not None else there or None,
        is_apart=is_part,
        owner=owner,
        raised_at=ctx.now,
        raised_by=ctx.actor,
        note=note,
    )
    made.refresh_from_db()
    if lot is not None and is_part and quantity is not None:
        quality.set_apart(ctx, lot=lot, quantity=quantity, reason=_why(made), origin=(KIND, made.pk))
    elif lot is not None and lot.state == LotState.AVAILABLE:
        inventory.hold_lot(ctx, lot=lot, reason=_why(made))

    ctx.emit(NonconformanceRaised(**_about(made), grade=str(made.get_grade_display()).lower()))
    return made


@command(
    states=(CheckState.FAILED, CheckState.DECIDED), label=_("Raise nonconformance"), icon="alert-triangle"
)
def raise_from_check(
    ctx: Ctx,
    *,
    check: Check,
    grade: Literal["minor", "major", "critical"] = "major",
    title: str = "",
    owner: User | None = None,
    note: str = "",
) -> Nonconformance:
    """Write down as a nonconformance what a check has found, so that its cause is gone after."""
    check = lock(check)

    of_stage = check.origin_kind.startswith("manufacturing.")
    made = Nonconformance.objects.create(
        title=title.strip() or _found(check),
        grade=Grade(grade).value,
        source=Source.MAKING if of_stage else Source.INCOMING,
        check_failed=check,
        lot_id=check.lot_id,
        item_id=check.item_id,
        supplier_id=check.supplier_id,
        quantity=check.quantity
        if check.quantity is not None
        else quality.left_of(check.lot, but_apart=False) or None
        if check.lot
        else None,
        owner=owner,
        raised_at=ctx.now,
        raised_by=ctx.actor,
        note=note,
    )
    made.refresh_from_db()

    ctx.emit(NonconformanceRaised(**_about(made), grade=str(made.get_grade_display()).lower()))
    return made


@command(move="dispose", label=_("Dispose"), icon="signature")
def dispose_nonconformance(
    ctx: Ctx, *, nonconformance: Nonconformance, disposition: Chosen, note: str = ""
) -> Nonconformance:
    """Say what becomes of the goods: use as is, rework and check again, scrap, or return to the supplier."""
    found = lock(nonconformance)
    chosen = Decision(disposition)

    advance(found, "dispose", disposition=chosen.value, disposed_at=ctx.now, disposed_by=ctx.actor)
    check = found.check_failed
    if check is not None and check.state == CheckState.FAILED:
        quality.decide(ctx, check=check, decision=disposition, note=note or str(found))
    elif check is None:
        _settle(ctx, found, disposition, note or _why(found))

    ctx.emit(
        NonconformanceDisposed(
            **_about(found),
            disposition=str(chosen.label).lower(),
            note=f"({note})" if note else "",
            quantity=found.quantity,
        )
    )
    return found


@command(move="close", label=_("Close"), icon="check")
def close_nonconformance(ctx: Ctx, *, nonconformance: Nonconformance) -> Nonconformance:
    """Say that nothing is left to do: the goods are dealt with, and the cause is gone."""
    found = lock(nonconformance)
    actions = list(found.actions.all())
    for action in actions:
        if action.state != ActionState.CLOSED:
            raise ActionStillOpen(action=action)
    if not actions and found.grade != Grade.MINOR:
        ctx.warn(NoAction(number=found, grade=str(found.get_grade_display()).lower()))

    advance(found, "close", closed_at=ctx.now)

    ctx.emit(NonconformanceClosed(**_about(found)))
    return found


@command(move="cancel", label=_("Cancel"), icon="x", danger=True)
def cancel_nonconformance(ctx: Ctx, *, nonconformance: Nonconformance, reason: str) -> Nonconformance:
    """Say that it was none: the goods are used as they are."""
    found = lock(nonconformance)
    if not reason.strip():
        raise ReasonMissing(at_field="reason")

    advance(found, "cancel")
    if found.check_failed is None:
        _settle(ctx, found, "use_as_is", reason)

    ctx.emit(NonconformanceCancelled(**_about(found), reason=reason))
    return found


def _settle(ctx: Ctx, found: Nonconformance, decision: Chosen, reason: str) -> None:
    """Do to the goods what was decided; a lot that is held for another reason as well stays held."""
    if found.lot is None:
        return
    others = found.lot.nonconformances.filter(state=NonconformanceState.OPEN, is_apart=False)
    if decision == "use_as_is" and not found.is_apart and others.exclude(pk=found.pk).exists():
        return
    quality.settle_lot(
        ctx,
        lot=found.lot,
        decision=decision,
        quantity=found.quantity if found.is_apart else None,
        reason=reason,
        origin=(KIND, found.pk),
    )


def _found(check: Check) -> str:
    what = _t("lot {lot}").format(lot=check.lot) if check.lot else str(check.item or check.stage)
    words = _t("{characteristic} of {what}").format(characteristic=check.characteristic, what=what)
    if check.nonconforming is not None:
        seen = _t("{count} of {size} nonconforming").format(count=check.nonconforming, size=check.sample_size)
    elif check.measured is not None:
        seen = f"{plain(check.measured)} {check.unit} ({check.limits})".replace(" ()", "")
    else:
        seen = check.finding
    return f"{words}: {seen}"[:200]


def _why(found: Nonconformance) -> str:
    return f"{found.number}: {found.title}"[:200]


def _about(found: Nonconformance) -> dict[str, Any]:
    return {
        "nonconformance_id": found.pk,
        "number": str(found.number),
        "title": found.title,
        "lot_id": found.lot_id,
        "item_id": found.item_id,
        "supplier_id": found.supplier_id,
        "customer_id": found.customer_id,
        "check_id": found.check_failed_id,
    }
