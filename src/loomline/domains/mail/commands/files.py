"""The files of letters: each once, under the digest of its content, in the installation's folder of files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings

from loomline.domains.mail.models import Attachment, Message
from loomline.engines.content_store import ContentStore
from loomline.engines.mime.kinds import Kind

FOLDER = "mail"


def store() -> ContentStore:
    """Where the files of letters lie."""
    return ContentStore(Path(settings.MEDIA_ROOT) / FOLDER)


def place_of(digest: str) -> Path:
    """Where the content with this digest lies."""
    return store().place_of(digest)


def keep(data: bytes) -> str:
    """Store content, unless it is there already; tells its digest."""
    return store().keep(data)


def attach(message: Message, files: Iterable[tuple[str, Kind, bytes, str, bool]]) -> list[Attachment]:
    """Put files with a letter: name, kind, content, content id, part of the text."""
    rows = [
        Attachment(
            message=message,
            name=name[:180],
            type=kind.type[:120],
            size=len(data),
            digest=keep(data),
            content_id=content_id[:200],
            is_inline=is_inline,
            is_risky=kind.is_risky,
        )
        for name, kind, data, content_id, is_inline in files
    ]
    Attachment.objects.bulk_create(rows)
    return rows


def sweep(*, now: datetime) -> int:
    """Remove the files that no letter names any more. Tells how many."""
    named = Attachment.objects.order_by()
    return store().sweep(
        now=now, held=lambda start: named.filter(digest__startswith=start).values_list("digest", flat=True)
    )
