"""Whether goods may come back, and when nothing is left to do."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.returns import queries
from loomline.domains.returns.commands.opening import told_of
from loomline.domains.returns.events import ReturnApproved, ReturnCalledOff, ReturnClosed, ReturnRefused
from loomline.domains.returns.models import GoodsReturn, ReturnLine
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class AnswerMissing(Refused):
    """The customer reads why."""

    says = _("Say why in a sentence: the customer of {number} will read it.")


@command(move="approve", label=_("Approve"), icon="circle-check")
def approve_return(ctx: Ctx, *, goods_return: GoodsReturn) -> GoodsReturn:
    """Let the customer send the goods; the return note goes into the parcel."""
    found = lock(goods_return)

    advance(found, "approve", approved_at=ctx.now)

    ctx.emit(ReturnApproved(**told_of(found, lines_of(found))))
    return found


@command(move="refuse", label=_("Refuse"), icon="circle-x", danger=True)
def refuse_return(ctx: Ctx, *, goods_return: GoodsReturn, answer: str) -> GoodsReturn:
    """Tell the customer in a sentence why we do not take the goods back."""
    found = lock(goods_return)

    if not answer.strip():
        raise AnswerMissing(number=found.number, at_field="answer")

    advance(found, "refuse", answer=answer.strip()[:300], closed_at=ctx.now)

    ctx.emit(ReturnRefused(**told_of(found, lines_of(found)), reason=found.answer))
    return found


@command(move="call_off", label=_("Call off"), icon="x", danger=True)
def call_off_return(ctx: Ctx, *, goods_return: GoodsReturn, answer: str) -> GoodsReturn:
    """Give the return up: the goods stay with the customer after all."""
    found = lock(goods_return)

    if not answer.strip():
        raise AnswerMissing(number=found.number, at_field="answer")

    advance(found, "call_off", answer=answer.strip()[:300], closed_at=ctx.now)

    ctx.emit(ReturnCalledOff(**told_of(found, lines_of(found)), reason=found.answer))
    return found


@command(move="close", label=_("Close"), icon="archive")
def close_return(ctx: Ctx, *, goods_return: GoodsReturn) -> GoodsReturn:
    """Put the return away, with what it cost as the books say it now."""
    found = lock(goods_return)

    cost = queries.costs(ctx, goods_return=found).total
    advance(found, "close", closed_at=ctx.now, cost=cost)

    ctx.emit(ReturnClosed(**told_of(found, lines_of(found)), cost=cost, currency=ctx.company.currency))
    return found


def lines_of(goods_return: GoodsReturn) -> list[ReturnLine]:
    """The lines with what a sentence says of them."""
    return list(goods_return.lines.select_related("item__unit", "lot").order_by("position", "pk"))
