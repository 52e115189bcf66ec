"""Writing proof files: what `verify` reads, for entries and their history."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from loomline.engines.bad_input import BadInput
from loomline.engines.merkle import proof
from loomline.engines.merkle.proof import Reader
from loomline.engines.merkle.verify import (
    FORMAT,
    VERSION,
    Checkpoint,
    Key,
    leaf_hash,
    parse_checkpoint,
    parse_note,
)


def written(
    read: Reader,
    checkpoint: str,
    entries: Mapping[int, bytes | None],
    *,
    key: Key | None = None,
    older: str | None = None,
    about: str = "",
) -> str:
    """A proof file as JSON text.

    `checkpoint` and `older` are signed notes of the same log, `read` gives its hashes, `entries` maps indices
    to contents; None instead of a content discloses the leaf hash only. A content that does not have the
    log's hash is refused.
    """
    state = parse_checkpoint(parse_note(checkpoint).text)
    if proof.root(read, state.size) != state.root:
        raise BadInput("The checkpoint is not of this log.", remedy="Sign one of the log as it is.")
    told: dict[str, Any] = {"format": FORMAT, "version": VERSION}
    if about:
        told["about"] = about
    told["checkpoint"] = checkpoint
    if key is not None:
        told["key"] = str(key)
    told["entries"] = [_entry(read, state, index, entries[index]) for index in sorted(entries)]
    if older is not None:
        before = parse_checkpoint(parse_note(older).text)
        hashes = proof.consistency(read, before.size, state.size)
        told["older"] = {"checkpoint": older, "proof": _texts(hashes)}
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _entry(read: Reader, state: Checkpoint, index: int, content: bytes | None) -> dict[str, Any]:
    hashes = proof.inclusion(read, index, state.size)
    leaf = read(0, index)
    if content is None:
        return {"index": index, "hash": _texts([leaf])[0], "proof": _texts(hashes)}
    if leaf_hash(content) != leaf:
        raise BadInput(
            "The content is not what the log has sealed.",
            remedy="Somebody has changed it: compare it with a copy from before.",
            position=index,
        )
    return {"index": index, **_content(content), "proof": _texts(hashes)}


def _content(content: bytes) -> dict[str, str]:
    try:
        return {"text": content.decode()}
    except UnicodeDecodeError:
        return {"data": _texts([content])[0]}


def _texts(raw: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(one).decode("ascii") for one in raw]
