"""Entering what was found: one figure, a count of bad pieces, or a reading of each piece."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory.models import Lot
from loomline.domains.quality.commands import switching
from loomline.domains.quality.commands.holding import about, against, hold, lots_of, release, unit_of, why
from loomline.domains.quality.commands.settling import bring_all_back
from loomline.domains.quality.events import CheckFailed, CheckPassed
from loomline.domains.quality.models import Check, Reading, Sampling, within
from loomline.engines.quality import variables
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class FigureMissing(Refused):
    """A figure decides."""

    says = _("Enter what was measured: check {number} passes when it is {limits}.")


class NoLimits(Refused):
    """A figure without limits neither passes nor fails."""

    says = _("Check {number} has no limits to hold a figure against. Pass or fail it by what you see.")


class FindingMissing(Refused):
    """Whoever decides must know why."""

    says = _("Say what was found.")


class CountMissing(Refused):
    """A sample is judged by the number of bad pieces in it."""

    says = _("Check {number} looks at {size} pieces. Say how many of them were nonconforming: 0 to {size}.")


class ReadingsMissing(Refused):
    """A sample is judged by as many readings as the plan asks for."""

    says = _("Check {number} wants {size} readings; there are {given}.")


class NotANumber(Refused):
    """A reading is a number."""

    says = _("{text} is no number. Write readings as 10.2, 9.8, 10.1.")


class NotInThisCheck(Refused):
    """Only pieces that are inspected can be nonconforming."""

    says = _("Serial number {lot} is not inspected in check {number}.")


@command(move="pass", label=_("Record result"), icon="ruler-2")
def record_check(
    ctx: Ctx,
    *,
    check: Check,
    measured: Decimal | None = None,
    nonconforming: int | None = None,
    serials: list[Lot] | None = None,
    readings: list[str] | None = None,
    finding: str = "",
) -> Check:
    """Enter what was found: the check passes or fails by its plan, and a failure holds the lot.

    One figure lies between the limits or not; of a sample, say how many pieces were nonconforming (and
    which serial numbers), or give a reading of each piece. Without limits it passes by what is seen.
    """
    check = lock(check)
    if check.sampling == Sampling.ATTRIBUTES:
        return _count(ctx, check, nonconforming, serials or [], finding)
    if check.sampling == Sampling.VARIABLES:
        return _measure(ctx, check, readings or [], finding)
    has_limits = check.lower is not None or check.upper is not None
    if has_limits and measured is None:
        raise FigureMissing(number=check, limits=check.limits, at_field="measured")
    if not has_limits and measured is not None:
        raise NoLimits(number=check, at_field="measured")
    if measured is not None and not within(measured, lower=check.lower, upper=check.upper):
        return fail_check(ctx, check=check, measured=measured, finding=finding)

    return _pass(ctx, check, measured=measured, finding=finding)


@command(move="fail", label=_("Fail"), icon="circle-x", danger=True)
def fail_check(ctx: Ctx, *, check: Check, finding: str = "", measured: Decimal | None = None) -> Check:
    """Say that the goods are not as they should be; the lot is held until somebody decides."""
    check = lock(check)
    if measured is None and not finding.strip():
        raise FindingMissing(at_field="finding")

    return _fail(ctx, check, measured=measured, finding=finding)


def _count(ctx: Ctx, check: Check, nonconforming: int | None, serials: list[Lot], finding: str) -> Check:
    """Judge a sample by the number of bad pieces in it."""
    bad = len(serials) if nonconforming is None and serials else nonconforming
    size = check.sample_size or 0
    if bad is None or not max(0, len(serials)) <= bad <= size:
        raise CountMissing(number=check, size=size, at_field="nonconforming")
    known = {row.lot_id: row for row in check.serials.all()} if serials else {}
    for lot in serials:
        if lot.pk not in known:
            raise NotInThisCheck(lot=lot, number=check, at_field="serials")

    check.serials.filter(lot__in=serials).update(is_nonconforming=True)
    if bad <= (check.accept or 0):
        return _pass(ctx, check, nonconforming=bad, finding=finding)
    return _fail(ctx, check, nonconforming=bad, finding=finding)


def _measure(ctx: Ctx, check: Check, readings: list[str], finding: str) -> Check:
    """Judge a sample by its readings: their mean must lie far enough inside each limit."""
    values = [_number(text) for text in readings]
    size = check.sample_size or 0
    if len(values) != size:
        raise ReadingsMissing(number=check, size=size, given=len(values), at_field="readings")
    lower, upper = (float(limit) if limit is not None else None for limit in (check.lower, check.upper))
    plan = variables.VariablesPlan(size, float(check.factor or 0))
    verdict = variables.judge(plan, [float(value) for value in values], lower=lower, upper=upper)

    Reading.objects.bulk_create(
        Reading(inspection=check, position=n, value=value) for n, value in enumerate(values, start=1)
    )
    mean = Decimal(f"{verdict.mean:.6f}")
    indices = [index for index in (verdict.lower_index, verdict.upper_index) if index is not None]
    judged = _t("quality index {index}, at least {factor}").format(
        index=f"{min(indices):.3f}", factor=f"{plan.k:.3f}"
    )
    said = " · ".join(part for part in (judged, finding) if part)[:200]
    if verdict.accepted and within(mean, lower=check.lower, upper=check.upper):
        return _pass(ctx, check, measured=mean, finding=said)
    return _fail(ctx, check, measured=mean, finding=said)


def _number(text: str) -> Decimal:
    try:
        value = Decimal(str(text).strip())
    except InvalidOperation as fault:
        raise NotANumber(text=text, at_field="readings") from fault
    if not value.is_finite():
        raise NotANumber(text=text, at_field="readings")
    return value


def _pass(
    ctx: Ctx,
    check: Check,
    *,
    measured: Decimal | None = None,
    nonconforming: int | None = None,
    finding: str = "",
) -> Check:
    advance(
        check,
        "pass",
        measured=measured,
        nonconforming=nonconforming,
        finding=finding,
        checked_at=ctx.now,
        checked_by=ctx.actor,
    )
    if check.is_apart and check.lot is not None:
        said = _t("{what} passed").format(what=check.characteristic)
        origin = ("quality.check", check.pk)
        bring_all_back(ctx, lot=check.lot, quantity=check.quantity, reason=said, origin=origin)
    elif check.holds:
        for lot_id in lots_of(check):
            release(ctx, lot_id, check, reason=_t("{what} passed").format(what=check.characteristic))
    switching.fold(ctx, check, is_accepted=True)

    ctx.emit(
        CheckPassed(**about(check), measured=measured, unit=unit_of(check, measured), limits=_told(check))
    )
    return check


def _fail(
    ctx: Ctx,
    check: Check,
    *,
    measured: Decimal | None = None,
    nonconforming: int | None = None,
    finding: str = "",
) -> Check:
    advance(
        check,
        "fail",
        measured=measured,
        nonconforming=nonconforming,
        finding=finding,
        checked_at=ctx.now,
        checked_by=ctx.actor,
    )
    if not check.is_apart:
        for lot_id in lots_of(check):
            hold(ctx, lot_id, reason=why(check))
    switching.fold(ctx, check, is_accepted=False)

    ctx.emit(
        CheckFailed(
            **about(check),
            measured=measured,
            unit=unit_of(check, measured),
            limits=_told(check),
            finding=finding,
        )
    )
    return check


def _told(check: Check) -> str:
    if check.nonconforming is None:
        return against(check)
    return _t("{count} of {size} nonconforming, accepted up to {accept}").format(
        count=check.nonconforming, size=check.sample_size, accept=check.accept
    )
