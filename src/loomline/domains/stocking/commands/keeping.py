"""Writing a round down: every place keeps its row, and what was dismissed stays so while it says the same."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext_lazy as _

from loomline.domains.stocking.events import StockRecommended
from loomline.domains.stocking.models import AdviceState, Recommendation, Round
from loomline.domains.stocking.queries.advising import Advised
from loomline.domains.stocking.queries.policy import Advice
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused

BATCH = 1000
KEPT_ROUNDS = 30
ZERO = Decimal(0)
# What was dismissed comes again once a figure differs by more than this share.
SAME = Decimal("0.2")
LOCK = "SELECT pg_advisory_xact_lock(hashtext('loomline.stocking'))"
NAMES = [one.name for one in fields(Advice)]
WRITTEN = [name for name in NAMES if name not in ("item_id", "site_id")]


class NothingToRecommend(Refused):
    """No place is stocked."""

    says = _("Nothing is kept, taken or planned at a site of your own, so there is nothing to recommend.")


@command(hidden=True)
def keep_round(ctx: Ctx, *, advised: Advised) -> Round:
    """Put the recommendations of a round in the place of those before."""
    if not advised.rows:
        raise NothingToRecommend
    with connection.cursor() as cursor:
        cursor.execute(LOCK)

    made: Round = Round.objects.create(
        made_at=ctx.now,
        since=advised.since,
        until=advised.until,
        places=len(advised.rows),
        currency=advised.currency,
        value_now=sum((row.value_now for row in advised.rows), ZERO),
        value_then=sum((row.value_then for row in advised.rows), ZERO),
        excess_value=sum((row.excess_value for row in advised.rows if not row.is_dead), ZERO),
        dead_value=sum((row.excess_value for row in advised.rows if row.is_dead), ZERO),
    )
    dismissed = {
        (row.item_id, row.site_id): row for row in Recommendation.objects.filter(state=AdviceState.DISMISSED)
    }
    rows = [_row(one, made, dismissed.get((one.item_id, one.site_id))) for one in advised.rows]
    Recommendation.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["item", "site"],
        update_fields=[*WRITTEN, "currency", "round", "reason"],
    )
    Recommendation.objects.exclude(round=made).delete()
    old = Round.objects.order_by("-pk").values_list("pk", flat=True)[KEPT_ROUNDS : KEPT_ROUNDS + 1].first()
    if old is not None:
        Round.objects.filter(pk__lte=old).delete()

    ctx.emit(
        StockRecommended(
            round_id=made.pk,
            places=made.places,
            value_now=f"{made.value_now:,.0f}",
            value_then=f"{made.value_then:,.0f}",
            currency=made.currency,
        )
    )
    return made


def _row(one: Advice, made: Round, before: Recommendation | None) -> Recommendation:
    row = Recommendation(**{name: getattr(one, name) for name in NAMES}, currency=made.currency, round=made)
    if before is not None and row.state == AdviceState.OPEN and _says_the_same(row, before):
        row.state, row.reason = AdviceState.DISMISSED, before.reason
    return row


def _says_the_same(row: Recommendation, before: Recommendation) -> bool:
    pairs = (
        (row.safety_stock, before.safety_stock),
        (row.reorder_level, before.reorder_level),
        (row.order_quantity, before.order_quantity),
    )
    return all(abs(now - then) <= SAME * max(now, then) for now, then in pairs)
