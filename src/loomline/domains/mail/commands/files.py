"""The files of letters: each once, under the digest of its content, in the installation's folder of files."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from loomline.domains.mail.models import Attachment, Message
from loomline.engines.mime.kinds import Kind

FOLDER = "mail"
# So long a file may lie there before the letter that it came with is kept.
FRESH = timedelta(days=1)


def place_of(digest: str) -> Path:
    """Where the content with this digest lies."""
    return Path(settings.MEDIA_ROOT) / FOLDER / digest[:2] / digest


def keep(data: bytes) -> str:
    """Store content, unless it is there already; tells its digest. A half-written file is never seen."""
    digest = hashlib.sha256(data).hexdigest()
    place = place_of(digest)
    if place.is_file():
        # Fresh again, so that the sweep leaves it to the letter that is about to name it.
        os.utime(place)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f"{digest}.{secrets.token_hex(4)}")
        draft.write_bytes(data)
        os.replace(draft, place)
    return digest


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
    """Remove the files that no letter names any more, and halves that were never finished. Tells how many."""
    before, count = (now - FRESH).timestamp(), 0
    for folder in (Path(settings.MEDIA_ROOT) / FOLDER).glob("??"):
        held = set(Attachment.objects.filter(digest__startswith=folder.name).values_list("digest", flat=True))
        for file in folder.iterdir():
            if file.name not in held and file.stat().st_mtime < before:
                file.unlink()
                count += 1
    return count
