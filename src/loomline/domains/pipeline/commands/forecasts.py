"""What managers think will be sold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import Team, User
from loomline.domains.pipeline.events import ForecastAdjusted
from loomline.domains.pipeline.models import Category, ForecastAdjustment
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.money import Money
from loomline.kernel.refusal import Refused


class AdjustmentUnexplained(Refused):
    """An own figure stands beside the computed one, so it says why it differs."""

    says = _("Say why the forecast differs from the computed figure.")


class CategoryUnknown(Refused):
    """A word that is none of the categories."""

    says = _("There is no forecast category {category}. Use one of {categories}.")


@command(label=_("Adjust forecast"), icon="adjustments-horizontal", creates=ForecastAdjustment)
def adjust_forecast(
    ctx: Ctx,
    *,
    starts_on: date,
    ends_on: date,
    category: str,
    amount: Decimal,
    note: str,
    owner: User | None = None,
    team: Team | None = None,
) -> ForecastAdjustment:
    """Put an own figure beside the computed one; the newest counts and none is ever overwritten."""
    if category not in Category.values:
        raise CategoryUnknown(category=category, categories=", ".join(Category.values), at_field="category")
    if not note.strip():
        raise AdjustmentUnexplained(at_field="note")

    adjustment = ForecastAdjustment.objects.create(
        owner=owner,
        team=team,
        starts_on=starts_on,
        ends_on=ends_on,
        category=category,
        amount=Money(amount, ctx.company.currency).rounded().amount,
        currency=ctx.company.currency,
        note=note.strip(),
        author=ctx.actor,
        at=ctx.now,
    )

    ctx.emit(
        ForecastAdjusted(
            adjustment_id=adjustment.pk,
            owner_id=owner.pk if owner else None,
            category=str(Category(category).label).lower(),
            amount=adjustment.amount,
            currency=adjustment.currency,
            note=adjustment.note,
        )
    )
    return adjustment
