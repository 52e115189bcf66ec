"""How notes are listed and found."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.timeline import commands, models
from loomline.surface.resource import (
    Changes,
    Chart,
    Column,
    Count,
    Facts,
    Resource,
    Table,
    everyone,
    own,
)


class Note(Resource):
    """Notes, calls, meetings and e-mails: what people wrote down."""

    model = models.Note
    menu = "Customers"
    order = 60
    secondary = True
    icon = "note"
    columns = (
        Column("headline", label=_("What")),
        "kind",
        "party",
        "author",
        "at",
        Column("duration_minutes", label=_("Minutes")),
        "outcome",
    )
    filters = "kind", "party", "author", "at", "direction", "pinned"
    search = "subject", "body"
    views = Table(), Chart(Count(), by="week of at", split="kind")
    saved = {
        _("Calls"): "kind=call",
        _("Meetings"): "kind=meeting",
        _("E-mails"): "kind=email",
        _("Mine"): "author=me",
    }
    head = "kind", "party", "author", "at", "outcome"
    detail = (
        Facts("subject", "body", "direction", "duration_minutes", "outcome", place="tab"),
        Changes(),
    )
    sort = "-at"
    key = "pk"
    access = own("author") | everyone()
    create = False
    edit = False
    delete = False
    actions = commands.change_note.verb, commands.pin_note.verb, commands.unpin_note.verb
    empty = _("Nothing written down yet. Write notes and log calls on the page of a customer, order or item.")
