"""The verifiable log on the public vectors, and its pace beside the bare hashes and a library in C."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from benchmarks._table import Row
from loomline.engines.merkle import note, proof_file, verify
from loomline.engines.merkle.note import Signer
from loomline.engines.merkle.tree import Tree

ENTRIES = 500_000
ORIGIN = "log.example/bench"


def measure(budget: float, data: Path, tell: Callable[[str], None]) -> list[Row]:
    """The vectors, then a log of 500,000 entries (fewer when there is little time)."""
    tell("public vectors")
    rows = [_vectors(data / "interchange" / "merkle")]
    size = ENTRIES if budget >= 10 else 50_000
    tell(f"a log of {size:,} entries")
    tree, row = _grown(size)
    tell("proofs and signatures")
    return [*rows, row, *_proofs(tree), *_signatures(tree)]


def _vectors(folder: Path) -> Row:
    cases: list[tuple[bool, bool]] = []
    for name, judge in (("inclusion", _inclusion), ("consistency", _consistency)):
        for line in (folder / f"{name}.jsonl").read_text().splitlines():
            case = json.loads(line)
            cases.append((judge(case), not case["wantErr"]))
    right = sum(found == wanted for found, wanted in cases)
    return Row("merkle", "vectors of transparency-dev/merkle", "judged as published", right,
               published=len(cases), source="all of them", aim=len(cases), more_is_better=True)  # fmt: skip


def _inclusion(case: dict[str, Any]) -> bool:
    hashes = [_raw(one) for one in case["proof"] or []]
    return _holds(
        verify.check_inclusion,
        case["leafIdx"], case["treeSize"], _raw(case["leafHash"]), hashes, _raw(case["root"]),
    )  # fmt: skip


def _consistency(case: dict[str, Any]) -> bool:
    hashes = [_raw(one) for one in case["proof"] or []]
    return _holds(
        verify.check_consistency,
        case["size1"], case["size2"], _raw(case["root1"]), _raw(case["root2"]), hashes,
    )  # fmt: skip


def _raw(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def _holds(check: Callable[..., None], *parts: object) -> bool:
    try:
        check(*parts)
    except verify.ProofError:
        return False
    return True


def _grown(size: int) -> tuple[Tree, Row]:
    contents = [b'{"event":%d}' % n for n in range(size)]
    begin = time.process_time()
    tree = Tree(contents)
    ours, begin = time.process_time() - begin, time.process_time()
    sha256, pair = hashlib.sha256, bytes(65)
    for content in contents:
        sha256(content).digest()
        sha256(pair).digest()
    bare = time.process_time() - begin
    row = Row(
        "merkle",
        f"log of {size:,} entries",
        "entries a second",
        size / ours,
        peer=size / bare,
        peer_name="the bare hashes",
        aim=200_000,
        more_is_better=True,
        note="processor time; two SHA-256 an entry are the limit",
    )
    return tree, row


def _proofs(tree: Tree) -> list[Row]:
    rng, root = random.Random(1), tree.root()
    places = [rng.randrange(tree.size) for _ in range(2000)]
    begin = time.process_time()
    made = [tree.inclusion(place) for place in places]
    making, begin = time.process_time() - begin, time.process_time()
    for place, hashes in zip(places, made, strict=True):
        verify.check_inclusion(place, tree.size, tree.node(0, place), hashes, root)
    checking = time.process_time() - begin
    case = f"inclusion proof in {tree.size:,} entries"
    return [
        Row("merkle", case, "ms to make", 1000 * making / len(places), aim=0.5, note="processor time"),
        Row("merkle", case, "ms to check", 1000 * checking / len(places), aim=0.5, note="processor time"),
    ]


def _signatures(tree: Tree) -> list[Row]:
    signer = Signer(ORIGIN, bytes(range(32)))
    text = note.checkpoint(ORIGIN, tree.size, tree.root())
    signed = note.signed(text, [signer])
    raw = verify.parse_note(signed).signatures[0][2]
    key, peer_key = signer.key.public, Ed25519PublicKey.from_public_bytes(signer.key.public)
    begin = time.process_time()
    right = sum(verify.is_signed(key, text.encode(), raw) for _ in range(100))
    ours, begin = time.process_time() - begin, time.process_time()
    for _ in range(1000):
        peer_key.verify(raw, text.encode())
    peer = time.process_time() - begin
    assert right == 100, "a right signature was refused"
    return [
        Row("merkle", "Ed25519 signature", "ms to check", 10 * ours, peer=peer, peer_name="cryptography (C)",
            aim=20, note="plain Python, so that a partner needs nothing else; processor time"),
        _alone(tree, signed, signer),
    ]  # fmt: skip


def _alone(tree: Tree, signed: str, signer: Signer) -> Row:
    """The program by itself, with 100 entries in the proof file."""
    entries = {place: b'{"event":%d}' % place for place in range(0, tree.size, tree.size // 100)}
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(verify.__file__, folder)
        file = Path(folder) / "PROOF.json"
        file.write_text(proof_file.written(tree.node, signed, entries, key=signer.key), encoding="utf-8")
        command = [sys.executable, "-I", "-S", "verify.py", file.name]
        begin = time.monotonic()
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
        seconds = time.monotonic() - begin
    assert done.returncode == 0, done.stderr
    return Row("merkle", f"python verify.py, {len(entries)} entries", "seconds", seconds, aim=1.0,
               note="wall clock, start of Python included")  # fmt: skip
