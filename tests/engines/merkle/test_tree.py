"""Roots, proofs and tiles against the public vectors and against a tree built from the definition."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.bad_input import BadInput
from loomline.engines.merkle import proof, tiles
from loomline.engines.merkle.tiles import Tile
from loomline.engines.merkle.tree import Tree
from loomline.engines.merkle.verify import (
    EMPTY_ROOT,
    ProofError,
    check_consistency,
    check_inclusion,
    leaf_hash,
    node_hash,
)

# The eight entries of the tests of Certificate Transparency and the root of each beginning of them.
ENTRIES = [bytes.fromhex(h) for h in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOT_OF_EIGHT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def defined(contents: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, word for word."""
    n = len(contents)
    if n == 0:
        return hashlib.sha256().digest()
    if n == 1:
        return hashlib.sha256(b"\x00" + contents[0]).digest()
    k = 1
    while 2 * k < n:
        k *= 2
    return hashlib.sha256(b"\x01" + defined(contents[:k]) + defined(contents[k:])).digest()


def contents(size: int) -> list[bytes]:
    return [b"entry %d" % n for n in range(size)]


def vectors(folder: Path, name: str) -> list[dict[str, Any]]:
    with (folder / "interchange" / "merkle" / name).open() as file:
        return [json.loads(line) for line in file]


def raw(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def test_hashes_are_those_of_the_public_vectors(public_data: Path) -> None:
    told = json.loads((public_data / "interchange" / "merkle" / "rfc6962-hashes.json").read_text())
    assert EMPTY_ROOT.hex() == told["empty_tree_root"]
    assert leaf_hash(b"").hex() == told["empty_leaf"]
    assert leaf_hash(b"L123456").hex() == told["leaf_of_ascii_L123456"]
    assert node_hash(b"N123", b"N456").hex() == told["node_of_ascii_N123_and_N456"]


def test_every_public_inclusion_vector_is_judged_as_published(public_data: Path) -> None:
    judged = 0
    for case in vectors(public_data, "inclusion.jsonl"):
        hashes = [raw(one) for one in case["proof"] or []]
        try:
            check_inclusion(
                case["leafIdx"], case["treeSize"], raw(case["leafHash"]), hashes, raw(case["root"])
            )
            refused = False
        except ProofError:
            refused = True
        assert refused == case["wantErr"], case["case"]
        judged += 1
    assert judged == 53


def test_every_public_consistency_vector_is_judged_as_published(public_data: Path) -> None:
    judged = 0
    for case in vectors(public_data, "consistency.jsonl"):
        hashes = [raw(one) for one in case["proof"] or []]
        try:
            check_consistency(case["size1"], case["size2"], raw(case["root1"]), raw(case["root2"]), hashes)
            refused = False
        except ProofError:
            refused = True
        assert refused == case["wantErr"], case["case"]
        judged += 1
    assert judged == 43


def test_the_eight_known_entries_have_the_known_root() -> None:
    assert Tree(ENTRIES).root().hex() == ROOT_OF_EIGHT


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 100])
def test_roots_are_those_of_the_definition(size: int) -> None:
    tree = Tree(contents(100))
    assert tree.root(size) == defined(contents(size))


def test_appending_one_by_one_and_all_at_once_give_the_same_log() -> None:
    slowly = Tree()
    assert [slowly.append(one) for one in contents(77)] == list(range(77))
    assert slowly.levels == Tree(contents(77)).levels


def test_a_block_boundary_changes_nothing() -> None:
    many = contents(16_390)
    tree = Tree(many)
    assert (tree.size, tree.root()) == (16_390, defined(many))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_proof_that_is_made_holds_and_no_other_entry_does(data: st.DataObject) -> None:
    tree = Tree(contents(300))
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    hashes, root = tree.inclusion(index, size), tree.root(size)
    check_inclusion(index, size, leaf_hash(b"entry %d" % index), hashes, root)
    with pytest.raises(ProofError):
        check_inclusion(index, size, leaf_hash(b"another"), hashes, root)
    other = data.draw(st.integers(0, size - 1).filter(lambda one: one != index)) if size > 1 else size
    with pytest.raises(ProofError):
        check_inclusion(other, size, leaf_hash(b"entry %d" % index), hashes, root)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_consistency_proof_holds_and_fails_after_any_change_of_a_bit(data: st.DataObject) -> None:
    tree = Tree(contents(300))
    new = data.draw(st.integers(1, 300))
    old = data.draw(st.integers(1, new))
    hashes = tree.consistency(old, new)
    check_consistency(old, new, tree.root(old), tree.root(new), hashes)
    parts = [tree.root(old), tree.root(new), *hashes]
    which, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
    changed = bytearray(parts[which])
    changed[bit // 8] ^= 1 << bit % 8
    parts[which] = bytes(changed)
    with pytest.raises(ProofError):
        check_consistency(old, new, parts[0], parts[1], parts[2:])


def test_a_log_that_was_rewritten_is_found_out() -> None:
    honest, forged = Tree(contents(50)), Tree([*contents(20), b"forged", *contents(50)[21:]])
    with pytest.raises(ProofError, match="the history was changed"):
        check_consistency(30, 50, honest.root(30), forged.root(), forged.consistency(30))


def test_what_the_log_does_not_have_is_refused() -> None:
    tree = Tree(contents(5))
    for call, says in (
        (lambda: tree.inclusion(5), "index from 0 to 4"),
        (lambda: tree.root(6), "5 entries, not 6"),
        (lambda: tree.consistency(0), "from 1 to the new one"),
        (lambda: tree.node(2, 1), "no node 1 on level 2"),
        (lambda: tree.append_hash(b"short"), "32 bytes"),
        (lambda: proof.root(tree.node, -1), "0 or more"),
    ):
        with pytest.raises(BadInput, match=says):
            call()


# Tiles


def test_paths_are_those_of_the_specification() -> None:
    assert Tile(0, 1_234_067).path == "tile/0/x001/x234/067"
    assert Tile(1, 0, 17).path == "tile/1/000.p/17"
    assert Tile(None, 273, 112).path == "tile/entries/273.p/112"


def test_a_log_of_70_000_has_the_tiles_of_the_specification() -> None:
    made = list(tiles.tiles(70_000))
    full = [tile for tile in made if tile.width == 256]
    assert [sum(tile.level == level for tile in full) for level in (0, 1, 2)] == [273, 1, 0]
    assert [tile.path for tile in made if tile.width < 256] == [
        "tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1",
    ]  # fmt: skip
    assert [tile.path for tile in tiles.tiles(256)] == ["tile/0/000", "tile/1/000.p/1"]


@given(st.integers(0, 63) | st.none(), st.integers(0, 10**12), st.integers(1, 256))
@settings(max_examples=100, deadline=None)
def test_a_path_leads_back_to_its_tile(level: int | None, index: int, width: int) -> None:
    assert tiles.parse_path(Tile(level, index, width).path) == Tile(level, index, width)


@pytest.mark.parametrize(
    "path",
    ["tile/00/000", "tile/64/000", "tile/0/0", "tile/0/x000/001", "tile/0/001/002", "tile/0/000.p/256",
     "tile/0/000.p/0", "tile/0/000.p/07", "tile/-1/000", "tile/0/٠٠٠", "checkpoint", "tile/0/000/"],
)  # fmt: skip
def test_other_writings_of_a_path_are_refused(path: str) -> None:
    with pytest.raises(BadInput, match="is no path of a tile"):
        tiles.parse_path(path)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 70_000), st.data())
def test_growing_writes_each_new_tile_once(size: int, data: st.DataObject) -> None:
    since = data.draw(st.integers(0, size))
    before, after = set(tiles.tiles(since)), set(tiles.tiles(size))
    grown = list(tiles.tiles(size, since=since))
    assert set(grown) == after - before
    assert len(grown) == len(set(grown))


@pytest.mark.parametrize("size", [1, 255, 256, 257, 1000, 66_000])
def test_a_reader_of_tiles_computes_what_the_tree_does(size: int) -> None:
    tree = Tree(contents(size))
    files = dict(tiles.files(tree.node, size))
    read = tiles.reader(files.__getitem__, size)
    assert proof.root(read, size) == tree.root()
    for index in {0, size // 2, size - 1}:
        assert proof.inclusion(read, index, size) == tree.inclusion(index)
    assert proof.consistency(read, size // 2 + 1, size) == tree.consistency(size // 2 + 1)


def test_a_damaged_tile_is_refused_or_found_out_by_the_root() -> None:
    tree = Tree(contents(300))
    files = dict(tiles.files(tree.node, 300))
    short = {**files, "tile/0/000": files["tile/0/000"][:-1]}
    with pytest.raises(BadInput, match="tile/0/000 has 8191 bytes"):
        proof.inclusion(tiles.reader(short.__getitem__, 300), 5, 300)
    changed = {**files, "tile/0/001.p/44": bytes(32 * 44)}
    assert proof.root(tiles.reader(changed.__getitem__, 300), 300) != tree.root()


def test_bundles_hold_the_entries() -> None:
    entries = contents(300)
    files = dict(tiles.files(Tree(entries).node, 300, entries=lambda start, end: entries[start:end]))
    assert tiles.unpack(files["tile/entries/000"]) + tiles.unpack(files["tile/entries/001.p/44"]) == entries
    assert tiles.pack([b"ab", b""]) == b"\x00\x02ab\x00\x00"


def test_bundles_that_cannot_be_are_refused() -> None:
    for call, says in (
        (lambda: tiles.pack([b"x" * 65_536]), "position 0: An entry of 65536"),
        (lambda: tiles.pack([]), "A bundle of 0"),
        (lambda: tiles.unpack(b"\x00\x05ab"), "ends within an entry"),
        (lambda: tiles.unpack(b"\x00"), "ends within an entry"),
        (lambda: tiles.content(Tree().node, Tile(None, 0)), "holds entries"),
        (lambda: Tile(0, -1), "There is no tile"),
    ):
        with pytest.raises(BadInput, match=says):
            call()
