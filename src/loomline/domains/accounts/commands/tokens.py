"""API tokens: made once, shown once, revoked for good."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts import queries
from loomline.domains.accounts.commands import checks
from loomline.domains.accounts.commands.by_hand import by_hand
from loomline.domains.accounts.commands.refusals import ExpiryPast, NoSuchPermission, TokenSpent
from loomline.domains.accounts.events import TokenMade, TokenRevoked
from loomline.domains.accounts.models import ApiToken, User
from loomline.domains.accounts.queries import sealed
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Invalid

USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class NewToken:
    """A token and its secret, to be shown once; the secret does not print itself into logs."""

    token: ApiToken
    secret: str = field(repr=False)

    def __str__(self) -> str:
        return str(self.token)


@by_hand
def make_token(ctx: Ctx, *, name: str, scopes: list[str], expires_on: date | None = None) -> NewToken:
    """Let a program act in one's own name, within scopes; the secret is shown once and never again."""
    checks.refuse_program(ctx)
    checks.refuse_system_actor(ctx.actor)
    if not name.strip() or len(name.strip()) > 80:
        raise Invalid({"name": [_t("Name the program: 1 to 80 characters.")]})
    wanted = list(dict.fromkeys(scope.strip() for scope in scopes if scope.strip()))
    if not wanted:
        raise Invalid({"scopes": [_t("Choose at least one scope; a token without any could do nothing.")]})
    unknown = [scope for scope in wanted if not queries.is_known(scope)]
    if unknown:
        raise NoSuchPermission(permission=unknown[0], at_field="scopes")
    if expires_on is not None and expires_on < ctx.today:
        raise ExpiryPast(on=expires_on, at_field="expires_on")

    prefix = secrets.token_hex(4)
    secret = f"{sealed.TOKEN_MARK}_{prefix}_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        user=ctx.actor,
        name=name.strip(),
        prefix=prefix,
        digest=sealed.digest(secret),
        scopes=wanted,
        created_at=ctx.now,
        expires_on=expires_on,
    )

    ctx.emit(
        TokenMade(user_id=ctx.actor.pk, person=ctx.actor.name, token=token.name, scopes=", ".join(wanted))
    )
    return NewToken(token=token, secret=secret)


@command(label=_("Revoke"), icon="x", danger=True)
def revoke_token(ctx: Ctx, *, token: ApiToken) -> ApiToken:
    """Shut a program out at once and for good."""
    token = lock(token)

    if token.revoked_at is not None:
        raise TokenSpent(token=token.name)

    token.revoked_at = ctx.now
    token.save(update_fields=["revoked_at"])

    ctx.emit(TokenRevoked(user_id=token.user_id, person=token.user.name, token=token.name))
    return token


def enter_by_token(secret: str, now: datetime) -> tuple[User, tuple[str, ...]] | None:
    """The person a program acts for and its scopes; the use is noted at most once a minute."""
    token = queries.token_for(secret, now)
    if token is None:
        return None
    stale = now - USE_NOTED_EVERY
    if token.last_used_at is None or token.last_used_at <= stale:
        unnoted = Q(last_used_at=None) | Q(last_used_at__lte=stale)
        ApiToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=now)
    return queries.acting_by(token)
