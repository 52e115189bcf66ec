"""Opportunities and leads from another system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from loomline.domains.accounts.models import User
from loomline.domains.catalog.models import Item
from loomline.domains.exchange.commands.targets.allowed import PART, note_refusals_of_leads
from loomline.domains.exchange.commands.targets.base import by_id, cut, target
from loomline.domains.exchange.commands.targets.campaigns import name_sources
from loomline.domains.exchange.commands.targets.people import mail_or_note, phone_or_note
from loomline.domains.exchange.commands.targets.selling import moment
from loomline.domains.parties import commands as parties_commands
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.commands import Changed, PastLead, PastLine, PastOpportunity, StageDraft
from loomline.domains.pipeline.models import (
    Category,
    Lead,
    LeadState,
    Opportunity,
    OpportunityState,
    Pipeline,
    Stage,
)
from loomline.engines.rows import Row
from loomline.kernel.context import Ctx

NOBODY = "NO-ACCOUNT"
# The columns of ours that follow the other system, with how long they may be.
PLAIN = {"source": 80, "competitor": 120, "next_step": 200, "lost_reason": 200}
# Columns that the other system may change and never empty, and the values that tell a state.
NEEDED = ("name", "currency", "party", "owner")
STATING = {"state", "is_won", "is_closed"}
LEAD_TEXTS = {"name": 200, "company": 200, "job_title": 120, "source": 80, "reason": 200}


@target("pipeline.opportunity", update=lambda ctx, rows: _follow(ctx, rows))
def take_opportunities(ctx: Ctx, rows: Sequence[Row]) -> list[Opportunity]:
    """Opportunities, open and closed; those without an account are put under one that says so."""
    parties, owners, items = (
        by_id(Party, rows, "party", "contact"),
        by_id(User, rows, "owner"),
        by_id(Item, rows, "item"),
    )
    stages = _stages(ctx, rows)
    if any(not (row.values.get("party") or row.values.get("contact")) for row in rows):
        parties[0] = nobody(ctx)
    made = pipeline.take_over_opportunities(
        ctx, pasts=[_past(ctx, row, parties, owners, items, stages[_place(row)]) for row in rows]
    )
    name_sources(ctx, rows, dict(enumerate(made)))
    return made


@target("pipeline.lead", update=lambda ctx, rows: _follow_leads(ctx, rows))
def take_leads(ctx: Ctx, rows: Sequence[Row]) -> list[Lead]:
    """Leads in the state they are in; one that was converted leads to what it became."""
    parties, owners = by_id(Party, rows, "party", "contact"), by_id(User, rows, "owner")
    made = pipeline.take_over_leads(ctx, pasts=[_past_lead(row, parties, owners) for row in rows])
    note_refusals_of_leads(ctx, rows, dict(enumerate(made)))
    return made


def nobody(ctx: Ctx) -> Party:
    """Where stands what the other system had under no account."""
    found = Party.objects.filter(code=NOBODY).first()
    return found or parties_commands.open_party(
        ctx, name="Account not named", code=NOBODY, roles=("prospect",)
    )


def _past(
    ctx: Ctx,
    row: Row,
    parties: Mapping[int, Party],
    owners: Mapping[int, User],
    items: Mapping[int, Item],
    stage: Stage,
) -> PastOpportunity:
    values = row.values
    state = _state(values)
    closed = _moment(values.get("closed_at")) or _moment(values.get("closes_on"))
    lines = _lines(row, items)
    amount = values.get("amount")
    if amount is None:
        amount = sum((line.quantity * line.price for line in lines), Decimal(0))
    return PastOpportunity(
        number=str(values.get("number") or ""),
        name=cut(values.get("name") or values.get("number") or row.key, 200),
        party=parties[values.get("party") or values.get("contact") or 0],
        contact=parties.get(values.get("contact") or 0),
        stage=stage,
        state=state,
        opened_at=_moment(values.get("opened_on")),
        closed_at=closed or (None if state == OpportunityState.OPEN or values.get("number") else ctx.now),
        closes_on=values.get("closes_on"),
        amount=amount,
        currency=values.get("currency") or "",
        owner=owners.get(values.get("owner") or 0),
        item=items.get(values.get("item") or 0),
        probability=_percent(values),
        lines=lines,
        custom=values.get("custom") or {},
        **{name: cut(values.get(name), length) for name, length in PLAIN.items()},
    )


def _lines(row: Row, items: Mapping[int, Item]) -> list[PastLine]:
    """The lines whose product is here; the others stay in the source row."""
    return [
        PastLine(
            item=items[line["item"]],
            quantity=line.get("quantity") or Decimal(1),
            price=line.get("price") or Decimal(0),
            wanted_on=line.get("wanted_on"),
        )
        for line in row.lines
        if line.get("item") in items
    ]


def _state(values: Mapping[str, Any]) -> OpportunityState:
    """Said outright, by two marks, or by the meaning of the stage."""
    if values.get("state"):
        return OpportunityState(values["state"])
    if values.get("is_won"):
        return OpportunityState.WON
    return OpportunityState.LOST if values.get("is_closed") else OpportunityState.OPEN


def _percent(values: Mapping[str, Any]) -> int | None:
    """A probability in percent; some exports write it as a share."""
    found = values.get("probability")
    if found is None or not 0 <= found <= 100:
        return None
    return round(found * 100) if values.get("probability_is_share") and found <= 1 else round(found)


def _place(row: Row) -> tuple[str, str]:
    return str(row.values.get("pipeline") or ""), cut(row.values.get("stage") or "Not told", 80)


def _stages(ctx: Ctx, rows: Sequence[Row]) -> dict[tuple[str, str], Stage]:
    """The stage of each row by the names of its pipeline and of itself."""
    if not any("pipeline" in row.values for row in rows):
        return {("", name): stage for name, stage in _in_one(ctx, _stage_names(rows)).items()}
    drafts: dict[str, dict[str, StageDraft]] = {}
    for row in rows:
        pipe, name = _place(row)
        drafts.setdefault(pipe, {}).setdefault(name, _draft(name, row))
    found: dict[tuple[str, str], Stage] = {}
    for pipe, stages in drafts.items():
        held = pipeline.keep_stages(ctx, name=pipe or "Imported", stages=list(stages.values()))
        found |= {(pipe, name): held[name] for name in stages}
    return found


def _draft(name: str, row: Row) -> StageDraft:
    state = _state(row.values)
    if state == OpportunityState.WON:
        return StageDraft(name=name, probability=100, category=Category.COMMIT, tone="ok")
    if state == OpportunityState.LOST:
        return StageDraft(name=name, probability=0, category=Category.OMITTED, tone="muted")
    percent = _percent(row.values)
    return StageDraft(name=name, probability=50 if percent is None else percent)


def _stage_names(rows: Sequence[Row]) -> list[str]:
    """The stages a recipe names in their order ("Prospecting, Engaging"), and those the rows add."""
    told = next((str(row.values["stages"]) for row in rows if row.values.get("stages")), "")
    names = [name.strip() for name in told.split(",") if name.strip()]
    return names + sorted({_place(row)[1] for row in rows} - set(names))


def _in_one(ctx: Ctx, names: list[str]) -> dict[str, Stage]:
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


def _follow(ctx: Ctx, rows: Sequence[Row]) -> None:
    """What the other system has changed about opportunities."""
    parties, owners = by_id(Party, rows, "party", "contact"), by_id(User, rows, "owner")
    items = by_id(Item, rows, "item")
    staged = [row for row in rows if {"stage", "pipeline"} & row.values.keys()]
    whole = {row.key: _with_before(row) for row in staged}
    stages = _stages(ctx, list(whole.values())) if staged else {}
    pipeline.follow_opportunities(
        ctx,
        changes=[
            Changed(
                pk=row.object_id or 0,
                values=_columns(row, parties, owners),
                custom=row.values.get("custom") or {},
                stage=stages[_place(whole[row.key])] if row.key in whole else None,
                lines=_lines(row, items),
            )
            for row in rows
        ],
    )
    deals = Opportunity.objects.in_bulk([row.object_id for row in rows if row.values.get("campaign")])
    name_sources(ctx, rows, {at: deals[pk] for at, row in enumerate(rows) if (pk := row.object_id) in deals})


def _with_before(row: Row) -> Row:
    """The row with every value, those that did not change included."""
    old = row.before.values if row.before is not None else {}
    return Row(number=row.number, key=row.key, fingerprint="", values={**old, **row.values})


def _columns(row: Row, parties: Mapping[int, Party], owners: Mapping[int, User]) -> dict[str, Any]:
    """The columns of an opportunity that follow, each from the value that the other system has changed."""
    values = row.values
    found: dict[str, Any] = {n: cut(values[n], length) for n, length in PLAIN.items() if n in values}
    for name, column, read in (
        ("name", "name", lambda text: cut(text, 200)),
        ("amount", "amount", lambda amount: amount or Decimal(0)),
        ("currency", "currency", str),
        ("closes_on", "closes_on", lambda day: day),
        ("probability", "probability_override", lambda _percent_text: _percent(values)),
        ("contact", "contact", lambda pk: parties.get(pk or 0)),
        ("party", "party", parties.get),
        ("owner", "owner", owners.get),
    ):
        if name in values and (values[name] or name not in NEEDED):
            found[column] = read(values[name])
    return {**found, **_settled(row)} if STATING & values.keys() else found


def _settled(row: Row) -> dict[str, Any]:
    """The state and the day on which it was reached."""
    whole = _with_before(row).values
    state = _state(whole)
    closed = _moment(whole.get("closed_at")) or _moment(whole.get("closes_on"))
    if state == OpportunityState.OPEN or closed is None:
        return {"state": state}
    return {"state": state, "closed_at": closed}


def _past_lead(row: Row, parties: Mapping[int, Party], owners: Mapping[int, User]) -> PastLead:
    values = row.values
    country = values.get("country") or ""
    phone, phone_note = phone_or_note(values.get("phone"), country)
    email, mail_note = mail_or_note(values.get("email"))
    notes = (values.get("interest") or "", phone_note, mail_note)
    texts = {name: cut(values.get(name), length) for name, length in LEAD_TEXTS.items()}
    texts["name"] = cut(row.called, 200)
    if not (texts["name"] or texts["company"] or email):
        texts["company"] = row.key
    return PastLead(
        **texts,
        email=email,
        phone=phone,
        country=country,
        interest="\n".join(note for note in notes if note),
        state=_lead_state(values),
        captured_at=_moment(values.get("captured_at")),
        closed_at=_moment(values.get("closed_at")),
        owner=owners.get(values.get("owner") or 0),
        party=parties.get(values.get("party") or values.get("contact") or 0),
        contact=parties.get(values.get("contact") or 0),
        custom=values.get("custom") or {},
    )


def _lead_state(values: Mapping[str, Any]) -> LeadState:
    """A converted lead without the account that it became stays in work: it cannot say whose it is."""
    if values.get("is_converted") and (values.get("party") or values.get("contact")):
        return LeadState.QUALIFIED
    told = LeadState(values.get("state") or LeadState.NEW)
    return LeadState.WORKING if values.get("is_converted") and told == LeadState.NEW else told


def _follow_leads(ctx: Ctx, rows: Sequence[Row]) -> None:
    """What the other system has changed about leads."""
    parties, owners = by_id(Party, rows, "party", "contact"), by_id(User, rows, "owner")
    changes = []
    for row in rows:
        values = row.values
        found: dict[str, Any] = {n: cut(values[n], length) for n, length in LEAD_TEXTS.items() if n in values}
        whole = _with_before(row).values
        if {"first_name", "last_name"} & values.keys():
            found["name"] = cut(_with_before(row).called, 200)
        if "phone" in values:
            found["phone"] = phone_or_note(values["phone"], whole.get("country") or "")[0]
        if "email" in values:
            found["email"] = mail_or_note(values["email"])[0]
        found |= {name: values[name] or "" for name in ("country", "interest") if name in values}
        if values.get("owner") in owners:
            found["owner"] = owners[values["owner"]]
        if {"state", "is_converted", "party", "contact"} & values.keys():
            found["state"] = _lead_state(whole)
            if found["state"] == LeadState.QUALIFIED:
                keys = [pk for pk in (whole.get("party"), whole.get("contact")) if pk]
                known = {**Party.objects.in_bulk(keys), **parties}
                found["party"] = known.get(whole.get("party") or whole.get("contact") or 0)
                found["contact"] = known.get(whole.get("contact") or 0)
        changes.append(Changed(pk=row.object_id or 0, values=found, custom=values.get("custom") or {}))
    pipeline.follow_leads(ctx, changes=changes)
    if any(PART in row.nested for row in rows):
        held = Lead.objects.in_bulk([row.object_id for row in rows if row.object_id])
        note_refusals_of_leads(ctx, rows, {at: held[row.object_id or 0] for at, row in enumerate(rows)})


def _moment(found: Any) -> datetime | None:
    if isinstance(found, datetime):
        return found
    return moment(found) if isinstance(found, date) else None
