"""Promotions: weeks in which we see to it that more is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Category, Item, Style
from loomline.domains.demand.events import PromotionAgreed, PromotionCancelled, PromotionPlanned
from loomline.domains.demand.models import Promotion, UpliftKind
from loomline.domains.demand.models.promotion import MOST_WEEKS
from loomline.domains.demand.queries import week_of
from loomline.domains.parties.models import Party
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class NotOne(Refused):
    """What is promoted must be clear."""

    says = _("A promotion is of one item, style or category: choose exactly one.")


class NoUplift(Refused):
    """Nothing to plan."""

    says = _("Say how much more is wanted: an uplift above 0, for 1 to 26 weeks.")


class NoMonday(Refused):
    """Weeks are named by their first day."""

    says = _("{day} is no Monday. Name the first week by its Monday.")


class NoWhy(Refused):
    """Whoever judges it later must know what was done."""

    says = _("Say why: what is done to lift demand, or why it is not.")


class PromotionOver(Refused):
    """What is over is history."""

    says = _("The last week of {promotion} is over; what it lifted is history and stays known.")


@command(label=_("New promotion"), icon="plus", creates=Promotion)
def plan_promotion(
    ctx: Ctx,
    *,
    name: str,
    first_week: date,
    uplift: Decimal,
    reason: str,
    item: Item | None = None,
    style: Style | None = None,
    category: Category | None = None,
    customer: Party | None = None,
    weeks: int = 1,
    kind: UpliftKind = UpliftKind.PERCENT,
    custom: Mapping[str, Any] | None = None,
) -> Promotion:
    """Think of lifting the demand of something for some weeks; a past one says what lifted history."""
    if sum(one is not None for one in (item, style, category)) != 1:
        raise NotOne
    if uplift <= 0 or not 1 <= weeks <= MOST_WEEKS:
        raise NoUplift(at_field="uplift")
    if first_week.weekday():
        raise NoMonday(day=first_week, at_field="first_week")
    if not reason.strip():
        raise NoWhy(at_field="reason")

    made: Promotion = Promotion.objects.create(
        name=name,
        item=item,
        style=style,
        category=category,
        customer=customer,
        first_week=first_week,
        weeks=weeks,
        kind=kind,
        uplift=uplift,
        reason=reason.strip(),
        custom=dict(custom or {}),
    )

    ctx.emit(PromotionPlanned(promotion_id=made.pk, promotion=made.name))
    return made


@command(label=_("Agree"), icon="check", states=("draft",))
def agree_promotion(ctx: Ctx, *, promotion: Promotion) -> Promotion:
    """Reckon with it from now on: it is a layer of the plan, and its past weeks are no base for forecasts."""
    promotion = lock(promotion)

    advance(promotion, "agree", agreed_at=ctx.now)

    ctx.emit(
        PromotionAgreed(
            promotion_id=promotion.pk,
            promotion=promotion.name,
            weeks=promotion.weeks,
            first_week=promotion.first_week,
        )
    )
    return promotion


@command(label=_("Cancel"), icon="x", states=("draft", "agreed"))
def cancel_promotion(ctx: Ctx, *, promotion: Promotion, reason: str) -> Promotion:
    """Do not do it after all; a promotion that is over stays, because history knows it."""
    promotion = lock(promotion)

    if not reason.strip():
        raise NoWhy(at_field="reason")
    if promotion.agreed_at is not None and promotion.last_week < week_of(ctx.today):
        raise PromotionOver(promotion=promotion)

    advance(promotion, "cancel")

    ctx.emit(PromotionCancelled(promotion_id=promotion.pk, promotion=promotion.name, reason=reason.strip()))
    return promotion
