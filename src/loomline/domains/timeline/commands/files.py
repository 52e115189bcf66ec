"""The files of notes: each once, under the digest of its content, in the installation's folder of files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from loomline.domains.timeline import queries
from loomline.domains.timeline.models import Note, NoteFile
from loomline.engines.mime.kinds import kind_of
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused

MB = 1024**2
LARGEST_FILE = 25 * MB


class FileTooLarge(Refused):
    """Notes are no archive."""

    says = _("{name} has {size} MB; files of notes have {limit} MB at most. Keep it elsewhere.")
    status = 422


@dataclass(frozen=True, kw_only=True)
class PastFile:
    """A file that another system kept with a record, and the note that it comes in with."""

    note: Note
    name: str
    data: bytes


@command(hidden=True)
def take_over_files(ctx: Ctx, *, pasts: list[PastFile]) -> list[NoteFile]:
    """Put files with notes, each typed by its content, whatever the other system called it."""
    for past in pasts:
        if len(past.data) > LARGEST_FILE:
            raise FileTooLarge(name=past.name, size=len(past.data) // MB, limit=LARGEST_FILE // MB)

    files = []
    for past in pasts:
        kind = kind_of(past.data, name=past.name)
        files.append(
            NoteFile(
                note=past.note,
                name=past.name[-180:],
                type=kind.type[:120],
                size=len(past.data),
                digest=queries.store().keep(past.data),
                is_risky=kind.is_risky,
            )
        )
    return list(NoteFile.objects.bulk_create(files))


def sweep_files(*, now: datetime) -> int:
    """Remove the files that no note names any more. Tells how many."""
    named = NoteFile.objects.order_by()
    return queries.store().sweep(
        now=now, held=lambda start: named.filter(digest__startswith=start).values_list("digest", flat=True)
    )
