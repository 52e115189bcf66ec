"""How papers, links, answers and questions are shown, and what they add to the page of a quote."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loomline.domains.quoting import models, queries
from loomline.domains.sales import queries as sales
from loomline.domains.sales.models import Quote, QuoteState
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, registry
from loomline.surface.page import action
from loomline.surface.resource import (
    Callouts,
    Changes,
    Column,
    Facts,
    Panel,
    Related,
    Resource,
    Timeline,
    needs,
    through,
)


class OfferLink(Resource):
    """Doors to the customer's page of a quote."""

    model = models.OfferLink
    menu = None
    icon = "link"
    columns = "quote", "email", "created_at", "expires_at", "withdrawn_at", "opened_count", "last_opened_at"
    filters = "quote", "created_at", "expires_at", "withdrawn_at"
    search = "quote.number", "email"
    detail = (
        Facts("quote", "email", "created_at", "expires_at", "withdrawn_at", "first_opened_at", place="tab"),
        Changes(),
        Timeline(),
    )
    key = "pk"
    joins = ("quote",)
    access = through("quote", Quote)
    create = False
    edit = False
    delete = False
    actions = ("withdraw_link",)
    empty = _("No links yet. A quote gets one when it is sent.")


class Dispatch(Resource):
    """Mails with quotes: what went to whom, and what did not go out."""

    model = models.Dispatch
    menu = None
    icon = "mail"
    columns = "quote", "to", "state", "at", "error"
    filters = "quote", "state", "at", "to"
    search = "quote.number", "to"
    key = "pk"
    joins = ("quote",)
    access = through("quote", Quote)
    create = False
    edit = False
    delete = False
    actions = ("mail_again",)
    empty = _("No mails yet. A quote that is sent is mailed to its contact.")


class Evidence(Resource):
    """What proves that a customer accepted or declined: who, when, from where, and which paper."""

    model = models.Evidence
    slug = "evidence"
    menu = "Orders", needs("sales.quote")
    order = 14
    secondary = True
    icon = "fingerprint"
    columns = (
        "quote",
        "answer",
        "name",
        "at",
        Column("total", currency="currency"),
        "order",
        "address",
        "sha256",
    )
    filters = "answer", "quote", "quote.customer", "at", "order"
    search = "quote.number", "name", "sha256"
    detail = (
        Facts(
            "quote",
            "answer",
            "order",
            "name",
            "at",
            "address",
            "agent",
            "sha256",
            "statement",
            "terms",
            "reason",
            "user",
            "link",
            place="tab",
        ),
        Timeline(),
    )
    key = "pk"
    joins = "quote", "order", "link.quote"
    access = through("quote", Quote)
    create = False
    empty = _("No answers yet. What a customer accepts or declines on their page is kept here.")


class Question(Resource):
    """What customers ask about their quotes."""

    model = models.Question
    menu = "Orders", needs("sales.quote")
    order = 13
    secondary = True
    icon = "help-circle"
    columns = "text", "quote", "name", "asked_at", "answer", "answered_by", "answered_at"
    filters = "quote", "quote.customer", "quote.owner", "asked_at", "answered_at"
    search = "text", "quote.number", "name"
    saved = {_("Waiting for an answer"): "answered_at.empty=yes&sort=asked_at"}
    head = "quote", "name", "asked_at", "answered_by"
    detail = (Facts("text", "answer", "email", "answered_at", place="tab"), Changes(), Timeline())
    key = "pk"
    joins = ("quote",)
    access = through("quote", Quote)
    create = False
    edit = False
    delete = False
    actions = ("answer_question",)
    empty = _("No questions yet. Customers ask on the page of their quote.")


def with_the_customer(ctx: Ctx, record: Quote) -> dict[str, Any] | None:
    """The paper as it was sent, the customer's page, and whether it was read."""
    if record.state == QuoteState.DRAFT:
        return None
    sent = queries.latest_paper(quote=record)
    if sent is None and record.state != QuoteState.SENT:
        return None
    link = queries.latest_link(quote=record, now=ctx.now)
    files = []
    if sent is not None:
        name = _t("{number} as sent").format(number=sent.name)
        files.append(_file(name, "file-text", f"/quoting/papers/{sent.pk}.pdf", _t("sent"), sent.made_at))
    if link is not None:
        read = (
            ngettext("read {n} time", "read {n} times", link.opened_count).format(n=link.opened_count)
            if link.opened_count
            else _t("not read yet")
        )
        at = link.last_opened_at or link.created_at
        files.append(_file(_t("The customer's page"), "link", f"/quoting/links/{link.pk}/", read, at))
    return {"files": files, "empty": _t("The paper and the customer's page are being prepared.")}


def versions(ctx: Ctx, record: Quote) -> dict[str, Any] | None:
    """All versions of an offer, the newest first, each beside this one at a click."""
    if record.version == 1 and record.state != QuoteState.SUPERSEDED:
        return None
    rows = [
        {
            "title": one.number,
            "text": f"{draw_text.money(one.total, one.currency)}, {draw_text.day(one.quoted_on)}",
            "badge": {"text": one.state.label, "tone": one.state.tone},
            "switch": None,
            "actions": [
                action(_t("Open"), registry.url(one), kind="quiet"),
                action(_t("Compare"), f"/sales/quotes/{record.pk}/compare/?with={one.pk}"),
            ]
            if one.pk != record.pk
            else [],
        }
        for one in reversed(sales.versions(quote=record))
    ]
    return {"rows": rows, "empty": ""}


def _file(name: str, icon: str, url: str, said: str, at: Any) -> dict[str, Any]:
    return {"name": name, "icon": icon, "url": url, "size": "", "at": at, "by": said, "actions": []}


def asked_by_the_customer(ctx: Ctx, record: Quote) -> list[dict[str, Any]]:
    """Questions that wait, and mails that did not go out."""
    if record.state == QuoteState.DRAFT:
        return []
    found: list[dict[str, Any]] = []
    for one in queries.unanswered(quote=record)[:3]:
        title = _t("{name} asks, {when}:").format(name=one.name, when=draw_text.ago(one.asked_at))
        way = action(_t("Answer"), registry.url(one))
        found.append({"tone": "warn", "title": title, "text": one.text[:200], "action": way})
    failed = queries.not_mailed(quote=record)
    if failed is not None:
        title = _t("The mail to {to} did not go out.").format(to=failed.to)
        way = action(_t("See"), registry.url(failed))
        found.append({"tone": "bad", "title": title, "text": failed.error, "action": way})
    return found


registry.contribute(
    Quote,
    Panel(
        "loom/panels/settings.html",
        read=versions,
        title=_("Versions"),
        name="all_versions",
        place="side",
    ),
    after="papers",
)
registry.contribute(Quote, Callouts(asked_by_the_customer, name="asked"), after="approval")
registry.contribute(
    Quote,
    Panel(
        "loom/panels/documents.html",
        read=with_the_customer,
        title=_("With the customer"),
        name="customer_page",
        place="side",
    ),
    after="papers",
)
registry.contribute(
    Quote,
    Related("questions", "text", "name", "asked_at", "answer", title=_("Questions")),
    Related("evidence", "answer", "name", "at", "address", title=_("Evidence")),
    before="history",
)
