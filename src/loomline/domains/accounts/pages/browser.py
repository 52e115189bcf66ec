"""What a request says about where it comes from, and where it may be sent on to."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

NEXT = "next"


def now() -> datetime:
    """The moment of a request: pages are the edge where the clock is read."""
    return datetime.now(UTC)


def address(request: HttpRequest) -> str | None:
    """The address a request comes from: what our own proxy saw, if there is one; nobody else's word."""
    given = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER is not None:
        # Each proxy adds on the right; only the last entry is the word of ours.
        given = request.META.get("HTTP_X_FORWARDED_FOR", given).rpartition(",")[2].strip()
    try:
        found = ipaddress.ip_address(given)
    except ValueError:
        return None
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)


def neighbourhood(found: str | None) -> str | None:
    """The address that attempts are counted under: an IPv6 customer owns a whole /64."""
    if found is None or ipaddress.ip_address(found).version == 4:
        return found
    return str(ipaddress.ip_network(f"{found}/64", strict=False).network_address)


def agent(request: HttpRequest) -> str:
    """How the browser calls itself."""
    return str(request.META.get("HTTP_USER_AGENT", ""))[:300]


def safe_next(request: HttpRequest, otherwise: str = "/") -> str:
    """Where to go afterwards: a page of ours that the request names, never anybody else's."""
    wanted = request.POST.get(NEXT) or request.GET.get(NEXT) or ""
    fits = wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts=None, require_https=request.is_secure()
    )
    return wanted if fits else otherwise
