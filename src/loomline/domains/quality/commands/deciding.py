"""Saying what becomes of goods that failed: all of them, a part, or single serial numbers."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Lot, LotState
from loomline.domains.quality import queries
from loomline.domains.quality.commands.holding import about, lots_of, release, why
from loomline.domains.quality.commands.opening import CheckDraft, open_checks
from loomline.domains.quality.commands.settling import (
    ZERO,
    Origin,
    bring_all_back,
    free_part,
    left_of,
    scrap_lot,
    scrap_part,
    set_apart,
    want_back,
)
from loomline.domains.quality.events import CheckDecided
from loomline.domains.quality.models import Check, CheckState, Decision, PartDecision
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock
from loomline.kernel.refusal import MoveRefused, Refused
from loomline.kernel.state import advance

Chosen = Literal["use_as_is", "rework", "scrap", "return"]


class NoPart(Refused):
    """A part is a quantity, or serial numbers."""

    says = _("Say how much is meant, or which serial numbers: more than 0 and at most {left}.")


class RestIsUsed(Refused):
    """What is good is what is left when the bad part is gone."""

    says = _("Decide about the bad part first; then use the rest of lot {lot} as it is.")


class NotInCheck(Refused):
    """Only what was inspected is decided about."""

    says = _("Serial number {lot} is not undecided in check {number}.")


@command(move="decide", label=_("Decide"), icon="signature")
def decide(ctx: Ctx, *, check: Check, decision: Chosen, note: str = "") -> Check:
    """Say what becomes of goods that failed: use as is, rework and check again, scrap or return them.

    Where parts were decided about before, this is about all that is left.
    """
    check = lock(check)
    chosen = Decision(decision)

    advance(check, "decide", decision=chosen.value, decided_at=ctx.now, decided_by=ctx.actor)
    scrapped = ZERO
    for lot in _lots(check):
        scrapped += _settle(ctx, check, chosen, lot, note)
    if chosen == Decision.REWORK:
        _check_again(ctx, check, serials=tuple(_lots(check)) if check.lot is None else ())
    check.serials.filter(decision="").update(decision=chosen.value)

    _tell(ctx, check, chosen, note, scrapped)
    return check


@command(states=(CheckState.FAILED,), label=_("Decide about a part"), icon="scissors")
def decide_part(
    ctx: Ctx,
    *,
    check: Check,
    decision: Chosen,
    quantity: Decimal | None = None,
    serials: list[Lot] | None = None,
    note: str = "",
) -> Check:
    """Say what becomes of a quantity or of single serial numbers; the rest is decided about later."""
    check = lock(check)
    chosen = Decision(decision)
    if check.state != CheckState.FAILED:
        raise MoveRefused(
            _("{what} is {state}; only of what failed a part is decided about."),
            what=check.sentence_name(),
            state=str(check.state.label).lower(),
        )

    if check.lot is None:
        scrapped = _decide_serials(ctx, check, chosen, serials or [], note)
    else:
        scrapped = _decide_quantity(ctx, check, check.lot, chosen, quantity, note)

    _tell(ctx, check, chosen, note, scrapped, part=quantity if check.lot else Decimal(len(serials or [])))
    _finish_if_nothing_is_left(ctx, check, chosen)
    return check


def _decide_serials(ctx: Ctx, check: Check, chosen: Decision, serials: Sequence[Lot], note: str) -> Decimal:
    known = {row.lot_id for row in check.serials.filter(decision="")}
    if not serials:
        raise NoPart(left=len(known), at_field="serials")
    for lot in serials:
        if lot.pk not in known:
            raise NotInCheck(lot=lot, number=check, at_field="serials")

    check.serials.filter(lot__in=serials).update(decision=chosen.value)
    scrapped = ZERO
    for lot in serials:
        scrapped += _settle(ctx, check, chosen, lot, note)
    if chosen == Decision.REWORK:
        _check_again(ctx, check, serials=tuple(serials))
    _remember(ctx, check, chosen, [(lot, Decimal(1)) for lot in serials], note)
    return scrapped


def _decide_quantity(
    ctx: Ctx, check: Check, lot: Lot, chosen: Decision, quantity: Decimal | None, note: str
) -> Decimal:
    left = left_of(lot, but_apart=not check.is_apart)
    if quantity is None or not 0 < quantity <= left:
        raise NoPart(left=f"{plain(left)} {lot.item.unit.code}", at_field="quantity")
    if chosen == Decision.USE_AS_IS and quantity < left:
        raise RestIsUsed(lot=lot, at_field="decision")

    scrapped, reason, origin = ZERO, (note or why(check))[:200], ("quality.check", check.pk)
    if chosen == Decision.USE_AS_IS:
        release(ctx, lot.pk, check, reason=reason)
    elif chosen == Decision.SCRAP:
        scrapped = scrap_part(ctx, lot=lot, quantity=quantity, reason=reason, origin=origin)
    elif chosen == Decision.REWORK:
        set_apart(ctx, lot=lot, quantity=quantity, reason=reason, origin=origin)
        _check_again(ctx, check, quantity=quantity)
    else:
        free_part(ctx, lot=lot, quantity=quantity, reason=reason)
        want_back(ctx, lot=lot, quantity=quantity, reason=reason, origin=origin)
    _remember(ctx, check, chosen, [(lot, quantity)], note)
    return scrapped


def _finish_if_nothing_is_left(ctx: Ctx, check: Check, chosen: Decision) -> None:
    """Nobody is asked about nothing."""
    is_done = (
        not check.serials.filter(decision="").exists()
        if check.lot is None
        else chosen == Decision.USE_AS_IS or left_of(check.lot, but_apart=not check.is_apart) <= 0
    )
    if is_done:
        advance(check, "decide", decision=chosen.value, decided_at=ctx.now, decided_by=ctx.actor)


def _settle(ctx: Ctx, check: Check, chosen: Decision, lot: Lot, note: str) -> Decimal:
    """Do to a lot what was decided about all that is left of it."""
    reason = (note or why(check))[:200]
    origin = ("quality.check", check.pk)
    if chosen == Decision.USE_AS_IS:
        if check.is_apart:
            bring_all_back(ctx, lot=lot, quantity=check.quantity, reason=reason, origin=origin)
        release(ctx, lot.pk, check, reason=_t("use as is: {note}").format(note=note or check.characteristic))
    elif chosen == Decision.SCRAP:
        if check.is_apart:
            return scrap_part(
                ctx, lot=lot, quantity=check.quantity or ZERO, reason=reason, origin=origin, is_apart=True
            )
        return scrap_lot(ctx, lot=lot, reason=why(check)[:200], origin=origin)
    elif chosen == Decision.RETURN:
        quantity = check.quantity if check.is_apart and check.quantity else left_of(lot, but_apart=True)
        if check.is_apart:
            bring_all_back(ctx, lot=lot, quantity=quantity, reason=reason, origin=origin)
        free_part(ctx, lot=lot, quantity=quantity, reason=reason)
        want_back(ctx, lot=lot, quantity=quantity, reason=reason, origin=origin)
    return ZERO


@command(hidden=True)
def settle_lot(
    ctx: Ctx,
    *,
    lot: Lot,
    decision: Chosen,
    quantity: Decimal | None = None,
    reason: str,
    origin: Origin,
) -> Lot:
    """Do to a lot what was decided elsewhere: to all of it, or to the quantity that stands apart."""
    chosen = Decision(decision)
    kind, pk = origin
    is_apart = quantity is not None
    amount = quantity if quantity is not None else left_of(lot, but_apart=True)
    if chosen == Decision.SCRAP:
        if is_apart:
            scrap_part(ctx, lot=lot, quantity=amount, reason=reason, origin=origin, is_apart=True)
        else:
            scrap_lot(ctx, lot=lot, reason=reason, origin=origin)
        return lot
    if chosen == Decision.REWORK:
        draft = CheckDraft(
            lot=lot,
            characteristic=_t("Rework"),
            quantity=amount,
            holds=True,
            is_original=False,
            is_apart=is_apart,
            origin_kind=kind,
            origin_id=pk,
        )
        open_checks(ctx, drafts=[draft])
        return lot
    if is_apart:
        bring_all_back(ctx, lot=lot, quantity=amount, reason=reason, origin=origin)
    if chosen == Decision.RETURN:
        free_part(ctx, lot=lot, quantity=amount, reason=reason)
        want_back(ctx, lot=lot, quantity=amount, reason=reason, origin=origin)
    elif lot.state == LotState.QUARANTINE and not queries.keep_held(lot=lot):
        inventory.release_lot(ctx, lot=lot, reason=reason[:200])
    return lot


def _lots(check: Check) -> list[Lot]:
    return list(Lot.objects.filter(pk__in=lots_of(check)).select_related("item__unit").order_by("pk"))


def _check_again(
    ctx: Ctx, check: Check, *, quantity: Decimal | None = None, serials: tuple[Lot, ...] = ()
) -> None:
    is_apart = check.is_apart or quantity is not None
    one = serials[0] if len(serials) == 1 else None
    open_checks(
        ctx,
        drafts=[
            CheckDraft(
                plan=check.plan,
                lot=one or check.lot,
                item=check.item,
                stage=check.stage,
                characteristic=check.characteristic,
                unit=check.unit,
                lower=check.lower,
                upper=check.upper,
                holds=True,
                origin_kind=check.origin_kind,
                origin_id=check.origin_id,
                quantity=quantity if quantity is not None else None if serials else check.quantity,
                serials=() if one else serials,
                is_original=False,
                is_apart=is_apart,
            )
        ],
    )


def _remember(
    ctx: Ctx, check: Check, chosen: Decision, parts: Sequence[tuple[Lot, Decimal]], note: str
) -> None:
    PartDecision.objects.bulk_create(
        PartDecision(
            inspection=check,
            lot=lot,
            decision=chosen.value,
            quantity=quantity,
            note=note[:200],
            decided_at=ctx.now,
            decided_by=ctx.actor,
        )
        for lot, quantity in parts
    )


def _tell(
    ctx: Ctx,
    check: Check,
    chosen: Decision,
    note: str,
    scrapped: Decimal,
    *,
    part: Decimal | None = None,
) -> None:
    said: dict[str, Any] = about(check)
    if part is not None:
        said["what"] = _t("{quantity} of {what}").format(quantity=plain(part), what=said["what"])
    ctx.emit(
        CheckDecided(
            **said,
            decision=chosen.value,
            decision_words=str(chosen.label).lower(),
            note=f"({note})" if note else "",
            scrapped=scrapped,
        )
    )
