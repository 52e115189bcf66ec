"""How notes are listed and found."""

from __future__ import annotations

from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from loomline.domains.timeline import commands, models, pages, queries
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.port import fill
from loomline.surface import history, registry
from loomline.surface.resource import (
    Changes,
    Chart,
    Column,
    Count,
    Facts,
    Panel,
    Resource,
    Table,
    everyone,
    own,
)


@fill(history.pinned)
def pinned(ctx: Ctx, *, kind: str, pk: int) -> list[dict[str, Any]]:
    """The notes that stay on top of a record, each with the way to its own page."""
    if not access.may(ctx, access.view_permission(models.Note)):
        return []
    seen = access.visible(ctx, models.Note).values("pk")
    return [
        history.entry(
            icon="pin", title=note.headline, url=Note.url(note.pk), at=note.at, actor=str(note.author),
            body=note.body if note.body.strip() != note.headline else "",
        )
        for note in queries.pinned_of(kind=kind, pk=pk).filter(pk__in=seen)[:5]
    ]  # fmt: skip


def files(ctx: Ctx, note: models.Note) -> dict[str, Any] | None:
    """The files of a note, each to be saved."""
    found: list[dict[str, Any]] = [
        {
            "name": file.name,
            "icon": "alert-triangle" if file.is_risky else "paperclip",
            "url": f"/timeline/files/{file.pk}/",
            "size": f"{filesizeformat(file.size)}, {file.type}",
            "at": note.at,
            "by": str(note.author),
            "actions": [],
        }
        for file in note.files.all()
    ]
    return {"files": found, "empty": ""} if found else None


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
        Panel("loom/panels/documents.html", read=files, title=_("Files"), name="files"),
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


registry.offers += [pages.offer, pages.offer_meeting]
