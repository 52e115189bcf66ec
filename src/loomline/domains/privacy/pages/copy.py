"""A person's own data as a file, and whom a retention policy would erase."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from loomline.domains.parties.models import Party
from loomline.domains.privacy import commands, queries
from loomline.domains.privacy.models import RetentionPolicy
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotThere
from loomline.surface import draw_text
from loomline.surface.draw_cells import Cell
from loomline.surface.page import ctx_of, need, staff
from loomline.surface.plain_table import plain_table

SHOWN = 50
# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@staff
def copy_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything known about a person: one JSON file, and a table for each kind of record."""
    ctx = ctx_of(request)
    name = commands.export_person.name
    need(access.may(ctx, name), _t("copy personal data"), name)
    person = access.visible(ctx, Party).filter(pk=pk).first()
    if person is None:
        raise NotThere(reference=_t("person {pk}").format(pk=pk))
    commands.export_person(ctx, person=person)
    answer = HttpResponse(archive_of(person), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="person-{person.pk}.zip"'
    answer["Cache-Control"] = "no-store"
    return answer


def archive_of(person: Party) -> bytes:
    """The copy as a ZIP of person.json and CSV tables."""
    parts = queries.portrait(person=person)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        whole = {
            part.name: [dict(zip(part.columns, row, strict=True)) for row in part.rows] for part in parts
        }
        archive.writestr("person.json", json.dumps(whole, ensure_ascii=False, indent=2))
        for part in parts:
            table = io.StringIO()
            writer = csv.writer(table)
            writer.writerow(part.columns)
            writer.writerows([[_harmless(value) for value in row] for row in part.rows])
            archive.writestr(f"{part.name.replace('.', '-')}.csv", "\ufeff" + table.getvalue())
    return held.getvalue()


def _harmless(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA) else value


def preview(ctx: Ctx, policy: RetentionPolicy) -> dict[str, Any]:
    """Whom the policy would erase if it ran now."""
    rows = queries.due(policy=policy, today=ctx.today)
    count = rows.count()
    people = list(access.visible(ctx, Party).filter(pk__in=rows.values("pk")[:SHOWN]).order_by("pk"))
    words = ngettext("Would anonymise {n} contact", "Would anonymise {n} contacts", count)
    table = plain_table(
        words.format(n=draw_text.number(count)),
        [_t("Person"), _t("E-mail"), _t("Added")],
        [
            [
                Cell(text=person.name, url=f"/parties/parties/{person.pk}/"),
                Cell(text=person.email),
                Cell(text=draw_text.day(person.opened_at.date())),
            ]
            for person in people
        ],
        sub=_t("The policy is active: it runs every night.")
        if policy.is_active
        else _t("Nothing happens while the policy is not active."),
    )
    return {**table, "empty": _t("Nobody has been without contact for that long."), "empty_action": None}


urlpatterns = [path("privacy/people/<int:pk>/copy.zip", copy_page)]
