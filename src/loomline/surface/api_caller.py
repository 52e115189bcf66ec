"""Who calls the REST interface: a program by its token, or a person by their session."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from ninja.security import HttpBearer

from loomline.kernel.context import Ctx
from loomline.kernel.port import port
from loomline.kernel.refusal import Invalid, Refused
from loomline.surface.middleware import ctx_of, request_id

KEY_LENGTH = 120


class BadKey(Refused):
    """An idempotency key that cannot be kept."""

    says = _("The header Idempotency-Key must be 1 to 120 plain characters.")
    status = 400


@port
def holder_of(*, secret: str, now: datetime) -> tuple[Any, tuple[str, ...]] | None:
    """The person whom a program with this token acts for, with no more rights than its scopes; None: a
    bad token.
    """
    return None


class Bearer(HttpBearer):
    """`Authorization: Bearer <token>`."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """The person behind the token takes the place of the session's."""
        found = holder_of(secret=token, now=datetime.now(UTC))
        if found is None:
            return None
        request.user = found[0]
        return found[0]


def caller(request: HttpRequest, *, key: str = "") -> Ctx:
    """The context of a call: who, in whose rights, with which accepted warnings and which idempotency key."""
    if key and (len(key) > KEY_LENGTH or not key.isascii() or not key.isprintable()):
        raise BadKey
    if b"\\u0000" in request.body or b"\x00" in request.body:
        raise Invalid({"": [_t("The text holds a character that cannot be stored (NUL).")]})
    usual = ctx_of(request)
    return Ctx.new(
        actor=request.user,
        via="api",
        now=usual.now,
        accepted=request.GET.getlist("accept"),
        key=key,
        request_id=request_id(request),
        company=usual.company,
    )


def key_of(request: HttpRequest) -> str:
    return request.headers.get("Idempotency-Key", "")
