"""Writing offers, changing them, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import Team, User
from loomline.domains.parties.models import Address, Party
from loomline.domains.pipeline.models import Opportunity
from loomline.domains.sales import ports
from loomline.domains.sales.commands.drafts import (
    BATCH,
    ZERO,
    LineElsewhere,
    QuoteLineDraft,
    Sheet,
    agreed_with,
    counted,
    usual_site,
)
from loomline.domains.sales.events import (
    QuoteChanged,
    QuoteDeclined,
    QuoteExpired,
    QuoteRevised,
    QuoteSent,
    QuoteWritten,
)
from loomline.domains.sales.models import Quote, QuoteLine, QuoteState, Totals
from loomline.domains.sites.models import Site
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.custom import checked, fields_of
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused, Warned
from loomline.kernel.state import advance, advance_all

VALID_DAYS = 30


class QuoteEmpty(Refused):
    """An offer of nothing."""

    says = _("Quote {number} has no lines. Add at least one before sending it.")


class QuoteSeen(Refused):
    """What the customer has seen does not change under their eyes."""

    says = _("Quote {number} is {state}. Revise it: the customer then gets a new version.")


class QuoteHeld(Refused):
    """Somebody else has to say yes first."""

    says = _("Quote {number} needs an approval before it is sent: {why}")


class AlternativeOfNothing(Refused):
    """An alternative stands in for a line of the sum."""

    says = _(
        "Line {row} ({item}) is offered instead of line {of}, which is no line of the sum."
        " Name the number of a line that is neither optional nor an alternative."
    )


class ValidityOver(Refused):
    """An offer that ended before it was made."""

    says = _("Quote {number} would be valid until {valid_until}, which is over. Choose a later day.")


class BelowCost(Warned):
    """The line costs more than it brings."""

    says = _(
        "{items} would be sold below cost: {margin} of {amount} {currency} is lost. Send it all the same?"
    )


class DeclinedForNothing(Refused):
    """A no without a reason teaches nothing."""

    says = _("Say why quote {number} was declined.")


@dataclass(frozen=True, kw_only=True)
class QuoteDraft:
    """An offer to be; what is left out comes from the customer and the opportunity."""

    customer: Party
    lines: Sequence[QuoteLineDraft] = ()
    contact: Party | None = None
    opportunity: Opportunity | None = None
    customer_reference: str = ""
    currency: str = ""
    freight: Decimal = ZERO
    valid_until: date | None = None
    wanted_on: date | None = None
    site: Site | None = None
    ship_to: Address | None = None
    owner: User | None = None
    team: Team | None = None
    note: str = ""
    custom: Mapping[str, Any] = field(default_factory=dict)


@command(label=_("New quote"), icon="plus", creates=Quote)
def write_quote(
    ctx: Ctx,
    *,
    customer: Party,
    lines: Sequence[QuoteLineDraft] = (),
    contact: Party | None = None,
    opportunity: Opportunity | None = None,
    customer_reference: str = "",
    currency: str = "",
    freight: Decimal = ZERO,
    valid_until: date | None = None,
    wanted_on: date | None = None,
    site: Site | None = None,
    ship_to: Address | None = None,
    owner: User | None = None,
    team: Team | None = None,
    note: str = "",
    custom: Mapping[str, Any] | None = None,
) -> Quote:
    """Offer goods to a customer, each line with its price and the day we could deliver it."""
    draft = QuoteDraft(
        customer=customer,
        lines=lines,
        contact=contact,
        opportunity=opportunity,
        customer_reference=customer_reference,
        currency=currency,
        freight=freight,
        valid_until=valid_until,
        wanted_on=wanted_on,
        site=site,
        ship_to=ship_to,
        owner=owner,
        team=team,
        note=note,
        custom=custom or {},
    )
    return write_quotes(ctx, drafts=[draft])[0]


@command(hidden=True)
def write_quotes(ctx: Ctx, *, drafts: list[QuoteDraft]) -> list[Quote]:
    """Write many offers at once, as an import does."""
    agreed = agreed_with(ctx, customers=[draft.customer for draft in drafts])
    site = usual_site() if any(draft.site is None for draft in drafts) else None
    rules = fields_of("sales.quote") if any(draft.custom for draft in drafts) else []
    quotes = [
        Quote(
            customer=draft.customer,
            contact=draft.contact,
            opportunity=draft.opportunity,
            customer_reference=draft.customer_reference,
            currency=draft.currency or agreed[draft.customer.pk].currency,
            freight=draft.freight,
            quoted_on=ctx.today,
            valid_until=draft.valid_until or ctx.today + timedelta(days=VALID_DAYS),
            wanted_on=draft.wanted_on,
            site=draft.site or site,
            ship_to=draft.ship_to or agreed[draft.customer.pk].address,
            owner=draft.owner or (None if ctx.actor.is_system else ctx.actor),
            team=draft.team,
            note=draft.note,
            custom=checked(rules, draft.custom) if draft.custom else {},
        )
        for draft in drafts
    ]

    lines = _lines_of(ctx, [(quote, draft.lines) for quote, draft in zip(quotes, drafts, strict=True)])
    Quote.objects.bulk_create(quotes, batch_size=BATCH)
    QuoteLine.objects.bulk_create(lines, batch_size=BATCH)

    for quote in quotes:
        ctx.emit(
            QuoteWritten(
                **_about(quote), total=quote.total, currency=quote.currency, valid_until=quote.valid_until
            )
        )
    return quotes


@command(label=_("Change"), icon="edit", undo=True, states=(QuoteState.DRAFT,))
def change_quote(
    ctx: Ctx,
    *,
    quote: Quote,
    lines: Sequence[QuoteLineDraft] | None = None,
    freight: Decimal | None = None,
    valid_until: date | None = None,
    wanted_on: date | None = None,
    note: str | None = None,
) -> Quote:
    """Change an offer that nobody has seen yet; the lines given are all the lines it shall have."""
    quote = lock(quote)
    before = {line.pk: line for line in quote.lines.select_related("item", "unit")}

    if quote.state != QuoteState.DRAFT:
        raise QuoteSeen(number=quote.number, state=quote.state.label.lower())
    drafts = [_draft_of(line) for line in before.values()] if lines is None else list(lines)
    for draft in drafts:
        if draft.line is not None and draft.line.pk not in before:
            raise LineElsewhere(at_field="lines")

    given = {"freight": freight, "valid_until": valid_until, "wanted_on": wanted_on, "note": note}
    for name, value in given.items():
        if value is not None:
            setattr(quote, name, value)
    after = _lines_of(ctx, [(quote, drafts)])
    _replace(before, drafts, after)
    quote.save(
        update_fields=["net", "tax", "total", "promised_on", *(n for n, v in given.items() if v is not None)]
    )

    ctx.emit(QuoteChanged(**_about(quote), total=quote.total, currency=quote.currency))
    return quote


@command(move="revise", label=_("Revise"), icon="versions")
def revise_quote(ctx: Ctx, *, quote: Quote, valid_until: date | None = None) -> Quote:
    """Make the next version of an offer to work on; the customer's copy stays as it was, superseded."""
    quote = lock(quote)
    lines = list(quote.lines.select_related("item", "unit"))

    is_held = quote.held_until is not None
    advance(quote, "revise", held_until=None)
    version = quote.version + 1
    fresh = Quote(
        number=f"{quote.base_number}-v{version}",
        version=version,
        supersedes=quote,
        quoted_on=ctx.today,
        valid_until=valid_until or max(quote.valid_until, ctx.today + timedelta(days=VALID_DAYS)),
        **{name: getattr(quote, name) for name in CARRIED},
    )
    drafts = [_draft_of(line, keep=False) for line in lines]
    # What is held for the version before is there for this one until it is let go.
    made = _lines_of(ctx, [(fresh, drafts)], held_for=[line.pk if is_held else None for line in lines])
    fresh.save(force_insert=True)
    QuoteLine.objects.bulk_create(made, batch_size=BATCH)

    ctx.emit(
        QuoteRevised(
            **_about(fresh), is_held=is_held, former_id=quote.pk, former=quote.number, version=version
        )
    )
    return fresh


CARRIED = (
    *(
        "customer_id",
        "contact_id",
        "opportunity_id",
        "customer_reference",
        "currency",
        "freight",
        "wanted_on",
    ),
    *("site", "ship_to_id", "owner_id", "team_id", "note", "custom"),
)


@command(move="send", label=_("Send"), icon="send")
def send_quote(ctx: Ctx, *, quote: Quote) -> Quote:
    """Put the offer into the customer's hands; from now on it changes by new versions only."""
    quote = lock(quote)
    lines = list(quote.lines.select_related("item", "unit"))

    if not [line for line in lines if line.is_firm]:
        raise QuoteEmpty(number=quote.number)
    if quote.valid_until < ctx.today:
        raise ValidityOver(number=quote.number, valid_until=quote.valid_until, at_field="valid_until")
    if why := ports.release_of(ctx, quote=quote, lines=lines):
        raise QuoteHeld(number=quote.number, why=why)
    _warn_below_cost(ctx, quote, lines)

    advance(quote, "send", sent_at=ctx.now)

    ctx.emit(
        QuoteSent(
            **_about(quote),
            total=quote.total,
            currency=quote.currency,
            valid_until=quote.valid_until,
            days=tuple(line.promised for line in lines if line.promised_on),
        )
    )
    return quote


@command(move="decline", label=_("Declined"), icon="circle-x")
def decline_quote(ctx: Ctx, *, quote: Quote, reason: str) -> Quote:
    """Note that the customer said no, and why; the opportunity stays open for another try."""
    if not reason.strip():
        raise DeclinedForNothing(number=quote.number, at_field="reason")

    is_held = quote.held_until is not None
    advance(quote, "decline", decided_at=ctx.now, declined_because=reason.strip(), held_until=None)

    ctx.emit(QuoteDeclined(**_about(quote), is_held=is_held, reason=quote.declined_because))
    return quote


@command(move="expire", hidden=True)
def expire_quotes(ctx: Ctx, *, quotes: list[Quote]) -> list[Quote]:
    """End offers whose last day is over; the nightly job gives this for all of them."""
    quotes = [quote for quote in lock_all(quotes) if quote.valid_until < ctx.today]

    held = {quote.pk for quote in quotes if quote.held_until is not None}
    advance_all(quotes, "expire", decided_at=ctx.now, held_until=None)

    for quote in quotes:
        ctx.emit(QuoteExpired(**_about(quote), is_held=quote.pk in held, valid_until=quote.valid_until))
    return quotes


def _lines_of(
    ctx: Ctx,
    pairs: Sequence[tuple[Quote, Sequence[QuoteLineDraft]]],
    held_for: Sequence[int | None] = (),
) -> list[QuoteLine]:
    """The lines of quotes, priced and promised; puts the sums on the quotes. Nothing is written yet."""
    sheets = [
        Sheet(
            customer=quote.customer,
            currency=quote.currency,
            on=quote.quoted_on,
            lines=drafts,
            site_id=quote.site_id,
            ship_to_id=quote.ship_to_id,
        )
        for quote, drafts in pairs
    ]
    made: list[QuoteLine] = []
    asks: list[ports.Ask] = []
    for (quote, drafts), rows in zip(pairs, counted(sheets=sheets), strict=True):
        for draft, columns in zip(drafts, rows, strict=True):
            line = QuoteLine(
                quote=quote, is_optional=draft.is_optional, alternative_of=draft.alternative_of, **columns
            )
            line.item = draft.item
            made.append(line)
            wanted = draft.wanted_on or quote.wanted_on
            asks.append(ports.Ask(item=draft.item, quantity=line.quantity, wanted_on=wanted, site=quote.site))
    if held_for:
        asks = [replace(ask, held_for=pk) for ask, pk in zip(asks, held_for, strict=True)]
    promises = ports.promise_dates(ctx, asks=asks) if asks else []
    for line, promise in zip(made, promises, strict=True):
        ports.put(line, promise)
    for quote, _drafts in pairs:
        own = [line for line in made if line.quote is quote]
        _refuse_stray_alternatives(own)
        _add_up(quote, own)
    return made


def _refuse_stray_alternatives(lines: Sequence[QuoteLine]) -> None:
    firm = {line.position for line in lines if line.is_firm}
    for line in lines:
        if line.alternative_of is not None and line.alternative_of not in firm:
            raise AlternativeOfNothing(
                row=line.position, item=line.item, of=line.alternative_of, at_field="lines"
            )


def _add_up(quote: Quote, lines: Sequence[QuoteLine]) -> None:
    firm = [line for line in lines if line.is_firm]
    amounts = [(line.amount, line.tax_rate) for line in firm]
    totals = Totals.of(amounts, currency=quote.currency, freight=quote.freight)
    quote.net, quote.tax, quote.total = totals.net, totals.tax, totals.total
    quote.promised_on = max((line.promised_on for line in firm if line.promised_on), default=None)


def _replace(
    before: Mapping[int, QuoteLine], drafts: Sequence[QuoteLineDraft], after: Sequence[QuoteLine]
) -> None:
    """Put new lines in the place of old ones; lines that stay keep their keys."""
    for draft, line in zip(drafts, after, strict=True):
        line.pk = draft.line.pk if draft.line is not None else None
    kept = [line for line in after if line.pk]
    gone = set(before) - {line.pk for line in kept}
    if gone:
        QuoteLine.objects.filter(pk__in=gone).delete()
    if kept:
        names = [f.name for f in QuoteLine._meta.concrete_fields if f.name not in ("id", "quote")]
        QuoteLine.objects.bulk_update(kept, names, batch_size=BATCH)
    QuoteLine.objects.bulk_create([line for line in after if not line.pk], batch_size=BATCH)


def _draft_of(line: QuoteLine, *, keep: bool = True) -> QuoteLineDraft:
    same_unit = line.unit_id == line.item.unit_id
    return QuoteLineDraft(
        item=line.item,
        quantity=line.quantity if same_unit else line.entered_quantity,
        unit=None if same_unit else line.unit,
        price=line.price,
        discount=line.discount,
        tax_rate=line.tax_rate,
        description=line.description,
        wanted_on=line.wanted_on,
        is_optional=line.is_optional,
        alternative_of=line.alternative_of,
        line=line if keep else None,
    )


def _warn_below_cost(ctx: Ctx, quote: Quote, lines: Sequence[QuoteLine]) -> None:
    """Standard costs are in the company's currency; offers in another one are not judged."""
    if quote.currency != ctx.company.currency:
        return
    below = [line for line in lines if line.unit_cost and line.cost > line.amount]
    if below:
        lost = Totals.of(((line.cost - line.amount, ZERO) for line in below), currency=quote.currency)
        ctx.warn(
            BelowCost(
                items=", ".join(str(line.item) for line in below),
                margin=f"{lost.net:,.2f}",
                amount=f"{quote.net:,.2f}",
                currency=quote.currency,
            )
        )


def _about(quote: Quote) -> dict[str, Any]:
    """What every event of a quote names."""
    return {
        "quote_id": quote.pk,
        "number": quote.number,
        "customer_id": quote.customer_id,
        "contact_id": quote.contact_id,
        "opportunity_id": quote.opportunity_id,
    }
