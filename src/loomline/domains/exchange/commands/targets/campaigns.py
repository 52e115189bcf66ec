"""Campaigns of another system, who was on them, and which deals came from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import User
from loomline.domains.exchange.commands.targets.base import by_id, cut, target
from loomline.domains.exchange.commands.targets.selling import moment
from loomline.domains.marketing import commands as marketing
from loomline.domains.marketing.commands import PastCampaign, PastMember
from loomline.domains.marketing.models import (
    Campaign,
    CampaignMember,
    CampaignState,
    Means,
    Response,
)
from loomline.domains.parties.models import Party
from loomline.domains.pipeline.models import Lead, Opportunity
from loomline.engines.rows import Row
from loomline.kernel.context import Ctx
from loomline.kernel.record import Record
from loomline.kernel.refusal import Refused

AMOUNTS = ("budget", "cost", "hoped_for")
DAYS = ("starts_on", "ends_on")
PARTY, LEAD = Party._meta.label_lower, Lead._meta.label_lower


class Nobody(Refused):
    """A member without anybody."""

    says = _("The lead or contact of this member is not here. Send the missing table and this file again.")
    status = 422


@target("marketing.campaign", update=lambda ctx, rows: _follow(ctx, rows))
def take_campaigns(ctx: Ctx, rows: Sequence[Row]) -> list[Campaign]:
    """Campaigns in the state they are in, with what they were meant to cost and did."""
    owners = by_id(User, rows, "owner")
    said: list[dict[str, Any]] = [
        {name: _day(row.values.get(name)) for name in DAYS}
        | {name: row.values.get(name) or Decimal(0) for name in AMOUNTS}
        for row in rows
    ]
    pasts = [
        PastCampaign(
            name=cut(row.values.get("name") or row.key, 120),
            state=CampaignState(row.values.get("state") or CampaignState.PLANNED),
            means=Means(row.values.get("means") or Means.OTHER),
            **more,
            currency=row.values.get("currency") or "",
            owner=owners.get(row.values.get("owner") or 0),
            note=row.values.get("note") or "",
            custom=row.values.get("custom") or {},
        )
        for row, more in zip(rows, said, strict=True)
    ]
    return marketing.take_over_campaigns(ctx, pasts=pasts)


@target(
    "marketing.member",
    kind="marketing.campaignmember",
    update=lambda ctx, rows: _follow_members(ctx, rows),
)
def take_members(ctx: Ctx, rows: Sequence[Row]) -> list[CampaignMember]:
    """Leads and people on campaigns with how far it came with each."""
    campaigns = by_id(Campaign, rows, "campaign")
    people, leads = _whom(rows, PARTY, Party), _whom(rows, LEAD, Lead)
    pasts = []
    for row in rows:
        kind, pk = row.values.get("who") or ("", 0)
        party, lead = people.get(pk) if kind == PARTY else None, leads.get(pk) if kind == LEAD else None
        if party is None and lead is None:
            raise Nobody
        pasts.append(
            PastMember(
                campaign=campaigns[row.values["campaign"]],
                party=party,
                lead=lead,
                response=_response(row.values),
                told=cut(row.values.get("told"), 120),
                at=_moment(row.values.get("at")),
                responded_at=_moment(row.values.get("responded_at")),
            )
        )
    return marketing.take_over_members(ctx, pasts=pasts)


def name_sources(ctx: Ctx, rows: Sequence[Row], deals: Mapping[int, Opportunity]) -> None:
    """Keep which campaign each deal came from, by the place of the row."""
    told = {at: row.values["campaign"] for at, row in enumerate(rows) if row.values.get("campaign")}
    campaigns = Campaign.objects.in_bulk(set(told.values()))
    pairs = [(deals[at], campaigns[pk]) for at, pk in told.items() if at in deals]
    if pairs:
        marketing.take_over_sources(ctx, pairs=pairs)


def _follow(ctx: Ctx, rows: Sequence[Row]) -> None:
    """What the other system has changed about campaigns."""
    owners = by_id(User, rows, "owner")
    changes: dict[int, dict[str, Any]] = {}
    for row in rows:
        values = row.values
        found: dict[str, Any] = {name: values[name] or Decimal(0) for name in AMOUNTS if name in values}
        found |= {name: _day(values[name]) for name in DAYS if name in values}
        found |= {name: values[name] for name in ("name", "state", "means", "currency") if values.get(name)}
        if values.get("owner") in owners:
            found["owner"] = owners[values["owner"]]
        if "note" in values:
            found["note"] = values["note"] or ""
        changes[row.object_id or 0] = {**found, "custom": values.get("custom") or {}}
    marketing.follow_campaigns(ctx, changes=changes)


def _follow_members(ctx: Ctx, rows: Sequence[Row]) -> None:
    """What the other system has changed about members."""
    changes: dict[int, tuple[Response | None, str | None]] = {}
    for row in rows:
        old = row.before.values if row.before is not None else {}
        whole, values = {**old, **row.values}, row.values
        says = {"response", "has_responded"} & values.keys()
        told = cut(values["told"], 120) if "told" in values else None
        changes[row.object_id or 0] = (_response(whole) if says else None, told)
    marketing.follow_members(ctx, changes=changes)


def _response(values: Mapping[str, Any]) -> Response:
    """How far it came: as the status says; where that says nothing of an answer, by the mark beside it."""
    told = Response(values.get("response") or Response.REACHED)
    is_silent = told in (Response.PLANNED, Response.REACHED)
    return Response.RESPONDED if values.get("has_responded") and is_silent else told


def _whom(rows: Sequence[Row], kind: str, model: type[Record]) -> dict[int, Any]:
    keys = {pk for row in rows for found, pk in [row.values.get("who") or ("", 0)] if found == kind}
    return dict(model._default_manager.in_bulk(keys))


def _moment(found: Any) -> datetime | None:
    if isinstance(found, datetime):
        return found
    return moment(found) if isinstance(found, date) else None


def _day(found: Any) -> date | None:
    return found.date() if isinstance(found, datetime) else found
