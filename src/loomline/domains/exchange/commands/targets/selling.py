"""Orders and opportunities from another system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import groupby
from typing import Any

from loomline.domains.accounts.models import User
from loomline.domains.catalog.models import Item
from loomline.domains.exchange.commands.targets.base import by_id, given, target
from loomline.domains.exchange.commands.targets.stock import main_site
from loomline.domains.parties import commands as parties_commands
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.commands import PastOpportunity, StageDraft
from loomline.domains.pipeline.models import Opportunity, OpportunityState, Pipeline, Stage
from loomline.domains.sales import commands as sales
from loomline.domains.sales.commands import LineDraft, OrderDraft, PastOrder
from loomline.domains.sales.models import Order
from loomline.engines.rows import Row
from loomline.kernel.context import Ctx


@target("sales.order")
def take_orders(ctx: Ctx, rows: Sequence[Row]) -> list[Order]:
    """Orders with their lines: those that were shipped are history, the others stand open."""
    main_site(ctx)
    customers, owners = by_id(Party, rows, "customer", "carrier"), by_id(User, rows, "owner")
    items = by_id(Item, rows, "item")
    return sales.take_over_orders(ctx, pasts=[_past(row, customers, owners, items) for row in rows])


def _past(
    row: Row, parties: Mapping[int, Party], owners: Mapping[int, User], items: Mapping[int, Item]
) -> PastOrder:
    values = row.values
    ordered = values["ordered_on"]
    return PastOrder(
        number=str(values["number"]),
        ordered_at=moment(ordered),
        shipped_at=values.get("shipped_at"),
        draft=OrderDraft(
            customer=parties[values["customer"]],
            carrier=parties.get(values.get("carrier") or 0),
            owner=owners.get(values.get("owner") or 0),
            currency=values.get("currency") or "",
            freight=values.get("freight") or Decimal(0),
            ordered_on=ordered,
            lines=[_line(line, items) for line in row.lines],
            **given(values, "wanted_on", "ship_name", "ship_address", "customer_reference"),
        ),
    )


def _line(line: Mapping[str, Any], items: Mapping[int, Item]) -> LineDraft:
    return LineDraft(
        item=items[line["item"]],
        quantity=line["quantity"],
        price=line["price"],
        discount=line.get("discount") or Decimal(0),
        tax_rate=line.get("tax_rate") or Decimal(0),
    )


@target("pipeline.opportunity")
def take_opportunities(ctx: Ctx, rows: Sequence[Row]) -> list[Opportunity]:
    """Opportunities, open and closed; those without an account are put under one that says so."""
    parties, owners, items = (
        by_id(Party, rows, "party"),
        by_id(User, rows, "owner"),
        by_id(Item, rows, "item"),
    )
    stages = _stages(ctx, _stage_names(rows))
    if any(not row.values.get("party") for row in rows):
        parties[0] = _nobody(ctx)
    pasts = [
        PastOpportunity(
            number=str(row.values["number"]),
            name=str(row.values["name"]),
            party=parties[row.values.get("party") or 0],
            stage=stages[str(row.values["stage"])],
            state=OpportunityState(row.values["state"]),
            opened_at=moment(row.values["opened_on"]) if row.values.get("opened_on") else None,
            closed_at=moment(row.values["closes_on"]) if row.values.get("closes_on") else None,
            amount=row.values.get("amount") or Decimal(0),
            currency=row.values.get("currency") or "",
            owner=owners.get(row.values.get("owner") or 0),
            item=items.get(row.values.get("item") or 0),
        )
        for row in rows
    ]
    return pipeline.take_over_opportunities(ctx, pasts=pasts)


def _stage_names(rows: Sequence[Row]) -> list[str]:
    """The stages a recipe names in their order ("Prospecting, Engaging"), and those the rows add."""
    told = next((str(row.values["stages"]) for row in rows if row.values.get("stages")), "")
    names = [name.strip() for name in told.split(",") if name.strip()]
    return names + sorted({str(row.values["stage"]) for row in rows} - set(names))


def _stages(ctx: Ctx, names: list[str]) -> dict[str, Stage]:
    """The stages of these names, in a pipeline of their own when none has them all."""
    found = Stage.objects.filter(name__in=names).order_by("pipeline", "position")
    for _pipeline, stages in groupby(found, key=lambda stage: stage.pipeline_id):
        known = {stage.name: stage for stage in stages}
        if set(known) == set(names):
            return known
    step = Decimal(80) / len(names)
    drafts = [StageDraft(name=name, probability=round(20 + step * n)) for n, name in enumerate(names)]
    count = Pipeline.objects.filter(name__startswith="Imported").count()
    title = f"Imported {ctx.now:%Y-%m-%d}" + (f" ({count + 1})" if count else "")
    made = pipeline.add_pipeline(ctx, name=title, stages=drafts, is_default=False)
    return {stage.name: stage for stage in made.stages.all()}


def _nobody(ctx: Ctx) -> Party:
    """Where opportunities stand whose account the other system did not name."""
    found = Party.objects.filter(code="NO-ACCOUNT").first()
    return found or parties_commands.open_party(
        ctx, name="Account not named", code="NO-ACCOUNT", roles=("prospect",)
    )


def moment(day: date) -> datetime:
    """Noon of a day: an hour that no time zone moves to another day."""
    return datetime.combine(day, time(12), UTC)
