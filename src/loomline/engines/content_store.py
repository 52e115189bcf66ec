"""Files kept each once under the digest of their content, in a folder that the caller names."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

# So long a file may lie there before the record that it came with is kept.
FRESH = timedelta(days=1)


@dataclass(frozen=True)
class ContentStore:
    """A folder of files, each under its digest."""

    root: Path

    def place_of(self, digest: str) -> Path:
        """Where the content with this digest lies."""
        return self.root / digest[:2] / digest

    def keep(self, data: bytes) -> str:
        """Store content, unless it is there already; tells its digest. A half-written file is never seen."""
        digest = hashlib.sha256(data).hexdigest()
        place = self.place_of(digest)
        if place.is_file():
            # Fresh again, so that the sweep leaves it to the record that is about to name it.
            os.utime(place)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            draft = place.with_name(f"{digest}.{secrets.token_hex(4)}")
            draft.write_bytes(data)
            os.replace(draft, place)
        return digest

    def sweep(self, *, now: datetime, held: Callable[[str], Collection[str]]) -> int:
        """Remove files that no record names any more, and halves that were never finished. Tells how many.

        `held` gives the digests in use that begin with two hexadecimal digits.
        """
        before, count = (now - FRESH).timestamp(), 0
        for folder in self.root.glob("??"):
            used = set(held(folder.name))
            for file in folder.iterdir():
                if file.name not in used and file.stat().st_mtime < before:
                    file.unlink()
                    count += 1
        return count
