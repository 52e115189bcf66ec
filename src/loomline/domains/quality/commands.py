"""Checking goods, and deciding about those that failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Lot, LotState
from loomline.domains.quality import queries
from loomline.domains.quality.events import CheckDecided, CheckFailed, CheckOpened, CheckPassed
from loomline.domains.quality.models import Check, CheckPlan, Decision, within
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import LocationKind
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance

ZERO = Decimal(0)


class NothingToCheck(Refused):
    """A check is of something."""

    says = _("Say what is checked: a lot, an item or a stage.")


class CharacteristicMissing(Refused):
    """A check measures something."""

    says = _("Say what is measured, or choose a plan that says it.")


class LimitsCrossed(Refused):
    """Nothing lies between limits that cross."""

    says = _("The upper limit {upper} lies below the lower limit {lower}.")


class FigureMissing(Refused):
    """A figure decides."""

    says = _("Enter what was measured: check {number} passes when it is {limits}.")


class NoLimits(Refused):
    """A figure without limits neither passes nor fails."""

    says = _("Check {number} has no limits to hold a figure against. Pass or fail it by what you see.")


class FindingMissing(Refused):
    """Whoever decides must know why."""

    says = _("Say what was found.")


@dataclass(frozen=True, kw_only=True)
class CheckDraft:
    """A check to be; what is left out comes from the plan or the lot."""

    plan: CheckPlan | None = None
    lot: Lot | None = None
    item: Item | None = None
    stage: str = ""
    characteristic: str = ""
    unit: str = ""
    lower: Decimal | None = None
    upper: Decimal | None = None
    holds: bool = False
    origin_kind: str = ""
    origin_id: int | None = None
    wanted_on: date | None = None


@command(creates=Check, icon="plus", label=_("New check"))
def open_check(
    ctx: Ctx,
    *,
    lot: Lot | None = None,
    plan: CheckPlan | None = None,
    item: Item | None = None,
    stage: str = "",
    characteristic: str = "",
    unit: str = "",
    lower: Decimal | None = None,
    upper: Decimal | None = None,
    wanted_on: date | None = None,
) -> Check:
    """Ask for one measurement of a lot, an item or the work at a stage."""
    draft = CheckDraft(
        lot=lot,
        plan=plan,
        item=item,
        stage=stage,
        characteristic=characteristic,
        unit=unit,
        lower=lower,
        upper=upper,
        wanted_on=wanted_on,
    )
    return open_checks(ctx, drafts=[draft])[0]


@command(hidden=True)
def open_checks(ctx: Ctx, *, drafts: list[CheckDraft]) -> list[Check]:
    """Ask for many measurements at once; a lot that waits for its result is held."""
    made = [_check(ctx, draft) for draft in drafts]
    for check in made:
        _refuse_unclear(check)

    checks = Check.objects.bulk_create(made)
    waiting: dict[int, Check] = {}
    for check in checks:
        if check.holds and check.lot_id is not None:
            waiting.setdefault(check.lot_id, check)
    for check in waiting.values():
        _hold(ctx, check, reason=_t("waits for the check of {what}").format(what=check.characteristic))

    for check in checks:
        ctx.emit(CheckOpened(**_about(check), limits=f"({check.limits})" if check.limits else ""))
    return checks


@command(hidden=True)
def open_planned_checks(
    ctx: Ctx,
    *,
    lots: list[Lot],
    stage: str = "",
    made: list[int] | None = None,
    origin_kind: str = "",
    origin_id: int | None = None,
) -> list[Check]:
    """Ask for what the plans want of lots that have just come in, or out of a stage.

    Where a stage gives no lot, the work on what is `made` is checked. What is still to be checked is not
    asked for twice.
    """
    plans = queries.plans_for(item_ids={lot.item_id for lot in lots} or made or (), stage=stage)
    pairs: list[tuple[CheckPlan, Lot | None]] = [
        (plan, lot) for lot in lots for plan in plans if plan.item_id in (None, lot.item_id)
    ]
    if not lots:
        pairs = [(plan, None) for plan in plans if plan.stage]
    drafts = [
        CheckDraft(plan=plan, lot=lot, stage=stage, origin_kind=origin_kind, origin_id=origin_id)
        for plan, lot in pairs
    ]
    if not drafts:
        return []
    asked = {_asked(check) for check in queries.awaited(plan_ids=[plan.pk for plan in plans])}
    drafts = [draft for draft in drafts if _asked(draft) not in asked]
    return open_checks(ctx, drafts=drafts) if drafts else []


def _asked(check: Check | CheckDraft) -> tuple[object, ...]:
    """What two checks of one plan have in common: the lot, or else the record that asked for them."""
    if check.lot is None:
        return (check.plan, check.origin_kind, check.origin_id)
    return (check.plan, check.lot)


@command(move="pass", label=_("Record result"), icon="ruler-2")
def record_check(ctx: Ctx, *, check: Check, measured: Decimal | None = None, finding: str = "") -> Check:
    """Enter what was measured: between the limits the check passes, otherwise it fails and holds the lot.

    A check without limits passes by what is seen; to fail it, say what was found.
    """
    check = lock(check)
    has_limits = check.lower is not None or check.upper is not None
    if has_limits and measured is None:
        raise FigureMissing(number=check, limits=check.limits, at_field="measured")
    if not has_limits and measured is not None:
        raise NoLimits(number=check, at_field="measured")
    if measured is not None and not within(measured, lower=check.lower, upper=check.upper):
        return fail_check(ctx, check=check, measured=measured, finding=finding)

    advance(check, "pass", measured=measured, finding=finding, checked_at=ctx.now, checked_by=ctx.actor)
    if check.holds:
        _release(ctx, check, reason=_t("{what} passed").format(what=check.characteristic))

    ctx.emit(
        CheckPassed(**_about(check), measured=measured, unit=_unit(check, measured), limits=_against(check))
    )
    return check


@command(move="fail", label=_("Fail"), icon="circle-x", danger=True)
def fail_check(ctx: Ctx, *, check: Check, finding: str = "", measured: Decimal | None = None) -> Check:
    """Say that the goods are not as they should be; the lot is held until somebody decides."""
    check = lock(check)
    if measured is None and not finding.strip():
        raise FindingMissing(at_field="finding")

    advance(check, "fail", measured=measured, finding=finding, checked_at=ctx.now, checked_by=ctx.actor)
    _hold(ctx, check, reason=_why(check))

    ctx.emit(
        CheckFailed(
            **_about(check),
            measured=measured,
            unit=_unit(check, measured),
            limits=_against(check),
            finding=finding,
        )
    )
    return check


@command(move="decide", label=_("Decide"), icon="signature")
def decide(
    ctx: Ctx, *, check: Check, decision: Literal["use_as_is", "rework", "scrap"], note: str = ""
) -> Check:
    """Say what becomes of goods that failed: use as is, rework and check again, or scrap."""
    check = lock(check)
    chosen = Decision(decision)

    advance(check, "decide", decision=chosen.value, decided_at=ctx.now, decided_by=ctx.actor)
    scrapped = ZERO
    match chosen:
        case Decision.USE_AS_IS:
            _release(ctx, check, reason=_t("use as is: {note}").format(note=note or check.characteristic))
        case Decision.REWORK:
            _check_again(ctx, check)
        case Decision.SCRAP:
            scrapped = _scrap(ctx, check)

    ctx.emit(
        CheckDecided(
            **_about(check),
            decision=chosen.value,
            decision_words=str(chosen.label).lower(),
            note=f"({note})" if note else "",
            scrapped=scrapped,
        )
    )
    return check


def _check(ctx: Ctx, draft: CheckDraft) -> Check:
    plan = draft.plan
    return Check(
        plan=plan,
        lot=draft.lot,
        item_id=draft.item.pk
        if draft.item
        else draft.lot.item_id
        if draft.lot
        else plan.item_id
        if plan
        else None,
        stage=draft.stage or (plan.stage if plan else ""),
        characteristic=draft.characteristic or (plan.characteristic if plan else ""),
        unit=draft.unit or (plan.unit if plan else ""),
        lower=draft.lower if draft.lower is not None or plan is None else plan.lower,
        upper=draft.upper if draft.upper is not None or plan is None else plan.upper,
        holds=draft.holds or bool(plan and plan.holds),
        origin_kind=draft.origin_kind,
        origin_id=draft.origin_id,
        wanted_on=draft.wanted_on,
        opened_at=ctx.now,
    )


def _refuse_unclear(check: Check) -> None:
    if check.lot_id is None and check.item_id is None and not check.stage:
        raise NothingToCheck(at_field="lot")
    if not check.characteristic.strip():
        raise CharacteristicMissing(at_field="characteristic")
    if check.lower is not None and check.upper is not None and check.upper < check.lower:
        raise LimitsCrossed(lower=plain(check.lower), upper=plain(check.upper), at_field="upper")


def _hold(ctx: Ctx, check: Check, *, reason: str) -> None:
    """Hold the lot; one that is held or blocked already stays as it is."""
    lot = Lot.objects.filter(pk=check.lot_id, state=LotState.AVAILABLE).first() if check.lot_id else None
    if lot is not None:
        inventory.hold_lot(ctx, lot=lot, reason=reason[:200])


def _release(ctx: Ctx, check: Check, *, reason: str) -> None:
    """Release the lot unless another check still stands in its way, or it was blocked for good."""
    lot = Lot.objects.filter(pk=check.lot_id, state=LotState.QUARANTINE).first() if check.lot_id else None
    if lot is not None and not queries.keep_held(lot=lot, but=check):
        inventory.release_lot(ctx, lot=lot, reason=reason[:200])


def _check_again(ctx: Ctx, check: Check) -> None:
    open_checks(
        ctx,
        drafts=[
            CheckDraft(
                plan=check.plan,
                lot=check.lot,
                item=check.item,
                stage=check.stage,
                characteristic=check.characteristic,
                unit=check.unit,
                lower=check.lower,
                upper=check.upper,
                holds=True,
                origin_kind=check.origin_kind,
                origin_id=check.origin_id,
            )
        ],
    )


def _scrap(ctx: Ctx, check: Check) -> Decimal:
    """Block the lot and take what is left of it out of stock."""
    if check.lot is None:
        return ZERO
    lot = Lot.objects.get(pk=check.lot_id)
    if lot.state != LotState.BLOCKED:
        inventory.block_lot(ctx, lot=lot, reason=_why(check)[:200])
    places = list(stock.places_of_lot(lot_id=lot.pk))
    if places:
        scrap = sites.virtual(LocationKind.SCRAP)
        inventory.move_stock(
            ctx,
            moves=[
                inventory.MoveDraft(
                    item_id=lot.item_id,
                    lot_id=lot.pk,
                    quantity=place.on_hand,
                    source_id=place.location_id,
                    destination_id=scrap.pk,
                    origin_kind="quality.check",
                    origin_id=check.pk,
                    reason=_why(check)[:200],
                )
                for place in places
            ],
        )
    return sum((place.on_hand for place in places), ZERO)


def _about(check: Check) -> dict[str, Any]:
    lot = check.lot
    subject: Sequence[object] = (check.item, lot, check.stage)
    return {
        "check_id": check.pk,
        "number": str(check.number),
        "characteristic": check.characteristic,
        "what": _t("lot {lot}").format(lot=lot) if lot else str(next(part for part in subject if part)),
        "lot_id": check.lot_id,
        "item_id": check.item_id,
        "supplier_id": lot.supplier_id if lot else None,
        "origin_kind": check.origin_kind,
        "origin_id": check.origin_id,
    }


def _why(check: Check) -> str:
    if check.measured is None:
        return f"{check.characteristic}: {check.finding}"
    return f"{check.characteristic} {plain(check.measured)} {check.unit} {_against(check)}".replace(
        "  ", " "
    ).strip()


def _against(check: Check) -> str:
    return f"({check.limits})" if check.limits else ""


def _unit(check: Check, measured: Decimal | None) -> str:
    return check.unit if measured is not None else ""
