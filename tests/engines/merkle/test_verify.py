"""Checking proofs: signatures, notes, proof files and the program that needs nothing but Python."""

from __future__ import annotations

import ast
import base64
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loomline.app import cli
from loomline.engines.bad_input import BadInput
from loomline.engines.merkle import note, proof_file, verify
from loomline.engines.merkle.note import Signer
from loomline.engines.merkle.tree import Tree
from loomline.engines.merkle.verify import (
    COSIGNATURE,
    ProofError,
    UnknownVersion,
    Unreadable,
    check_signature,
    is_signed,
    parse_checkpoint,
    parse_key,
    parse_note,
)

FILE = Path(verify.__file__)

# RFC 8032, 7.1: key, message and signature of tests 1 to 3.
RFC_8032 = [
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0"
     "595bbe24655141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eae"
     "b4302aeeb00d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9"
     "716ed28dc027beceea1ec40a"),
]  # fmt: skip

# The key and the note that the Go implementation of signed notes documents.
PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNED = (
    TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6"
    "RyyBwJnAM=\n"
)
L = 2**252 + 27742317777372353535851937790883648493

ORDERS = Signer("log.example/orders", bytes(range(32)))
WITNESS = Signer("witness.example", bytes(range(1, 33)), COSIGNATURE)


@pytest.mark.parametrize(("key", "message", "signature"), RFC_8032)
def test_signatures_of_rfc_8032_hold_and_fail_after_a_change(key: str, message: str, signature: str) -> None:
    public, text, signed = bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature)
    assert is_signed(public, text, signed)
    assert not is_signed(public, text + b"\x00", signed)
    assert not is_signed(public, text, signed[:-1] + bytes([signed[-1] ^ 1]))
    assert not is_signed(public, text, bytes([signed[0] ^ 1]) + signed[1:])


def test_signatures_of_another_library_hold() -> None:
    rng = random.Random(2)
    for length in (0, 1, 31, 200):
        private = Ed25519PrivateKey.from_private_bytes(rng.randbytes(32))
        public, text = private.public_key().public_bytes_raw(), rng.randbytes(length)
        assert is_signed(public, text, private.sign(text))
        assert not is_signed(public, text + b"!", private.sign(text))


def test_a_second_form_of_a_signature_is_refused() -> None:
    key, message, signature = (bytes.fromhex(part) for part in RFC_8032[1])
    scalar = int.from_bytes(signature[32:], "little") + L
    assert not is_signed(key, message, signature[:32] + scalar.to_bytes(32, "little"))


@pytest.mark.parametrize(
    "key",
    [
        (1).to_bytes(32, "little"),  # the neutral point: anybody can sign for it
        (2**255 - 19 - 1).to_bytes(32, "little"),  # of order two
        bytes(32),  # of order four
        (2**255 - 19 + 1).to_bytes(32, "little"),  # not in shortest form
        (2).to_bytes(32, "little"),  # no point of the curve
        b"short",
    ],
)
def test_keys_that_anybody_could_sign_for_are_refused(key: bytes) -> None:
    forged = (1).to_bytes(32, "little") + bytes(32)
    assert not is_signed(key, b"text", forged)


# Notes and keys


def test_the_note_of_the_go_implementation_is_checked_and_made_byte_for_byte() -> None:
    assert check_signature(parse_note(SIGNED), parse_key(PUBLIC)) is None
    signer = Signer.parse(PRIVATE)
    assert note.signed(TEXT, [signer]) == SIGNED
    assert str(signer.key) == PUBLIC
    assert signer.private_text() == PRIVATE
    assert "AYEKF" not in repr(signer)


def test_a_changed_note_is_refused() -> None:
    with pytest.raises(ProofError, match="does not fit the checkpoint"):
        check_signature(parse_note(SIGNED.replace("answer", "Answer")), parse_key(PUBLIC))


def test_a_note_of_somebody_else_is_refused() -> None:
    with pytest.raises(ProofError, match=r"is not signed with the key log\.example/orders"):
        check_signature(parse_note(SIGNED), ORDERS.key)


def test_signatures_of_strangers_do_not_matter() -> None:
    both = note.signed(TEXT, [ORDERS, Signer.parse(PRIVATE)])
    assert check_signature(parse_note(both), parse_key(PUBLIC)) is None


def test_a_cosignature_tells_its_time_and_its_text() -> None:
    text = note.checkpoint("log.example/orders", 8, bytes(32))
    made = parse_note(note.signed(text, [ORDERS, WITNESS], time=1_679_315_147))
    assert check_signature(made, WITNESS.key) == 1_679_315_147
    name, number, raw = made.signatures[1]
    later = (name, number, (1_679_315_148).to_bytes(8, "big") + raw[8:])
    with pytest.raises(ProofError, match="does not fit"):
        check_signature(verify.Note(made.text, (later,)), WITNESS.key)


@pytest.mark.parametrize("cut", range(len(PUBLIC)))
def test_a_key_with_one_letter_changed_is_refused(cut: int) -> None:
    changed = PUBLIC[:cut] + ("A" if PUBLIC[cut] != "A" else "B") + PUBLIC[cut + 1 :]
    with pytest.raises(Unreadable):
        parse_key(changed)


@pytest.mark.parametrize(
    "text",
    ["", "text\n", "text\n\n", "text\n\nno signature\n", SIGNED[:-1], SIGNED.replace("— ", "- "),
     SIGNED.replace("\n\n", "\n"), SIGNED.replace("answer", "ans\twer"), SIGNED.replace("AM=", "AN="),
     SIGNED.replace("— PeterNeumann", "— Peter+Neumann"), TEXT + "\n" + "— a AAAAAAA=\n" * 101],
)  # fmt: skip
def test_what_is_no_signed_note_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        parse_note(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a\n5\n", Unreadable),
        ("a\n05\n" + "A" * 43 + "=\n", Unreadable),
        ("a\n-5\n" + "A" * 43 + "=\n", Unreadable),
        ("a\n٥\n" + "A" * 43 + "=\n", Unreadable),
        ("a\n" + "9" * 5000 + "\n" + "A" * 43 + "=\n", Unreadable),
        ("a\n5\n" + "A" * 42 + "B=\n", Unreadable),
        ("a\n5\n" + "A" * 43 + "=\n\nb\n", Unreadable),
        ("\n5\n" + "A" * 43 + "=\n", Unreadable),
        ("a\n0\n" + "A" * 43 + "=\n", ProofError),
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str, kind: type[ProofError]) -> None:
    with pytest.raises(kind):
        parse_checkpoint(text)


def test_a_checkpoint_may_have_lines_that_do_not_matter() -> None:
    assert parse_checkpoint("a b\n5\n" + "A" * 43 + "=\nmore\n").size == 5


def test_signers_that_cannot_be_are_refused() -> None:
    for call, says in (
        (lambda: Signer("two words", bytes(32)), "no blanks"),
        (lambda: Signer("short", bytes(31)), "no Ed25519 key"),
        (lambda: Signer.parse(PRIVATE.replace("c74f", "c74e")), "damaged"),
        (lambda: Signer.parse(PUBLIC), "cannot be read"),
        (lambda: ORDERS.sign("no line break"), "line break"),
        (lambda: WITNESS.sign("text\n"), "Only a witness"),
        (lambda: note.signed("text\n", []), "Nobody signs"),
        (lambda: note.checkpoint("", 1, bytes(32)), "origin of one line"),
        (lambda: note.checkpoint("a", 1, bytes(31)), "root of 31 bytes"),
    ):
        with pytest.raises(BadInput, match=says):
            call()


# Proof files


@pytest.fixture(scope="module")
def tree() -> Tree:
    return Tree(b'{"order":%d}' % n for n in range(20))


def checkpoint(tree: Tree, size: int | None = None, *signers: Signer) -> str:
    text = note.checkpoint("log.example/orders", tree.size if size is None else size, tree.root(size))
    return note.signed(text, signers or [ORDERS], time=1_700_000_000)


@pytest.fixture
def told(tree: Tree) -> dict[str, Any]:
    text = proof_file.written(
        tree.node,
        checkpoint(tree, None, ORDERS, WITNESS),
        {3: b'{"order":3}', 7: None, 19: b'{"order":19}'},
        key=ORDERS.key,
        older=checkpoint(tree, 12),
        about="Order 3 for Nord Living",
    )
    made: dict[str, Any] = json.loads(text)
    return made


@pytest.fixture
def alone(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The program copied by itself into an empty folder, run without site packages."""
    folder = tmp_path / "alone"
    folder.mkdir()
    shutil.copy(FILE, folder)

    def run(told: object, *words: str) -> subprocess.CompletedProcess[str]:
        text = told if isinstance(told, bytes) else json.dumps(told).encode()
        (folder / "PROOF.json").write_bytes(text)
        command = [sys.executable, "-I", "-S", "verify.py", "PROOF.json", *words]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)

    return run


Alone = Callable[..., subprocess.CompletedProcess[str]]


def test_the_program_imports_the_standard_library_only() -> None:
    tree = ast.parse(FILE.read_text())
    names = {n.name for node in ast.walk(tree) if isinstance(node, ast.Import) for n in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names | {"__future__"}


def test_a_right_proof_is_proven_by_the_program_alone(told: dict[str, Any], alone: Alone) -> None:
    done = alone(told, "--key", str(ORDERS.key), "--witness", str(WITNESS.key), "--show")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "PROOF.json: 6 proven.",
        "  proven: log.example/orders has signed the log log.example/orders of 20 entries.",
        "  proven: witness.example has seen the log log.example/orders of 20 entries on "
        "2023-11-14 at 22:13:20 UTC.",
        "  proven: Entry 3 stands in the log log.example/orders of 20 entries.",
        "  proven: Entry 7 stands in the log log.example/orders of 20 entries.",
        "  proven: Entry 19 stands in the log log.example/orders of 20 entries.",
        "  proven: Its first 12 entries are those of the older checkpoint: nothing was changed.",
        '  entry 3: {"order":3}',
        "  entry 7: only its hash is in the proof",
        '  entry 19: {"order":19}',
    ]


def test_without_a_key_the_reader_is_told_to_compare(told: dict[str, Any], alone: Alone) -> None:
    done = alone(told)
    assert done.returncode == 0
    assert f"compare it with the one log.example/orders gave you: {ORDERS.key}" in done.stdout


def test_a_changed_entry_is_named_and_the_others_are_still_proven(told: dict[str, Any], alone: Alone) -> None:
    told["entries"][2]["text"] = '{"order":20}'
    done = alone(told)
    assert done.returncode == 1
    assert done.stderr == (
        "not proven: PROOF.json: Entry 19 is not in this log: its proof leads to another root.\n"
    )
    assert "proven: Entry 3 stands" in done.stdout


def test_a_rewritten_history_is_told(tree: Tree, alone: Alone) -> None:
    forged = Tree([*(b"forged %d" % n for n in range(12)), *(b"%d" % n for n in range(8))])
    made = json.loads(proof_file.written(forged.node, checkpoint(forged), {}, older=checkpoint(forged, 12)))
    made["older"]["checkpoint"] = checkpoint(tree, 12)
    done = alone(made, "--key", str(ORDERS.key))
    assert done.returncode == 1
    assert "The first 12 of the 20 entries are not those of the older checkpoint" in done.stderr


def test_a_checkpoint_of_another_signer_proves_nothing(told: dict[str, Any], alone: Alone) -> None:
    stranger = Signer("log.example/orders", bytes(32))
    done = alone(told, "--key", str(stranger.key))
    assert (done.returncode, done.stdout) == (1, "")
    assert "is not signed with the key log.example/orders+" in done.stderr


def test_a_missing_witness_is_told(told: dict[str, Any], alone: Alone) -> None:
    other = Signer("other.example", bytes(32), COSIGNATURE)
    done = alone(told, "--witness", str(other.key))
    assert done.returncode == 1
    assert "not signed with the key other.example" in done.stderr


@pytest.mark.parametrize("version", [0, 2, 1.0, True, "1", None])
def test_an_unknown_version_has_its_own_exit_code(told: dict[str, Any], version: object) -> None:
    told["version"] = version
    with pytest.raises(UnknownVersion, match="this program knows version 1"):
        verify.read(json.dumps(told))


def test_the_program_says_that_it_is_too_old(told: dict[str, Any], alone: Alone) -> None:
    done = alone({**told, "version": 7})
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.endswith("has version 7, this program knows version 1. Get the newer program.\n")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "it is not JSON"),
        (b"{", "it is not JSON"),
        (b"[" * 100_000, "it is not JSON"),
        (b'{"format": NaN', "it is not JSON"),
        (b"\xff\xfe{}", "not text in UTF-8"),
        (b"[]", 'does not say "format": "loomline-proof"'),
        (b'{"format": "another"}', "does not say"),
        (b'{"version": 1, "version": 2}', '"version" stands in it twice'),
        (b'{"format": "loomline-proof", "version": 1}', '"checkpoint" is missing or is no text'),
    ],
)
def test_what_is_no_proof_file_is_unreadable(content: bytes, says: str, alone: Alone) -> None:
    done = alone(content)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def without(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda told: told["entries"][0].pop(name)


def entry(**parts: object) -> Callable[[dict[str, Any]], object]:
    return lambda told: told["entries"][0].update(parts)


def top(**parts: object) -> Callable[[dict[str, Any]], object]:
    return lambda told: told.update(parts)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (top(extra=1), 'has "extra", which this version does not know'),
        (top(checkpoint=5), '"checkpoint" is missing or is no text'),
        (top(entries={}), '"entries" is missing or is no list'),
        (top(entries=[5]), "An entry is not an object"),
        (top(key="x"), "NAME+ID+KEY"),
        (top(older=[]), "The older checkpoint is not an object"),
        (without("index"), '"index" is missing'),
        (without("proof"), '"proof" is missing'),
        (without("text"), "must have one"),
        (entry(data=""), "must have one"),
        (entry(index=-1), "an index from 0 on"),
        (entry(index=2**64), "an index from 0 on"),
        (entry(index=True), '"index" is missing or is no whole number'),
        (entry(proof=["AAAA"]), "not a hash of 32 bytes"),
        (entry(proof=[5]), "not a hash of 32 bytes"),
        (entry(text="\ud800"), "cannot be read"),
    ],
)
def test_a_proof_file_with_a_fault_is_unreadable(
    told: dict[str, Any], change: Callable[[dict[str, Any]], object], says: str
) -> None:
    change(told)
    with pytest.raises(Unreadable) as refused:
        verify.read(json.dumps(told))
    assert says in str(refused.value)
    assert refused.value.code == 2


def test_a_file_without_a_key_needs_one(told: dict[str, Any], alone: Alone) -> None:
    del told["key"]
    done = alone(told)
    assert (done.returncode, done.stdout) == (2, "")
    assert "give the key of the log with --key" in done.stderr


def test_an_older_checkpoint_of_another_log_is_not_taken(tree: Tree, told: dict[str, Any]) -> None:
    other = note.signed(note.checkpoint("log.example/other", 12, tree.root(12)), [ORDERS])
    told["older"]["checkpoint"] = other
    report = verify.check(verify.read(json.dumps(told)), key=ORDERS.key)
    assert report.wrong == ["The older checkpoint is of another log, log.example/other."]


def test_contents_that_are_no_text_travel_in_base64() -> None:
    tree = Tree([b"\xff\x00", b"b"])
    text = proof_file.written(tree.node, checkpoint(tree), {0: b"\xff\x00"}, key=ORDERS.key)
    assert json.loads(text)["entries"][0]["data"] == base64.b64encode(b"\xff\x00").decode()
    report = verify.check(verify.read(text))
    assert (report.wrong, report.entries[0].content) == ([], b"\xff\x00")


def test_a_content_that_was_changed_in_the_database_is_not_written(tree: Tree) -> None:
    with pytest.raises(BadInput, match="position 3: The content is not what the log has sealed"):
        proof_file.written(tree.node, checkpoint(tree), {3: b"changed"})
    with pytest.raises(BadInput, match="not of this log"):
        proof_file.written(Tree([b"x"]).node, checkpoint(Tree([b"y"])), {})


# The command


def test_loomline_verify_gives_the_same_answers(
    told: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, key = tmp_path / "PROOF.json", tmp_path / "key.txt"
    file.write_text(json.dumps(told))
    key.write_text(f"{ORDERS.key}\n")
    assert cli.main(["verify", str(file), "--key", str(key)]) == 0
    assert "Entry 3 stands in the log" in capsys.readouterr().out
    told["entries"][0]["text"] = "changed"
    file.write_text(json.dumps(told))
    assert cli.main(["verify", str(file)]) == 1
    assert "Entry 3 is not in this log" in capsys.readouterr().err
    assert cli.main(["verify", str(tmp_path / "none.json")]) == 2
    assert "No such file" in capsys.readouterr().err
    file.write_text(json.dumps({**told, "version": 9}))
    assert cli.main(["verify", str(file)]) == 3
    assert cli.main(["verify"]) == 2


def test_what_a_terminal_would_obey_is_escaped(tree: Tree, alone: Alone) -> None:
    text = note.checkpoint("log.example/\x9b2Jorders", tree.size, tree.root())
    made = json.loads(proof_file.written(tree.node, note.signed(text, [ORDERS]), {}, key=ORDERS.key))
    assert "log.example/\\x9b2Jorders" in alone(made).stdout


def test_damage_anywhere_never_ends_in_a_traceback_and_never_proves_another_entry(
    told: dict[str, Any],
) -> None:
    del told["about"]
    whole, rng = json.dumps(told), random.Random(20261122)
    for _ in range(400):
        at, letter = rng.randrange(len(whole)), chr(rng.choice([*range(32, 127), 0xE9, 0x2014]))
        damaged = whole[:at] + rng.choice(["", letter, letter * 2]) + whole[at + rng.randrange(3) :]
        try:
            report = verify.check(verify.read(damaged), key=ORDERS.key, witnesses=[WITNESS.key])
        except ProofError:
            continue
        for entry in report.entries:
            assert (entry.content or b'{"order":7}') == b'{"order":%d}' % entry.index


def test_importing_the_log_loads_no_library(tmp_path: Path) -> None:
    code = (
        "import sys, loomline.engines.merkle.note, loomline.engines.merkle.tiles, "
        "loomline.engines.merkle.proof_file; print(*{'cryptography', 'numpy', 'django'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_command_checks_a_proof_without_any_library(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['loomline', 'verify', 'missing.json']\n"
        "from loomline.app.entry import main\n"
        "code = main()\n"
        "print(code, [name for name in ('django', 'psycopg', 'numpy') if name in sys.modules])"
    )

    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True
    )

    assert answer.stdout.splitlines()[-1] == "2 []"
