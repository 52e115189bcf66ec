"""Secrets: what is signed, sealed and digested with the installation's key. Old keys still open."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import constant_time_compare

from loomline.domains.accounts.models import OneTimeLink

TOKEN_MARK = "loom"


def digest(secret: str) -> str:
    """What the database keeps of a long random secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def peppered(secret: str, *, purpose: str) -> list[str]:
    """Digests of a short secret under each key: without our key, a stolen table cannot be guessed from."""
    return [hmac.digest(key, secret.encode(), "sha256").hex() for key in _keys(purpose)]


def same(one: str, other: str) -> bool:
    """Compare in a time that does not tell where two secrets differ."""
    return constant_time_compare(one, other)


def seal(plain: bytes) -> str:
    """Encrypt what must be read back."""
    return _boxes().encrypt(plain).decode()


def unseal(sealed: str) -> bytes | None:
    """Decrypt it; None when the key it was sealed with is gone."""
    try:
        return _boxes().decrypt(sealed.encode())
    except InvalidToken:
        return None


def link_secret(link: OneTimeLink) -> str:
    """What stands in the address of a one-time link: the row's number and our signature of the row."""
    return f"{link.pk}-{_signatures(link)[0]}"


def fits(link: OneTimeLink, signature: str) -> bool:
    """True when we signed this link."""
    return any(same(signature, own) for own in _signatures(link))


def _signatures(link: OneTimeLink) -> list[str]:
    text = f"{link.pk}:{link.purpose}:{link.user_id}:{link.email}:{link.nonce}"
    return [
        base64.urlsafe_b64encode(hmac.digest(key, text.encode(), "sha256")).decode().rstrip("=")
        for key in _keys("link")
    ]


def _boxes() -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in _keys("seal")])


def _keys(purpose: str) -> list[bytes]:
    """One key for each purpose, derived from the present installation key and the former ones."""
    return [
        hmac.digest(f"loomline.accounts.{purpose}".encode(), str(key).encode(), "sha256")
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]
