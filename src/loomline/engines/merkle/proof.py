"""Roots and proofs of a log, from whatever keeps its hashes (RFC 6962, 2.1; RFC 9162, 2.1).

A reader gives the hash of a complete subtree: `read(level, index)` is the root of the entries from
`index * 2**level` up to `(index + 1) * 2**level`; level 0 are the leaf hashes. A tree, a table or a folder of
tiles can be one. Proofs are lists of hashes, lowest first, as `verify` takes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from loomline.engines.bad_input import BadInput
from loomline.engines.merkle.verify import EMPTY_ROOT, node_hash

Reader = Callable[[int, int], bytes]


def root(read: Reader, size: int) -> bytes:
    """The root of the first `size` entries."""
    if size < 0:
        raise BadInput(f"A log of {size} entries has no root.", remedy="Give 0 or more.")
    return span(read, 0, size) if size else EMPTY_ROOT


def inclusion(read: Reader, index: int, size: int) -> list[bytes]:
    """The proof that an entry stands at the index (from 0) of the log of this size."""
    if not 0 <= index < size:
        raise BadInput(
            f"Entry {index} is not in a log of {size} entries.", remedy=f"Give an index from 0 to {size - 1}."
        )
    hashes = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _half(end - start)
        if index < middle:
            hashes.append(span(read, middle, end))
            end = middle
        else:
            hashes.append(span(read, start, middle))
            start = middle
    return hashes[::-1]


def consistency(read: Reader, old_size: int, new_size: int) -> list[bytes]:
    """The proof that the log of the old size is the beginning of the one of the new size."""
    if not 0 < old_size <= new_size:
        raise BadInput(
            f"A log of {old_size} entries is no beginning of one of {new_size}.",
            remedy="Give an old size from 1 to the new one.",
        )
    hashes = []
    start, end = 0, new_size
    while end != old_size:
        middle = start + _half(end - start)
        if old_size <= middle:
            hashes.append(span(read, middle, end))
            end = middle
        else:
            hashes.append(span(read, start, middle))
            start = middle
    # A complete subtree that begins the log is the old log itself, whose root the reader has.
    return [*([span(read, start, end)] if start else []), *hashes[::-1]]


def span(read: Reader, start: int, end: int) -> bytes:
    """The root of the entries from start up to end, as one subtree of the log."""
    found = b""
    for level, index in _complete(start, end):
        found = node_hash(read(level, index), found) if found else read(level, index)
    return found


def _complete(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The complete subtrees that make up a span, the last one first."""
    length, level = end - start, 0
    while length:
        if length & 1:
            end -= 1 << level
            yield level, end >> level
        length, level = length >> 1, level + 1


def _half(length: int) -> int:
    """The largest power of two below the length."""
    return 1 << (length - 1).bit_length() - 1
