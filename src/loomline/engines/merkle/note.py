"""Signing checkpoints: notes with Ed25519 (C2SP signed-note), and cosignatures of witnesses.

A private key is written as PRIVATE+KEY+NAME+ID+SEED, as Go's sumdb tools do. Whoever has the text can sign.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.merkle.verify import COSIGNATURE, ED25519, HASH, Key, is_name, key_id

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ed25519
else:
    ed25519 = heavy("cryptography.hazmat.primitives.asymmetric.ed25519")

_PRIVATE = "PRIVATE+KEY+"


@dataclass(frozen=True)
class Signer:
    """Who signs: a name and the 32 secret bytes; `kind` says whether plainly or as a witness."""

    name: str
    seed: bytes = field(repr=False)
    kind: int = ED25519

    def __post_init__(self) -> None:
        if not is_name(self.name):
            raise BadInput(f'A key cannot be called "{self.name}".', remedy="Use no blanks and no plus.")
        if len(self.seed) != 32 or self.kind not in (ED25519, COSIGNATURE):
            raise BadInput("That is no Ed25519 key.", remedy="A key has 32 bytes and signs or cosigns.")

    @classmethod
    def new(cls, name: str, kind: int = ED25519) -> Signer:
        """A new key from the machine's source of secrets."""
        return cls(name, secrets.token_bytes(32), kind)

    @classmethod
    def parse(cls, text: str) -> Signer:
        """Read PRIVATE+KEY+NAME+ID+SEED."""
        name, _, rest = text.strip().removeprefix(_PRIVATE).partition("+")
        shown, _, packed = rest.partition("+")
        try:
            raw = base64.b64decode(packed, validate=True)
        except ValueError:
            raw = b""
        if not text.startswith(_PRIVATE) or len(raw) != 33:
            raise BadInput("The private key cannot be read.", remedy="It is PRIVATE+KEY+NAME+ID+SEED.")
        made = cls(name, raw[1:], raw[0])
        if made.key.id.hex() != shown:
            raise BadInput(
                "The private key is damaged.", remedy="Its id does not fit; take it from the source."
            )
        return made

    def private_text(self) -> str:
        """The private key as text; keep it secret."""
        packed = base64.b64encode(bytes([self.kind]) + self.seed).decode("ascii")
        return f"{_PRIVATE}{self.name}+{self.key.id.hex()}+{packed}"

    @property
    def key(self) -> Key:
        """The public key; `str()` of it is what others are given."""
        public = self._private().public_key().public_bytes_raw()
        return Key(self.name, key_id(self.name, self.kind, public), self.kind, public)

    def sign(self, text: str, *, time: int | None = None) -> str:
        """The signature line under a note's text; a witness needs the time, in seconds since 1970."""
        if not text.endswith("\n"):
            raise BadInput("The text of a note ends with a line break.", remedy="Add one.")
        if (time is None) != (self.kind == ED25519):
            raise BadInput(
                "Only a witness tells the time, and it must.", remedy="Give the time, or leave it out."
            )
        message, before = text.encode(), b""
        if time is not None:
            before = time.to_bytes(8, "big")
            message = f"cosignature/v1\ntime {time}\n".encode() + message
        signature = self.key.id + before + self._private().sign(message)
        return f"— {self.name} {base64.b64encode(signature).decode('ascii')}\n"

    def _private(self) -> ed25519.Ed25519PrivateKey:
        return ed25519.Ed25519PrivateKey.from_private_bytes(self.seed)


def checkpoint(origin: str, size: int, root: bytes) -> str:
    """The text of a checkpoint."""
    if not origin or "\n" in origin or any(ord(c) < 0x20 for c in origin):
        raise BadInput(
            "A checkpoint needs an origin of one line.", remedy="Give an address such as log.example/a."
        )
    if size < 0 or len(root) != HASH:
        raise BadInput(f"A log of {size} entries with a root of {len(root)} bytes.", remedy="Correct it.")
    return f"{origin}\n{size}\n{base64.b64encode(root).decode('ascii')}\n"


def signed(text: str, signers: Sequence[Signer], *, time: int | None = None) -> str:
    """The note: the text, a blank line and a signature of each signer; `time` is the witnesses'."""
    if not signers:
        raise BadInput("Nobody signs the note.", remedy="Give one signer or more.")
    lines = (one.sign(text, time=time if one.kind == COSIGNATURE else None) for one in signers)
    return f"{text}\n{''.join(lines)}"
