"""How mailboxes, threads and letters are listed and found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.mail import models, queries
from loomline.domains.mail.models import MailboxState
from loomline.domains.mail.models.mailbox import offered_kinds
from loomline.domains.mail.pages import write
from loomline.domains.parties.models import Party
from loomline.kernel.context import Ctx
from loomline.surface import menu, registry
from loomline.surface.page import action
from loomline.surface.resource import (
    Callouts,
    Changes,
    Chart,
    Column,
    Count,
    Facts,
    Related,
    Resource,
    Table,
    Timeline,
    shared,
)


class Thread(Resource):
    """Letters with the answers to them: in the mailboxes one reads, or about what one may see."""

    model = models.Thread
    menu = "Customers"
    order = 12
    icon = "mail"
    columns = (
        Column("subject", sub="opening", strong=True, wrap=True),
        Column("correspondent", label=_("With")),
        "party",
        "awaits_answer",
        Column("last_at", kind="ago"),
        Column("count", label=_("Letters")),
        "state",
    )
    filters = "state", "party", "awaits_answer", "last_at", "correspondent"
    search = "subject", "correspondent"
    views = Table(), Chart(Count(), by="week of last_at", split="state")
    saved = {
        _("Inbox"): "state=unmatched,linked",
        _("To answer"): "awaits_answer=yes&sort=last_at",
        _("Unmatched"): "state=unmatched",
        _("Ignored"): "state=ignored",
    }
    head = "correspondent", "party", "count", "last_at"
    detail = (Facts("correspondent", "party", "count", "first_at", "last_at"), Timeline())
    sort = "-last_at"
    key = "pk"
    access = queries.THREADS
    create = False
    edit = False
    delete = False
    actions = "match_thread", "needs_no_answer", "ignore_threads"
    empty = _(
        "No letters yet. Connect a mailbox, or write the first letter from the page of a customer or order."
    )


class Message(Resource):
    """Single letters with what became of them: waiting, sent, not sent, come back."""

    model = models.Message
    menu = "Customers"
    order = 61
    secondary = True
    icon = "send"
    columns = (
        Column("subject", sub="opening", strong=True, wrap=True),
        Column("from_address", label=_("From")),
        "direction",
        "state",
        "mailbox",
        "author",
        Column("at", kind="ago"),
        "trouble",
    )
    filters = "direction", "state", "mailbox", "author", "at", "from_address"
    search = "subject", "from_address"
    saved = {
        _("Outbox"): "state=queued,sending",
        _("Not sent"): "state=failed,bounced",
        _("Sent"): "state=sent",
        _("Received"): "state=received",
    }
    head = "from_address", "direction", "mailbox", "at", "thread"
    detail = (
        Facts("subject", "text", "trouble", "attempts", place="tab", title=_("Letter")),
        Related("parties", "address", "name", "place", "party", "trouble", title=_("Correspondents")),
        Related("files", "name", "type", "size", title=_("Files")),
        Changes(),
    )
    sort = "-at"
    key = "pk"
    access = queries.MESSAGES
    create = False
    edit = False
    delete = False
    actions = "undo_send", "try_again"
    empty = _("No letters yet. What comes in and goes out will stand here.")


SERVERS = ("imap_host", "imap_port", "imap_security", "smtp_host", "smtp_port", "smtp_security")


def mailbox_decisions(ctx: Ctx, record: models.Mailbox) -> list[dict[str, Any]]:
    """A mailbox that cannot be read."""
    if record.state != MailboxState.FAILING:
        return []
    title = _t("Letters do not come in.")
    return [{"tone": "bad", "title": title, "text": record.trouble, "action": None}]


class Mailbox(Resource):
    """Accounts at mail servers: one's own, and shared ones."""

    model = models.Mailbox
    menu = "Settings"
    order = 40
    icon = "inbox"
    columns = (
        Column("address", sub="name", strong=True),
        "owner",
        "team",
        "state",
        "privacy",
        Column("polled_at", kind="ago"),
        "trouble",
    )
    filters = "owner", "team", "state", "privacy", "polled_at"
    search = "address", "name"
    form = "name", "signature", "team", "brings_leads"
    head = "owner", "team", "privacy", "brings_leads", "polled_at"
    detail = (
        Callouts(mailbox_decisions),
        Facts(
            "provider",
            "login",
            "smtp_host",
            "smtp_port",
            "smtp_security",
            "imap_host",
            "imap_port",
            "imap_security",
        ),
        Related("folders", "name", "last_uid", title=_("Folders that are read")),
        Changes(),
        Timeline(),
    )
    sort = "address"
    key = "address"
    access = queries.MAILBOXES
    create = False
    delete = False
    actions = "change_privacy", "pause_mailbox", "resume_mailbox", "disconnect_mailbox"
    empty = _("No mailbox is connected. Connect yours, and letters stand beside the customers they are with.")


def how_to_register(ctx: Ctx, record: models.Provider) -> list[dict[str, Any]]:
    """What the provider has to be told, and what of it is still missing here."""
    text = _t("Register this installation there with the return address {address} at its own host.")
    change = action(_t("Set the client secret"), f"/mail/providers/{record.pk}/secret/", icon="key")
    title = _t("A client secret is kept.") if record.client_secret else _t("No client secret is kept.")
    words = text.format(address="/mail/connect/back/")
    return [
        {"tone": "ok" if record.client_secret else "info", "title": title, "text": words, "action": change}
    ]


class Provider(Resource):
    """Providers that open mailboxes by OAuth 2, such as Google and Microsoft, with their servers."""

    model = models.Provider
    menu = "Settings"
    order = 41
    secondary = True
    icon = "plug"
    slug = "providers"
    columns = (
        Column("name", strong=True),
        "imap_host",
        "smtp_host",
        Count("mailboxes", as_="boxes", label=_("Mailboxes")),
    )
    filters = ("name",)
    search = "name", "imap_host"
    form = (
        "name",
        "authorize_url",
        "token_url",
        "scopes",
        "extra",
        "client_id",
        "imap_host",
        "imap_port",
        "imap_security",
        "smtp_host",
        "smtp_port",
        "smtp_security",
    )
    detail = (
        Callouts(how_to_register),
        Facts("authorize_url", "token_url", "scopes", "extra", "client_id"),
        Facts(
            "imap_host",
            "imap_port",
            "imap_security",
            "smtp_host",
            "smtp_port",
            "smtp_security",
            name="servers",
        ),
        Changes(),
    )
    sort = "name"
    key = "pk"
    access = shared()
    empty = _("No providers yet. Set one up, and people connect their mailboxes without a password.")


def kinds_in_words(records: Sequence[models.Template]) -> Mapping[int, str]:
    """Where each template is offered."""
    labels = dict(offered_kinds())
    everywhere = _t("everywhere")
    return {one.pk: ", ".join(labels.get(kind, kind) for kind in one.kinds) or everywhere for one in records}


class Template(Resource):
    """Letters with gaps: {first_name}, {number} and other fields of the record are filled in."""

    model = models.Template
    menu = "Settings"
    order = 41
    icon = "file-text"
    columns = (
        Column("name", strong=True),
        "subject",
        Column("for", read=kinds_in_words, label=_("Offered on")),
    )
    filters = "name", "subject"
    search = "name", "subject", "text"
    form = "name", "subject", "text", "kinds"
    detail = (
        Facts("subject", "text", title=_("Letter"), place="tab", name="letter"),
        Facts(Column("for", read=kinds_in_words, label=_("Offered on"))),
        Changes(),
    )
    sort = "name"
    key = "name"
    access = shared()
    empty = _("No templates yet. Write a letter once, with gaps such as {first_name}, and send it often.")


menu.entry(
    _("Connect a mailbox"),
    "/mail/connect/",
    icon="plug",
    group="Settings",
    order=42,
    permission="mail.connect_mailbox",
)
registry.contribute(
    Party,
    Related(
        "mail_threads",
        Column("subject", sub="opening"),
        "state",
        Column("count", label=_("Letters")),
        Column("last_at", kind="ago"),
        title=_("E-mail"),
        name="mail",
        sort="-last_at",
    ),
    before="roles",
)
registry.offers.append(write.offer)
