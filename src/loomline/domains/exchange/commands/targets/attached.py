"""Files that another system kept with its records: each comes in as a note with the file."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.exchange.commands.targets.base import cut, target
from loomline.domains.exchange.commands.targets.notes import take_notes
from loomline.domains.timeline import commands as timeline
from loomline.domains.timeline.commands import PastFile
from loomline.domains.timeline.models import Note
from loomline.engines.rows import Row
from loomline.engines.source import Source
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused

# A file in a cell comes in as a file; the cell beside the record says so.
IN_A_CELL = "(a file, {n} bytes)"


class BodyBroken(Refused):
    """A file in a cell that is none."""

    says = _("The file in this row cannot be read: it is no Base64. Export the table once more.")
    status = 422


@target("timeline.file", kind="timeline.note", update=lambda ctx, rows: _follow(ctx, rows))
def take_files(ctx: Ctx, rows: Sequence[Row]) -> list[Note]:
    """A note on what the file is about, with the file; without its content the note says what is missing."""
    contents = [_content(row) for row in rows]
    for row, content in zip(rows, contents, strict=True):
        name = _name(row)
        words = (
            name if content is not None else _t("{name} (the file was not in the export)").format(name=name)
        )
        row.values["subject"] = row.values.get("subject") or words
    notes = take_notes(ctx, rows)
    pasts = [
        PastFile(note=note, name=_name(row), data=content)
        for row, note, content in zip(rows, notes, contents, strict=True)
        if content is not None
    ]
    if pasts:
        timeline.take_over_files(ctx, pasts=pasts)
    return notes


def _follow(ctx: Ctx, rows: Sequence[Row]) -> None:
    """A file that was missing the last time."""
    notes = Note.objects.prefetch_related("files").in_bulk([row.object_id for row in rows if row.object_id])
    pasts = []
    for row in rows:
        note, content = notes.get(row.object_id or 0), _content(row)
        if note is not None and content is not None and not note.files.all():
            old: dict[str, Any] = row.before.values if row.before is not None else {}
            name = _name(Row(row.number, row.key, "", {**old, **row.values}))
            pasts.append(PastFile(note=note, name=name, data=content))
    if pasts:
        timeline.take_over_files(ctx, pasts=pasts)
        timeline.follow_notes(ctx, changes={past.note.pk: {"subject": cut(past.name, 200)} for past in pasts})


def _content(row: Row) -> bytes | None:
    """What the file holds: beside the tables, or in a cell of the row."""
    source = row.values.get("content")
    if isinstance(source, Source):
        size = source.path.stat().st_size if source.path is not None else len(source.data)
        if size > timeline.LARGEST_FILE:
            raise timeline.FileTooLarge(
                name=_name(row), size=size // timeline.MB, limit=timeline.LARGEST_FILE // timeline.MB
            )
        return source.path.read_bytes() if source.path is not None else source.data
    text = str(row.values.get("body64") or "")
    if not text:
        return None
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as fault:
        raise BodyBroken from fault
    for head, cell in row.cells.items():
        if cell == text:
            row.cells[head] = IN_A_CELL.format(n=len(data))
    return data


def _name(row: Row) -> str:
    values = row.values
    called = str(values.get("file_name") or values.get("subject") or row.key)
    name = called.replace("\\", "/").rsplit("/", 1)[-1]
    ending = str(values.get("ending") or "").strip(". ")
    return f"{name}.{ending}" if ending and not name.lower().endswith(f".{ending.lower()}") else name
