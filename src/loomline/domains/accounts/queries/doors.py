"""Sessions, tokens, links and attempts as they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from loomline.domains.accounts.models import (
    ApiToken,
    Attempt,
    OneTimeLink,
    RecoveryCode,
    SecondFactor,
    Session,
    User,
)
from loomline.domains.accounts.queries import sealed
from loomline.domains.accounts.queries.patterns import narrowed
from loomline.kernel import access
from loomline.kernel.access import Level, everyone, own
from loomline.kernel.company import Company

access.govern(Session, own("user") | everyone())
access.govern(ApiToken, own("user") | everyone())

KNOWN_DAYS = 30


@dataclass(frozen=True)
class Limit:
    """How many tries are borne in how long a time."""

    account: int
    address: int
    window: timedelta


LIMITS = {
    "password": Limit(account=5, address=30, window=timedelta(minutes=15)),
    "code": Limit(account=5, address=30, window=timedelta(minutes=15)),
    "reset": Limit(account=3, address=20, window=timedelta(hours=1)),
    "offer": Limit(account=20, address=60, window=timedelta(minutes=15)),
}


def blocked_until(*, kind: str, account: str, address: str | None, now: datetime) -> datetime | None:
    """When the next try is allowed; None when one is allowed now.

    An address from which this account was entered before has a count of its own, so that strangers
    who guess cannot lock the owner out.
    """
    limit = LIMITS[kind]
    recent = Attempt.objects.filter(kind=kind, at__gt=now - limit.window, succeeded=False)
    own_tries = _since_last_success(recent.filter(account=account), kind=kind, account=account)
    if address is not None:
        known = _known_addresses(kind=kind, account=account, now=now)
        is_known = address in known
        own_tries = own_tries.filter(address=address) if is_known else own_tries.exclude(address__in=known)
    waits = [_full(own_tries, limit.account, limit.window)]
    if address is not None:
        waits.append(_full(recent.filter(address=address), limit.address, limit.window))
    return max((moment for moment in waits if moment is not None), default=None)


def _since_last_success(tries: QuerySet[Attempt], *, kind: str, account: str) -> QuerySet[Attempt]:
    entries = Attempt.objects.filter(kind=kind, account=account, succeeded=True)
    last = entries.order_by("-at").values_list("at", flat=True).first()
    return tries.filter(at__gt=last) if last else tries


def _known_addresses(*, kind: str, account: str, now: datetime) -> list[str]:
    since = now - timedelta(days=KNOWN_DAYS)
    entries = Attempt.objects.filter(kind=kind, account=account, succeeded=True, at__gt=since)
    found = entries.exclude(address=None).values_list("address", flat=True).distinct()[:20]
    return [address for address in found if address]


def _full(tries: QuerySet[Attempt], allowed: int, window: timedelta) -> datetime | None:
    newest = list(tries.order_by("-at").values_list("at", flat=True)[:allowed])
    return newest[-1] + window if len(newest) == allowed else None


def user_for_token(secret: str, now: datetime) -> tuple[User, tuple[str, ...]] | None:
    """The person a program acts for, holding no more rights than the token's scopes; None for a bad token."""
    token = token_for(secret, now)
    return acting_by(token) if token is not None else None


def acting_by(token: ApiToken) -> tuple[User, tuple[str, ...]]:
    """The person behind a token, with their rights narrowed to its scopes, and the scopes."""
    user: User = token.user
    scopes = tuple(token.scopes)
    rights = {"*": Level.ALL} if user.is_superuser else user.grants()
    user.narrow_to(narrowed(rights, scopes))
    return user, scopes


def token_for(secret: str, now: datetime) -> ApiToken | None:
    """The open token with this secret, with its user; None when there is none."""
    mark, _under, rest = secret.partition("_")
    prefix, _under, _tail = rest.partition("_")
    if mark != sealed.TOKEN_MARK or not prefix or "\x00" in prefix or len(secret) > 200:
        return None
    found = ApiToken.objects.filter(prefix=prefix, revoked_at=None).select_related("user")
    token: ApiToken | None = found.first()
    # Compared even when there is none, so that the time taken does not tell which prefixes exist.
    fits = sealed.same(token.digest if token else "", sealed.digest(secret))
    if token is None or not fits or not token.user.is_active or token.user.is_system:
        return None
    if token.expires_on is not None and not token.is_open(now.astimezone(Company.current().zone).date()):
        return None
    return token


def link_for(secret: str, *, purpose: str, now: datetime) -> OneTimeLink | None:
    """The open link with this secret; None when it was used, withdrawn, is too old or is not ours."""
    number, _dash, signature = secret.partition("-")
    if not (number.isascii() and number.isdigit()) or len(number) > 18:
        return None
    link = OneTimeLink.objects.filter(pk=int(number), purpose=purpose).select_related("user").first()
    if link is None or not sealed.fits(link, signature):
        return None
    usable = link.is_open(now) and link.user.is_active and not link.user.is_system
    return link if usable else None


def open_sessions(user: User) -> QuerySet[Session]:
    """Where a person is signed in, the latest used first."""
    return Session.objects.filter(user=user, ended_at=None).order_by("-last_seen_at", "-pk")


def ended_sessions(user: User) -> QuerySet[Session]:
    """Where a person was signed in, the latest ended first."""
    return Session.objects.filter(user=user, ended_at__isnull=False).order_by("-ended_at", "-pk")


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """A person's tokens, open ones first."""
    return ApiToken.objects.filter(user=user).order_by("-revoked_at", "-pk")


def second_factor_of(user: User) -> SecondFactor | None:
    """The person's confirmed second factor."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).first()


def second_factor_begun(user: User) -> SecondFactor | None:
    """A second factor that waits for its first code."""
    return SecondFactor.objects.filter(user=user, confirmed_at=None).first()


def recovery_codes_left(user: User) -> int:
    """How many recovery codes can still be used."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def open_invitation(user: User, now: datetime) -> OneTimeLink | None:
    """The invitation that still waits for its answer."""
    sent = OneTimeLink.objects.filter(user=user, purpose=OneTimeLink.INVITATION)
    return sent.filter(used_at=None, withdrawn_at=None, expires_at__gt=now).order_by("-pk").first()
