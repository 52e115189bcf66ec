"""What people have allowed at their provider (OAuth 2): asked for with PKCE, kept sealed, renewed in time."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.utils.translation import gettext as _t

from loomline.domains.accounts.queries import sealed
from loomline.domains.mail.models import Mailbox, Provider

TIMEOUT = 20
MOST = 1024**2
# A token that ends so soon is renewed first: a letter takes its time.
MARGIN = timedelta(minutes=2)
USUAL = 3600


class GrantTrouble(OSError):
    """The provider could not be asked; that may pass."""


class GrantWithdrawn(GrantTrouble):
    """The provider says that it is not allowed any more."""


@dataclass(frozen=True)
class Grant:
    """The tokens of one mailbox, and until when the first of them holds."""

    access: str
    refresh: str
    until: str

    def holds(self, *, now: datetime) -> bool:
        """True when the access token can be used for a while."""
        return datetime.fromisoformat(self.until) > now + MARGIN


def challenge_of(verifier: str) -> str:
    """What the provider gets to see of our secret before the code is exchanged (RFC 7636, S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def way_to(provider: Provider, *, back: str, state: str, verifier: str, address: str) -> str:
    """Where somebody allows us to use a mailbox."""
    asked = urlencode(
        {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": back,
            "scope": provider.scopes,
            "state": state,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
            "login_hint": address,
        }
    )
    extra = f"&{provider.extra}" if provider.extra else ""
    return f"{provider.authorize_url}{'&' if '?' in provider.authorize_url else '?'}{asked}{extra}"


def exchanged(provider: Provider, *, code: str, verifier: str, back: str, now: datetime) -> Grant:
    """The tokens for a code that the provider has sent somebody back with."""
    told = _asked(
        provider,
        {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier},
    )
    if not told.get("refresh_token"):
        raise GrantTrouble(
            _t("it gives no lasting access. Ask for offline access by the scopes or further parameters")
        )
    return _grant(told, "", now)


def renewed(provider: Provider, grant: Grant, *, now: datetime) -> Grant:
    """Fresh tokens; raises GrantWithdrawn when nobody allows it any more."""
    told = _asked(provider, {"grant_type": "refresh_token", "refresh_token": grant.refresh})
    return _grant(told, grant.refresh, now)


def seal(grant: Grant) -> str:
    """As the tokens are kept."""
    return sealed.seal(json.dumps(asdict(grant)).encode())


def grant_of(mailbox: Mailbox) -> Grant | None:
    """The tokens of a mailbox; None when the key that they were sealed with is gone."""
    held = sealed.unseal(mailbox.secret) if mailbox.secret else None
    return Grant(**json.loads(held)) if held else None


def spoken(login: str, token: str) -> str:
    """How XOAUTH2 gives a token to a mail server."""
    return f"user={login}\x01auth=Bearer {token}\x01\x01"


class _Stay(HTTPRedirectHandler):
    """A token address that leads elsewhere would take our secret there."""

    def redirect_request(self, *_args: Any, **_options: Any) -> None:
        return None


def _grant(told: dict[str, Any], refresh: str, now: datetime) -> Grant:
    until = now + timedelta(seconds=int(told.get("expires_in") or USUAL))
    return Grant(str(told["access_token"]), str(told.get("refresh_token") or refresh), until.isoformat())


def _asked(provider: Provider, fields: dict[str, str]) -> dict[str, Any]:
    secret = (sealed.unseal(provider.client_secret) or b"").decode() if provider.client_secret else ""
    given = {**fields, "client_id": provider.client_id, **({"client_secret": secret} if secret else {})}
    request = Request(
        provider.token_url, data=urlencode(given).encode(), headers={"Accept": "application/json"}
    )
    try:
        with build_opener(_Stay).open(request, timeout=TIMEOUT) as answer:
            told = _read(answer.read(MOST))
    except HTTPError as fault:
        told = _read(fault.read(MOST))
        if told.get("error") == "invalid_grant":
            raise GrantWithdrawn(_withdrawn(provider)) from fault
        words = str(told.get("error_description") or told.get("error") or fault.code)
        raise GrantTrouble(
            _t("{provider} says: {words}").format(provider=provider, words=words[:200])
        ) from fault
    if not told.get("access_token"):
        raise GrantTrouble(_t("{provider} sent no token").format(provider=provider))
    return told


def _read(raw: bytes) -> dict[str, Any]:
    try:
        told = json.loads(raw)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _withdrawn(provider: Provider) -> str:
    return _t("{provider} does not allow it any more. Connect the mailbox again.").format(provider=provider)
