"""Check proofs of a verifiable log with nothing but the Python standard library.

  python verify.py PROOF.json --key KEY

PROOF.json is a proof file; KEY is the public key of the log, or a file that holds it, as its owner gave it to
you by another way than the proof. Without --key the key in the proof file is used, and this is said: the
proof then shows only that the file fits together. --witness KEY (may be repeated) asks for the cosignature of
a witness. --show prints the entries that were proven.

The end: 0 everything is proven, 1 something is not, 2 the file cannot be read or is no proof file, 3 the
version of the file is not known.

A proof file is JSON, in UTF-8, version 1:

  {"format": "loomline-proof", "version": 1,
   "checkpoint": "log.example/orders\\n8\\nXcna…QyjE=\\n\\n— log.example/orders 3q2+7w…\\n",
   "key": "log.example/orders+deadbeef+AQID…",
   "entries": [{"index": 5, "text": "…", "proof": ["…", "…", "…"]}],
   "older": {"checkpoint": "…", "proof": ["…"]}}

checkpoint  a C2SP signed note: origin, size and root of the log, then the signatures
key         the key that signed it, as NAME+ID+KEY (may be left out)
entries     each with its index from 0, its content as "text" (UTF-8) or "data" (base64) or only its "hash"
            (base64 of the leaf hash), and the inclusion proof, hashes in base64, lowest first
older       an earlier checkpoint of the same log and the consistency proof from it (may be left out)
about       free text for people, not proven (may be left out)

Hashes are SHA-256 over 0x00 and the content for an entry, over 0x01 and two hashes for a node (RFC 6962).
Signatures are Ed25519 (RFC 8032), plain or as a witness's cosignature/v1 with a time.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import gmtime, strftime
from typing import Any, TextIO, TypeVar

FORMAT, VERSION = "loomline-proof", 1
HASH = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
MOST_BYTES = 64 * 1024**2
MOST_SIGNATURES = 100
MOST_SIZE = 2**63
ED25519, COSIGNATURE = 0x01, 0x04
DONE, WRONG, UNREADABLE, UNKNOWN_VERSION = 0, 1, 2, 3


class ProofError(Exception):
    """Something is not proven; the message is a sentence, `code` the exit code."""

    code = WRONG


class Unreadable(ProofError):
    """The file or the text is not what it should be, so nothing could be checked."""

    code = UNREADABLE


class UnknownVersion(ProofError):
    """The file was written for a later version of this program."""

    code = UNKNOWN_VERSION


# Hashes and proofs (RFC 6962, 2.1; RFC 9162, 2.1.3.2 and 2.1.4.2)


def leaf_hash(content: bytes) -> bytes:
    """The hash of an entry."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbours."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def check_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Refuse unless the entry with this leaf hash stands at the index of the log of this size and root."""
    _check_hashes(leaf, root, *proof)
    if not 0 <= index < size:
        raise ProofError(f"Entry {index} cannot be in a log of {size} entries.")
    found = leaf
    for sibling, is_left in _climb(index, size - 1, proof, f"entry {index}"):
        found = node_hash(sibling, found) if is_left else node_hash(found, sibling)
    if found != root:
        raise ProofError(f"Entry {index} is not in this log: its proof leads to another root.")


def check_consistency(
    old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Refuse unless the log of the old size and root is the beginning of the new one."""
    _check_hashes(old_root, new_root, *proof)
    if not 0 < old_size <= new_size:
        raise ProofError(f"A log of {old_size} entries is no beginning of one of {new_size}.")
    if old_size == new_size:
        if proof or old_root != new_root:
            raise ProofError(f"Two logs of {new_size} entries differ: the history was changed.")
        return
    position, last, steps = old_size - 1, new_size - 1, list(proof)
    while position & 1:
        position, last = position >> 1, last >> 1
    # When the old log is a complete subtree of the new one, its root is where the proof begins.
    old = new = steps.pop(0) if position and steps else old_root
    for sibling, is_left in _climb(position, last, steps, "the older checkpoint"):
        old = node_hash(sibling, old) if is_left else old
        new = node_hash(sibling, new) if is_left else node_hash(new, sibling)
    if (old, new) != (old_root, new_root):
        raise ProofError(
            f"The first {old_size} of the {new_size} entries are not those of the older checkpoint: "
            "the history was changed."
        )


def _climb(position: int, last: int, proof: Sequence[bytes], what: str) -> Iterator[tuple[bytes, bool]]:
    """The hashes of a proof from a node of one level to the root, and whether each stands to the left.

    `last` is the last node of the level. Refuses a proof that is longer or shorter than the way up.
    """
    for sibling in proof:
        if last == 0:
            raise ProofError(f"The proof of {what} is too long.")
        is_left = bool(position & 1) or position == last
        yield sibling, is_left
        while is_left and position and not position & 1:
            position, last = position >> 1, last >> 1
        position, last = position >> 1, last >> 1
    if last:
        raise ProofError(f"The proof of {what} is too short.")


def _check_hashes(*hashes: bytes) -> None:
    if any(len(one) != HASH for one in hashes):
        raise ProofError("A hash does not have 32 bytes.")


# Ed25519 (RFC 8032, 5.1)

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)

_Point = tuple[int, int, int, int]
_NEUTRAL: _Point = (0, 1, 1, 0)


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the Ed25519 signature (64 bytes) of the message is by this key (32 bytes)."""
    point = _point(key)
    if len(signature) != 64 or point is None or _is_weak(point):
        return False
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= _ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + key + message).digest()
    challenge = int.from_bytes(digest, "little") % _ORDER
    x, y, z, t = point
    return _encoded(_both(scalar, _BASE, challenge, (-x, y, z, -t))) == signature[:32]


def _point(encoded: bytes) -> _Point | None:
    """The point of a compressed encoding; None when it is none, or not in its shortest form."""
    if len(encoded) != 32:
        return None
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return x, y, 1, x * y % _P


def _added(a: _Point, b: _Point) -> _Point:
    ax, ay, az, at = a
    bx, by, bz, bt = b
    minus, plus = (ay - ax) * (by - bx) % _P, (ay + ax) * (by + bx) % _P
    cross, double = 2 * at * bt * _D % _P, 2 * az * bz % _P
    e, f, g, h = plus - minus, double - cross, double + cross, plus + minus
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _both(m: int, a: _Point, n: int, b: _Point) -> _Point:
    """m times a plus n times b."""
    sums = {(1, 0): a, (0, 1): b, (1, 1): _added(a, b)}
    total = _NEUTRAL
    for bit in range(max(m.bit_length(), n.bit_length()) - 1, -1, -1):
        total = _added(total, total)
        pair = (m >> bit & 1, n >> bit & 1)
        if pair != (0, 0):
            total = _added(total, sums[pair])
    return total


def _encoded(point: _Point) -> bytes:
    inverse = pow(point[2], -1, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _is_weak(point: _Point) -> bool:
    """Whether the point has a small order: anybody could sign for such a key."""
    for _ in range(3):
        point = _added(point, point)
    return point[0] % _P == 0 and (point[1] - point[2]) % _P == 0


_BASE = _point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little")) or _NEUTRAL


# Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature)


@dataclass(frozen=True)
class Key:
    """A public key: its name, the four bytes that stand for it, how it signs, and its 32 bytes."""

    name: str
    id: bytes
    kind: int
    public: bytes

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_base64(bytes([self.kind]) + self.public)}"


@dataclass(frozen=True)
class Note:
    """A text that ends with a line break, and its signatures: name, key id and signature of each."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]


@dataclass(frozen=True)
class Checkpoint:
    """The state of a log."""

    origin: str
    size: int
    root: bytes


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """The four bytes that stand for a key in signatures."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def is_name(name: str) -> bool:
    """Whether a key may be called so: not empty, no blanks, no plus."""
    return bool(name) and "+" not in name and not any(c.isspace() or ord(c) < 0x20 for c in name)


def parse_key(text: str) -> Key:
    """Read NAME+ID+KEY."""
    name, _, rest = text.strip().partition("+")
    shown, _, packed = rest.partition("+")
    raw = _unbase64(packed)
    if not is_name(name) or len(raw) != 33 or raw[0] not in (ED25519, COSIGNATURE):
        raise Unreadable("The key is not an Ed25519 key written as NAME+ID+KEY.")
    number = key_id(name, raw[0], raw[1:])
    if shown != number.hex():
        raise Unreadable(f"The key of {name} is damaged: its id is not that of the key.")
    return Key(name, number, raw[0], raw[1:])


def parse_note(text: str) -> Note:
    """Part a signed note into its text and its signatures; nothing is checked yet."""
    body, blank, tail = text.rpartition("\n\n")
    if not blank or not tail.endswith("\n") or any(ord(c) < 0x20 and c != "\n" for c in text):
        raise Unreadable("The checkpoint is not a signed note.")
    signatures = []
    for line in tail[:-1].split("\n"):
        dash, name, packed = line.split(" ") if line.count(" ") == 2 else ("", "", "")
        raw = _unbase64(packed)
        if dash != "—" or not is_name(name) or len(raw) < 5:
            raise Unreadable("The checkpoint has a line that is no signature.")
        signatures.append((name, raw[:4], raw[4:]))
    if len(signatures) > MOST_SIGNATURES:
        raise Unreadable(f"The checkpoint has more than {MOST_SIGNATURES} signatures.")
    return Note(body + "\n", tuple(signatures))


def check_signature(note: Note, key: Key) -> int | None:
    """Refuse unless the key has signed the note; gives the time (seconds since 1970) of a cosignature."""
    found = [raw for name, number, raw in note.signatures if (name, number) == (key.name, key.id)]
    if not found:
        raise ProofError(f"The checkpoint is not signed with the key {key.name}+{key.id.hex()}.")
    times = []
    for raw in found:
        message, time = note.text.encode(), None
        if key.kind == COSIGNATURE:
            time = int.from_bytes(raw[:8], "big")
            message, raw = b"cosignature/v1\ntime %d\n" % time + message, raw[8:]
        if not is_signed(key.public, message, raw):
            raise ProofError(f"The signature of {key.name} does not fit the checkpoint: it was changed.")
        times.append(time)
    return times[0]


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint: origin, size, root, and lines that do not matter here."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() or not all(lines):
        raise Unreadable("The checkpoint does not have the lines origin, size and root.")
    origin, size, root = lines[:3]
    if not (size.isascii() and size.isdigit()) or str(int(size[:20])) != size or int(size) >= MOST_SIZE:
        raise Unreadable("The size in the checkpoint is no number.")
    made = Checkpoint(origin, int(size), _hash(root, "root in the checkpoint"))
    if made.size == 0 and made.root != EMPTY_ROOT:
        raise ProofError("The checkpoint is of an empty log, but its root is another.")
    return made


def _hash(text: object, what: str) -> bytes:
    raw = _unbase64(text) if isinstance(text, str) else b""
    if len(raw) != HASH:
        raise Unreadable(f"The {what} is not a hash of 32 bytes in base64.")
    return raw


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _unbase64(text: str) -> bytes:
    """The bytes of base64 in its one correct form; none for any other text."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        return b""
    return raw if _base64(raw) == text else b""


# Proof files

_Kind = TypeVar("_Kind", str, int, list[Any])
_KINDS: dict[type, str] = {str: "text", int: "whole number", list: "list"}


@dataclass(frozen=True)
class Entry:
    """One entry of a proof file; `content` is None when the file gives its hash only."""

    index: int
    leaf: bytes
    content: bytes | None
    proof: tuple[bytes, ...]


@dataclass(frozen=True)
class ProofFile:
    """What a proof file claims; nothing is checked yet."""

    note: Note
    key: Key | None
    entries: tuple[Entry, ...]
    older: tuple[Note, tuple[bytes, ...]] | None


@dataclass(frozen=True)
class Report:
    """What was proven and what was not, in sentences, and the entries that were."""

    proven: list[str]
    wrong: list[str]
    entries: list[Entry]
    warning: str


def read(text: str) -> ProofFile:
    """Read a proof file; refuses what is no proof file, and versions that are not known."""
    try:
        told = json.loads(text, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        raise Unreadable("The file is no proof file: it is not JSON.") from None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise Unreadable(f'The file is no proof file: it does not say "format": "{FORMAT}".')
    version = told.get("version")
    if version != VERSION or type(version) is not int:
        raise UnknownVersion(
            f"The proof file has version {json.dumps(version)[:40]}, this program knows version {VERSION}. "
            "Get the newer program."
        )
    _only(told, "format version checkpoint key entries older about", "The proof file")
    return ProofFile(
        note=parse_note(_part(told, "checkpoint", str)),
        key=parse_key(_part(told, "key", str)) if "key" in told else None,
        entries=tuple(map(_entry, _part({"entries": [], **told}, "entries", list))),
        older=_older(told["older"]) if "older" in told else None,
    )


def check(file: ProofFile, *, key: Key | None = None, witnesses: Sequence[Key] = ()) -> Report:
    """Check everything that the file claims, with the key of the log that the reader trusts.

    Raises ProofError when the checkpoint itself cannot be trusted; single entries that are not proven are
    told in the report.
    """
    trusted = key or file.key
    if trusted is None:
        raise Unreadable("There is no key: give the key of the log with --key.")
    proven = [_signed(file.note, trusted), *(_signed(file.note, witness) for witness in witnesses)]
    checkpoint = parse_checkpoint(file.note.text)
    wrong: list[str] = []
    entries: list[Entry] = []
    for entry in file.entries:
        try:
            check_inclusion(entry.index, checkpoint.size, entry.leaf, entry.proof, checkpoint.root)
        except ProofError as fault:
            wrong.append(str(fault))
        else:
            entries.append(entry)
            proven.append(f"Entry {entry.index} stands in {_log(checkpoint)}.")
    if file.older:
        try:
            proven.append(_continued(file.older, checkpoint, trusted))
        except ProofError as fault:
            wrong.append(str(fault))
    warning = f"The key came with the proof: compare it with the one {trusted.name} gave you: {trusted}"
    return Report(proven, wrong, entries, "" if key else warning)


def _signed(note: Note, key: Key) -> str:
    seconds = check_signature(note, key)
    checkpoint = parse_checkpoint(note.text)
    if seconds is None:
        return f"{key.name} has signed {_log(checkpoint)}."
    seen = strftime("%Y-%m-%d at %H:%M:%S UTC", gmtime(min(seconds, 2**37)))
    return f"{key.name} has seen {_log(checkpoint)} on {seen}."


def _continued(older: tuple[Note, tuple[bytes, ...]], checkpoint: Checkpoint, key: Key) -> str:
    note, proof = older
    check_signature(note, key)
    before = parse_checkpoint(note.text)
    if before.origin != checkpoint.origin:
        raise ProofError(f"The older checkpoint is of another log, {before.origin}.")
    check_consistency(before.size, checkpoint.size, before.root, checkpoint.root, proof)
    return f"Its first {before.size} entries are those of the older checkpoint: nothing was changed."


def _log(checkpoint: Checkpoint) -> str:
    return f"the log {checkpoint.origin} of {checkpoint.size} entries"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise Unreadable(f'The file is no proof file: "{name}" stands in it twice.')
        made[name] = value
    return made


def _only(told: Any, names: str, what: str) -> dict[str, Any]:
    """Refuse names that this version does not know: what is not understood is not checked."""
    if not isinstance(told, dict):
        raise Unreadable(f"{what} is not an object.")
    unknown = sorted(set(told) - set(names.split()))
    if unknown:
        raise Unreadable(f'{what} has "{unknown[0]}", which this version does not know.')
    return told


def _part(told: dict[str, Any], name: str, kind: type[_Kind]) -> _Kind:
    part = told.get(name)
    if not isinstance(part, kind) or isinstance(part, bool):
        raise Unreadable(f'In the proof file "{name}" is missing or is no {_KINDS[kind]}.')
    return part


def _proof(told: dict[str, Any], what: str) -> tuple[bytes, ...]:
    return tuple(_hash(one, f"proof of the {what}") for one in _part(told, "proof", list))


def _older(told: Any) -> tuple[Note, tuple[bytes, ...]]:
    told = _only(told, "checkpoint proof", "The older checkpoint")
    return parse_note(_part(told, "checkpoint", str)), _proof(told, "older checkpoint")


def _entry(told: Any) -> Entry:
    told = _only(told, "index text data hash proof", "An entry")
    index = _part(told, "index", int)
    what = f"entry {index}"
    given = [name for name in ("text", "data", "hash") if name in told]
    if len(given) != 1 or not 0 <= index < MOST_SIZE:
        raise Unreadable(f'Of "text", "data" and "hash", {what} must have one, and an index from 0 on.')
    content = None if given == ["hash"] else _content(told, given[0], what)
    leaf = _hash(told["hash"], f"hash of {what}") if content is None else leaf_hash(content)
    return Entry(index, leaf, content, _proof(told, what))


def _content(told: dict[str, Any], name: str, what: str) -> bytes:
    text = _part(told, name, str)
    try:
        content = text.encode() if name == "text" else _unbase64(text)
    except UnicodeEncodeError:
        content = b""
    if text and not content:
        raise Unreadable(f"The content of {what} cannot be read.")
    return content


# The command line


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes."""
    parser.add_argument("files", nargs="+", metavar="PROOF.json", help="proof files")
    parser.add_argument("--key", metavar="KEY", help="public key of the log, or a file that holds it")
    witness = "key of a witness who must have cosigned, or a file that holds it"
    parser.add_argument("--witness", metavar="KEY", action="append", default=[], help=witness)
    parser.add_argument("--show", action="store_true", help="print the entries that were proven")


def run(options: argparse.Namespace) -> int:
    """Check the files and print what was found; the exit code is that of the worst one."""
    try:
        key = _given(options.key) if options.key else None
        witnesses = [_given(one) for one in options.witness]
    except ProofError as fault:
        return _complain(str(fault), fault.code)
    return max(_one(name, key, witnesses, shows=options.show) for name in options.files)


def _one(name: str, key: Key | None, witnesses: Sequence[Key], *, shows: bool) -> int:
    try:
        report = check(read(_file(name)), key=key, witnesses=witnesses)
    except ProofError as fault:
        return _complain(f"{name}: {fault}", fault.code)
    _say(f"{name}: {len(report.proven)} proven" + (f", {len(report.wrong)} not." if report.wrong else "."))
    for sentence in report.proven:
        _say(f"  proven: {sentence}")
    if shows:
        for entry in report.entries:
            _say(f"  entry {entry.index}: {_shown(entry.content)}")
    for sentence in report.wrong:
        _complain(f"{name}: {sentence}", WRONG)
    if report.warning:
        _say(f"  {report.warning}")
    return WRONG if report.wrong else DONE


def _shown(content: bytes | None) -> str:
    return "only its hash is in the proof" if content is None else content.decode(errors="backslashreplace")


def _given(text: str) -> Key:
    """A key as it stands, or the one in the file of this name."""
    return parse_key(text if text.count("+") >= 2 else _file(text))


def _file(name: str) -> str:
    try:
        with Path(name).open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
        text = raw.decode()
    except OSError as fault:
        raise Unreadable(f"The file cannot be read: {fault.strerror or fault}.") from None
    except ValueError:
        raise Unreadable("The file cannot be read: it is not text in UTF-8.") from None
    if len(raw) > MOST_BYTES:
        raise Unreadable("The file is too large for a proof.")
    return text


def _say(line: str, to: TextIO | None = None) -> None:
    # What a terminal cannot show, or would obey, is written as an escape.
    stream = to or sys.stdout
    safe = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)
    coding = stream.encoding or "utf-8"
    stream.write(safe.encode(coding, "backslashreplace").decode(coding) + "\n")


def _complain(sentence: str, code: int) -> int:
    _say(f"not proven: {sentence}", sys.stderr)
    return code


def main(words: Sequence[str] | None = None, *, prog: str = "verify.py") -> int:
    """Run the command line; the exit code says what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog=prog
    )
    arguments(parser)
    return run(parser.parse_args(words))


if __name__ == "__main__":
    sys.exit(main())
