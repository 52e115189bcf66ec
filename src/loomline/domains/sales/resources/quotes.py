"""How quotes are shown, moved, found and exported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loomline.domains.sales import commands, models, ports, queries
from loomline.domains.sales.models import QuoteState
from loomline.domains.sales.resources.parts import TYPED, callout, drafts_of, papers
from loomline.kernel.access import Level, Policy
from loomline.kernel.command import Command
from loomline.kernel.context import Ctx
from loomline.surface import draw_text
from loomline.surface.resource import (
    Board,
    Calendar,
    Callouts,
    Changes,
    Chart,
    Column,
    Facts,
    Lines,
    LinesPanel,
    Panel,
    Resource,
    Sum,
    Table,
    Timeline,
    everyone,
    needs,
    own,
    team,
    territory,
    through,
)

# What is only being prepared is nobody's business outside.
OFFERED = Policy({Level.PARTY: lambda actor: Q(customer__in=actor.party_ids()) & ~Q(state=QuoteState.DRAFT)})


def margins(records: Sequence[Any]) -> Mapping[int, Any]:
    """The share of each line that is left after standard cost."""
    return {record.pk: record.margin for record in records}


def roles(records: Sequence[Any]) -> Mapping[int, Any]:
    """What a line is in the offer when it is not simply part of the sum."""
    return {record.pk: record.role for record in records if record.role}


def as_quoted(ctx: Ctx, record: models.Quote) -> dict[str, Any]:
    """A quote opens with its lines."""
    return drafts_of(record, "is_optional", "alternative_of")


def as_held(ctx: Ctx, record: models.Quote) -> dict[str, Any]:
    """A hold is proposed for as long as the quote stands, or as it is held now."""
    return {"until": record.held_until or record.valid_until}


def on_top(ctx: Ctx, record: models.Quote) -> list[tuple[models.QuoteLine, str]]:
    """What the customer may take besides the sum, or instead of a part of it."""
    rows = record.lines.select_related("item").order_by("position", "pk")
    words = _t("{n}: {item}, {amount}, {role}")
    return [
        (
            row,
            words.format(
                n=row.position,
                item=row.description or row.item,
                amount=draw_text.money(row.amount, record.currency),
                role=row.role,
            ),
        )
        for row in rows
        if row.role
    ]


def asked_of_the_customer(ctx: Ctx, record: Any, given: Mapping[str, Any]) -> list[str]:
    """Choices are asked for where there are any."""
    has_any = record is not None and record.lines.exclude(is_optional=False, alternative_of=None).exists()
    return ["accepted_by", "customer_reference", *(["options"] if has_any else [])]


def quote_decisions(ctx: Ctx, record: models.Quote) -> list[dict[str, Any]]:
    """What stands between a quote and an order."""
    found = []
    if record.state == QuoteState.SUPERSEDED:
        newer = queries.versions(quote=record)[-1]
        title, text = _t("There is a newer version."), _t("{number} is what the customer decides on.")
        found.append(
            {"tone": "info", "title": title, "text": text.format(number=newer.number), "action": None}
        )
    if record.state == QuoteState.SENT:
        days = (record.valid_until - ctx.today).days
        if days < 0:
            title, text = _t("The quote is over."), _t("It was valid until {day}. Revise it to offer anew.")
            found.append(callout("bad", title, text.format(day=draw_text.day(record.valid_until))))
        elif days <= 5:
            title = ngettext("{n} day left.", "{n} days left.", days).format(n=days)
            found.append(
                callout("warn", title, _t("Ask for an answer, or revise the quote with a later day."))
            )
    if record.held_until is not None:
        title = _t("Goods are held until {day}.").format(day=draw_text.day(record.held_until))
        if record.state == QuoteState.ACCEPTED:
            title = _t("Goods are held for the order.")
        found.append(callout("info", title, _t("For others they are taken, until the hold ends.")))
    if record.promised_on and record.wanted_on and record.promised_on > record.wanted_on:
        text = _t("Wanted on {wanted}, deliverable on {promised}.").format(
            wanted=draw_text.day(record.wanted_on), promised=draw_text.day(record.promised_on)
        )
        found.append(callout("warn", _t("We cannot deliver when it is wanted."), text))
    is_open = record.state in (QuoteState.DRAFT, QuoteState.SENT)
    if is_open and (said := ports.kept_so_far(ctx, quote=record)):
        found.append(callout("info", said, ""))
    return found


def against_former(ctx: Ctx, record: models.Quote) -> dict[str, Any] | None:
    """What differs from the version before."""
    if record.supersedes is None:
        return None
    sentences = []
    for one in queries.compare_quotes(old=record.supersedes, new=record):
        field = models.Quote if not one.where else models.QuoteLine
        what = (
            _t("line")
            if one.what == "line"
            else str(getattr(field._meta.get_field(one.what), "verbose_name", one.what))
        )
        where = f"{one.where}: " if one.where else ""
        sentences.append(f"{where}{what} {one.before or '–'} → {one.after or '–'}")
    return {"text": "\n".join(sentences) or _t("Nothing differs yet.")}


def quote_papers(ctx: Ctx, record: models.Quote) -> dict[str, Any]:
    """The quote as the customer gets it."""
    url, title = f"/sales/quotes/{record.pk}/quote.pdf", _t("Quote {number}").format(number=record.number)
    return papers(ctx, [(url, title)], record.sent_at or ctx.now)


class Quote(Resource):
    """Offers to customers, each with its versions and the day we could deliver."""

    model = models.Quote
    menu = "Orders", needs("parties.party", "catalog.item")
    order = 10
    icon = "file-text"
    columns = (
        "number",
        "customer",
        "state",
        "total",
        "quoted_on",
        "valid_until",
        "wanted_on",
        Column("promised_on", label=_("Deliverable")),
        "opportunity",
        "owner",
    )
    filters = (
        "state",
        "customer",
        "opportunity",
        "owner",
        "team",
        "quoted_on",
        "valid_until",
        "wanted_on",
        "promised_on",
        "held_until",
        "total",
        "currency",
        "version",
        "lines.item",
    )
    search = "number", "customer.name", "customer_reference"
    form = (
        "customer",
        "contact",
        "opportunity",
        "customer_reference",
        "currency",
        "valid_until",
        "wanted_on",
        "freight",
        "site",
        "ship_to",
        "owner",
        "team",
        "note",
        Lines(
            "lines",
            *("item", "quantity", "unit", "price", "discount", "tax_rate", "wanted_on"),
            *("is_optional", "alternative_of"),
        ),
    )
    views = (
        Table(),
        Board(by="state", sum="total", title="number", party="customer", date="valid_until", owner="owner"),
        Calendar("valid_until", "promised_on"),
        Chart(Sum("total"), by="month of quoted_on", split="state"),
    )
    saved = {
        _("To send"): "state=draft",
        _("Waiting for an answer"): "state=sent&sort=valid_until",
        _("Ending this week"): "state=sent&valid_until=next_7_days&sort=valid_until",
        _("Holding goods"): "held_until.empty=false&sort=held_until",
        _("Mine"): "owner=me&state=draft,sent",
        _("Accepted"): "state=accepted",
    }
    head = (
        "customer",
        "contact",
        "total",
        "valid_until",
        Column("promised_on", label=_("Deliverable")),
        "owner",
    )
    detail = (
        Callouts(quote_decisions),
        LinesPanel(
            "lines",
            Column("item", sub="item.sku", wrap=True),
            Column("role", read=roles, label=_("Offered as"), wrap=True),
            Column("quantity", unit="item.unit"),
            "price",
            Column("discount", kind="percent"),
            Column("amount", currency="quote.currency"),
            Column("promised_on", label=_("Deliverable"), sub="promise_basis", wrap=True),
            Column("promise_limit", label=_("Not earlier because of"), wrap=True),
            Column("margin", read=margins, label=_("Margin"), kind="percent"),
            title=_("Lines"),
            totals=("net", "tax", "total"),
        ),
        Panel(
            "loom/panels/text.html",
            read=against_former,
            title=_("Against the version before"),
            name="versions",
            tab="history",
        ),
        Panel(
            "loom/panels/documents.html", read=quote_papers, title=_("Papers"), name="papers", place="side"
        ),
        Facts(
            "opportunity",
            "customer_reference",
            "version",
            "supersedes",
            "freight",
            "site",
            "ship_to",
            "sent_at",
            "held_until",
            "decided_at",
            "accepted_by",
            "declined_because",
            "order",
            "note",
            "team",
        ),
        Changes(),
        Timeline(),
    )
    key = "number"
    joins = ("customer",)
    access = (
        own("owner") | team("team") | territory("customer.territory_place.territory") | OFFERED | everyone()
    )
    watch = "/sales/quotes/dates/", *TYPED
    create = commands.write_quote
    create_many = commands.write_quotes
    actions = "send_quote", "accept_quote", "revise_quote", "change_quote", "decline_quote"
    asks = {"accept_quote": asked_of_the_customer}
    choices = {"accept_quote.options": on_top}
    prefill = {"change_quote": as_quoted, "hold_goods": as_held, "send_and_hold": as_held}
    empty = _("No quotes yet. Offer something to a customer; each line shows the day you could deliver it.")

    @classmethod
    def open_commands(cls, ctx: Ctx, record: models.Quote) -> list[Command[Any, Any]]:
        """Goods are let go only while some are held."""
        found = super().open_commands(ctx, record)
        return [c for c in found if c.verb != "end_hold" or record.held_until is not None]


class QuoteLine(Resource):
    """What was offered, item by item."""

    model = models.QuoteLine
    menu = None
    icon = "list-check"
    columns = (
        "quote",
        Column("item", sub="item.sku"),
        Column("quantity", unit="item.unit"),
        "price",
        Column("discount", kind="percent"),
        "amount",
        "promised_on",
        "is_optional",
        "alternative_of",
    )
    filters = "quote", "quote.customer", "quote.state", "item", "promised_on"
    search = "item.name", "item.sku", "quote.number"
    key = "pk"
    joins = "item.unit", "quote"
    access = through("quote", models.Quote)
    create = False
    edit = False
    delete = False
    empty = _("No quote lines yet. They stand on their quotes.")
