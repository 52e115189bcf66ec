"""One-time codes of authenticator apps: HOTP (RFC 4226) and TOTP (RFC 6238), and recovery codes."""

from __future__ import annotations

import base64
import hmac
from urllib.parse import quote, urlencode

STEP = 30
DIGITS = 6
SECRET_BYTES = 20
# No 0, 1, 8, I, L, O, B: people read recovery codes from paper.
ALPHABET = "2345679ACDEFGHJKMNPQRSTUVWXYZ"
RECOVERY_LENGTH = 10


def hotp(secret: bytes, counter: int, *, digits: int = DIGITS, algorithm: str = "sha1") -> str:
    """The code of one counter value."""
    digest = hmac.digest(secret, counter.to_bytes(8, "big"), algorithm)
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}d}"


def step_of(seconds: float, *, step: int = STEP) -> int:
    """The counter value of a moment, given in seconds since 1970."""
    return int(seconds // step)


def accepted_step(secret: bytes, code: str, *, at: float, after: int, drift: int = 1) -> int | None:
    """The time step that this code belongs to, within the drift of clocks; None when it fits none.

    Steps up to `after` are spent: each code opens the door once.
    """
    now = step_of(at)
    found: int | None = None
    # All candidates are compared, so that the time taken does not tell which one fitted.
    for candidate in range(now - drift, now + drift + 1):
        fits = candidate >= 0 and hmac.compare_digest(hotp(secret, max(candidate, 0)).encode(), code.encode())
        if fits and candidate > after and found is None:
            found = candidate
    return found


def shown_secret(secret: bytes) -> str:
    """The secret as people type it into an app: base 32 without padding."""
    return base64.b32encode(secret).decode().rstrip("=")


def provisioning_uri(secret: bytes, *, account: str, issuer: str) -> str:
    """What the QR code says to the authenticator app."""
    label = f"{quote(issuer, safe='')}:{quote(account, safe='@')}"
    query = urlencode(
        {
            "secret": shown_secret(secret),
            "issuer": issuer,
            "algorithm": "SHA1",
            "digits": DIGITS,
            "period": STEP,
        },
        quote_via=quote,
    )
    return f"otpauth://totp/{label}?{query}"


def recovery_code(random: bytes) -> str:
    """One code of ten characters from random bytes (at least sixteen): "KQ7PZ-3MXTA"."""
    number = int.from_bytes(random, "big")
    letters = []
    for _ in range(RECOVERY_LENGTH):
        number, index = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[index])
    return f"{''.join(letters[:5])}-{''.join(letters[5:])}"


def plain_recovery_code(typed: str) -> str:
    """What a person typed, without spaces, hyphens and case."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())
