"""A log as files that never change: tiles of 256 hashes and bundles of 256 entries (C2SP tlog-tiles).

Tile n of level l holds the roots of the subtrees of 256**l entries from n * 256 on. The last tile of a level
may be partial; its path then ends with its width. Files are written for each checkpoint and can be served as
they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from loomline.engines.bad_input import BadInput
from loomline.engines.merkle.proof import Reader
from loomline.engines.merkle.verify import HASH, node_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT
LARGEST_ENTRY = 2**16 - 1
_PATH = re.compile(r"tile/(entries|0|[1-9]\d?)/((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?")


@dataclass(frozen=True)
class Tile:
    """A tile: its level (None for a bundle of entries), its index there, and how wide it is (1 to 256)."""

    level: int | None
    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        level = self.level or 0
        if not (0 <= level < 64 and self.index >= 0 and 1 <= self.width <= WIDTH):
            raise BadInput(
                f"There is no tile {self.index} of width {self.width} on level {level}.",
                remedy="Levels go from 0 to 63, widths from 1 to 256.",
            )

    @property
    def path(self) -> str:
        """Where the tile stands, below the address of the log."""
        groups = [f"{self.index % 1000:03}"]
        rest = self.index // 1000
        while rest:
            groups.append(f"x{rest % 1000:03}")
            rest //= 1000
        kind = "entries" if self.level is None else self.level
        end = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{kind}/{'/'.join(reversed(groups))}{end}"


def parse_path(path: str) -> Tile:
    """The tile that stands at the path; refuses every other writing of it."""
    found = _PATH.fullmatch(path)
    if found:
        kind, digits, width = found.groups()
        index = int(digits.replace("/", "").replace("x", ""))
        level = None if kind == "entries" else int(kind)
        if (level or 0) < 64 and int(width or 1) < WIDTH:
            tile = Tile(level, index, int(width or WIDTH))
            if tile.path == path:
                return tile
    raise BadInput(
        f'"{path}" is no path of a tile.', remedy="Paths look like tile/0/x001/067 or tile/0/000.p/5."
    )


def tiles(size: int, *, since: int = 0) -> Iterator[Tile]:
    """The tiles of hashes of a log of this size that it did not have when it had `since` entries."""
    level, before, count = 0, since, size
    while count:
        for index in range(before // WIDTH, -(-count // WIDTH)):
            width = min(WIDTH, count - index * WIDTH)
            if index * WIDTH + width > before:
                yield Tile(level, index, width)
        level, before, count = level + 1, before >> HEIGHT, count >> HEIGHT


def bundles(size: int, *, since: int = 0) -> Iterator[Tile]:
    """The bundles of entries that were added since, or have grown."""
    return (Tile(None, tile.index, tile.width) for tile in tiles(size, since=since) if tile.level == 0)


def content(read: Reader, tile: Tile) -> bytes:
    """The bytes of a tile of hashes."""
    if tile.level is None:
        raise BadInput("A bundle holds entries, not hashes.", remedy="Use pack for it.")
    first = tile.index * WIDTH
    return b"".join(read(tile.level * HEIGHT, first + place) for place in range(tile.width))


def reader(fetch: Callable[[str], bytes], size: int) -> Reader:
    """A reader of the hashes of a log of this size from its tiles; `fetch` gives the bytes at a path.

    What comes back is not trusted by itself: compare the root computed from it with a signed checkpoint.
    """

    def read(level: int, index: int) -> bytes:
        tile_level, above = divmod(level, HEIGHT)
        first = index << above
        number, place = divmod(first, WIDTH)
        count = size >> tile_level * HEIGHT
        tile = Tile(tile_level, number, max(1, min(WIDTH, count - number * WIDTH)))
        hashes = fetch(tile.path)
        if len(hashes) != tile.width * HASH or place + (1 << above) > tile.width:
            raise BadInput(
                f"{tile.path} has {len(hashes)} bytes and no node {index} of level {level}.",
                remedy="Fetch the tiles of the checkpoint again.",
            )
        return _folded([hashes[at * HASH : (at + 1) * HASH] for at in range(place, place + (1 << above))])

    return read


def pack(entries: Sequence[bytes]) -> bytes:
    """A bundle of up to 256 entries: each with its length in two bytes, the larger first."""
    if not 1 <= len(entries) <= WIDTH:
        raise BadInput(f"A bundle of {len(entries)} entries.", remedy=f"Give 1 to {WIDTH}.")
    for at, entry in enumerate(entries):
        if len(entry) > LARGEST_ENTRY:
            raise BadInput(
                f"An entry of {len(entry)} bytes does not fit into a bundle.",
                remedy=f"Entries have up to {LARGEST_ENTRY} bytes; log a hash of larger ones.",
                position=at,
            )
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unpack(bundle: bytes) -> list[bytes]:
    """The entries of a bundle."""
    entries, at = [], 0
    while at < len(bundle):
        length = int.from_bytes(bundle[at : at + 2], "big")
        entry = bundle[at + 2 : at + 2 + length]
        if at + 2 > len(bundle) or len(entry) < length:
            raise BadInput("The bundle ends within an entry.", remedy="Fetch it again.", position=at)
        entries.append(entry)
        at += 2 + length
    return entries


def files(
    read: Reader,
    size: int,
    *,
    since: int = 0,
    entries: Callable[[int, int], Sequence[bytes]] | None = None,
) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of every tile that is new since; bundles too when `entries(start, end)` gives them."""
    for tile in tiles(size, since=since):
        yield tile.path, content(read, tile)
    if entries is not None:
        for tile in bundles(size, since=since):
            start = tile.index * WIDTH
            yield tile.path, pack(entries(start, start + tile.width))


def _folded(hashes: list[bytes]) -> bytes:
    """The root of a complete subtree from its leaves."""
    while len(hashes) > 1:
        hashes = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]
