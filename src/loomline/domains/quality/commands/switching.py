"""How strictly lots are inspected: normal, tightened, reduced or discontinued, after ISO 2859-1."""

from __future__ import annotations

import math
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from loomline.domains.quality.events import SeverityChanged
from loomline.domains.quality.models import Check, Sampling, Severity, Standing
from loomline.engines.quality import aql
from loomline.engines.quality import switching as engine
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused


class NotDiscontinued(Refused):
    """Only what was discontinued is taken up again."""

    says = _("{standing} is inspected {severity}: there is nothing to take up again.")


class NotReduced(Refused):
    """Only reduced inspection ends by decision."""

    says = _("{standing} is inspected {severity}; only reduced inspection is brought back to normal.")


class WhySwitched(Refused):
    """The next one wants to know why."""

    says = _("Say why.")


@command(label=_("Take up again"), icon="player-play")
def resume_inspection(ctx: Ctx, *, standing: Standing, reason: str) -> Standing:
    """Sample lots again, tightened, once the supplier has mended what was wrong."""
    standing = lock(standing)
    if standing.severity != Severity.DISCONTINUED:
        raise NotDiscontinued(standing=standing, severity=_severity(standing))
    if not reason.strip():
        raise WhySwitched(at_field="reason")

    _write(ctx, standing, replace(engine.taken_up(_state(standing)), why=reason[:200]))

    _tell(ctx, standing)
    return standing


@command(label=_("Back to normal"), icon="arrow-back-up")
def end_reduced_inspection(ctx: Ctx, *, standing: Standing, reason: str) -> Standing:
    """Inspect as usual again, because production has become irregular or for another reason."""
    standing = lock(standing)
    if standing.severity != Severity.REDUCED:
        raise NotReduced(standing=standing, severity=_severity(standing))
    if not reason.strip():
        raise WhySwitched(at_field="reason")

    _write(ctx, standing, engine.back_to_normal(_state(standing), reason[:200]))

    _tell(ctx, standing)
    return standing


def fold(ctx: Ctx, check: Check, *, is_accepted: bool) -> None:
    """Let a lot that came to its first inspection count for how strictly the next ones are inspected."""
    if (
        check.sampling != Sampling.ATTRIBUTES
        or check.plan is None
        or not check.is_original
        or check.severity == Severity.DISCONTINUED
        or (check.quantity or 0) < 2
    ):
        return
    standing = _standing(ctx, check)
    if standing.severity != check.severity:
        # Taken under a severity that is no longer in force: the standard lets it count for nothing.
        return
    plan = aql.plan(
        math.ceil(check.quantity or 0),
        float(check.plan.aql or 1),
        level=check.plan.level,
        severity=check.severity,
    )
    found = check.nonconforming if check.nonconforming is not None else 0
    found = found if is_accepted else max(found, plan.reject)
    was = standing.severity
    state = engine.after(_state(standing), plan, found, may_reduce=check.plan.may_reduce)
    standing.lots += 1
    _write(ctx, standing, state)
    if standing.severity != was:
        _tell(ctx, standing)


def _standing(ctx: Ctx, check: Check) -> Standing:
    found, _made = Standing.objects.select_for_update().get_or_create(
        plan_id=check.plan_id, supplier_id=check.supplier_id, defaults={"since": ctx.now}
    )
    made: Standing = found
    return made


def _state(standing: Standing) -> engine.Standing:
    return engine.Standing(
        severity=aql.Severity(standing.severity),
        recent=tuple(standing.recent),
        score=standing.score,
        refused=standing.refused,
        run=standing.run,
    )


def _write(ctx: Ctx, standing: Standing, state: engine.Standing) -> None:
    changed = standing.severity != state.severity.value
    standing.severity = Severity(state.severity.value)
    standing.recent = list(state.recent)
    standing.score, standing.refused, standing.run = state.score, state.refused, state.run
    if changed:
        standing.why, standing.since = state.why[:200], ctx.now
    standing.save()


def _severity(standing: Standing) -> str:
    return str(Severity(standing.severity).label).lower()


def _tell(ctx: Ctx, standing: Standing) -> None:
    ctx.emit(
        SeverityChanged(
            standing_id=standing.pk,
            plan_id=standing.plan_id,
            supplier_id=standing.supplier_id,
            item_id=standing.plan.item_id,
            what=str(standing),
            severity=_severity(standing),
            why=standing.why,
        )
    )
