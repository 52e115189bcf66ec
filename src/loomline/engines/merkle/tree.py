"""A growing log in memory: every hash of a complete subtree is kept, so roots and proofs are quick.

Each entry costs one hash for itself and, on average, one more for the nodes above it, and 64 bytes of memory
(RFC 9162, 2.1).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import islice

from loomline.engines.bad_input import BadInput
from loomline.engines.merkle import proof
from loomline.engines.merkle.verify import HASH, leaf_hash

# So many entries are hashed at once.
_BLOCK = 1 << 14


class Tree:
    """The hashes of a log, of which only appending is possible.

    `levels[0]` are the leaf hashes one after the other, 32 bytes each, `levels[k]` the roots of complete
    subtrees of 2**k entries.
    """

    def __init__(self, contents: Iterable[bytes] = ()) -> None:
        self.levels: list[bytearray] = [bytearray()]
        self.extend(contents)

    @property
    def size(self) -> int:
        """How many entries the log has."""
        return len(self.levels[0]) // HASH

    def append(self, content: bytes) -> int:
        """Add an entry; gives its index."""
        return self.append_hash(leaf_hash(content))

    def append_hash(self, leaf: bytes) -> int:
        """Add an entry of which only the leaf hash is known; gives its index."""
        if len(leaf) != HASH:
            raise BadInput(f"A leaf hash of {len(leaf)} bytes.", remedy=f"Give {HASH} bytes of SHA-256.")
        index = self.size
        self.levels[0] += leaf
        self._close()
        return index

    def extend(self, contents: Iterable[bytes]) -> None:
        """Add entries in order; much faster than one by one."""
        sha256, rest = hashlib.sha256, iter(contents)
        while block := [sha256(b"\x00" + content).digest() for content in islice(rest, _BLOCK)]:
            self.levels[0] += b"".join(block)
            self._close()

    def _close(self) -> None:
        """Hash every pair that has become complete, level by level."""
        sha256, height = hashlib.sha256, 0
        while True:
            lower = self.levels[height]
            pairs = len(lower) // (2 * HASH)
            height += 1
            if height == len(self.levels):
                if not pairs:
                    return
                self.levels.append(bytearray())
            upper = self.levels[height]
            closed = len(upper) // HASH
            if closed == pairs:
                return
            upper += b"".join(
                [
                    sha256(b"\x01" + lower[at : at + 2 * HASH]).digest()
                    for at in range(closed * 2 * HASH, pairs * 2 * HASH, 2 * HASH)
                ]
            )

    def node(self, level: int, index: int) -> bytes:
        """The root of a complete subtree; the reader that `proof` and `tiles` take."""
        if level < len(self.levels) and 0 <= index < len(self.levels[level]) // HASH:
            return bytes(self.levels[level][index * HASH : (index + 1) * HASH])
        raise BadInput(
            f"The log of {self.size} entries has no node {index} on level {level}.",
            remedy="Ask for complete subtrees.",
        )

    def root(self, size: int | None = None) -> bytes:
        """The root of the log, or of its first `size` entries."""
        return proof.root(self.node, self._size(size))

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The proof that the entry stands at the index of the log (of its first `size` entries)."""
        return proof.inclusion(self.node, index, self._size(size))

    def consistency(self, old_size: int, size: int | None = None) -> list[bytes]:
        """The proof that the log of the old size is the beginning of the log (of its first `size`)."""
        return proof.consistency(self.node, old_size, self._size(size))

    def _size(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise BadInput(f"The log has {self.size} entries, not {size}.", remedy="Give that many or fewer.")
        return size
