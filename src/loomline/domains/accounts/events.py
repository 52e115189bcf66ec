"""What happens to people, their rights and the ways in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

USER = {"user_id": "accounts.user"}
ROLE = {"role_id": "accounts.role"}


@dataclass(frozen=True, kw_only=True)
class PersonInvited(Event, about=USER, icon="mail", tone="info"):
    """Somebody was asked to join."""

    says: ClassVar[str | Promise] = _("{person} was invited at {email}")

    user_id: int
    person: str
    email: str


@dataclass(frozen=True, kw_only=True)
class PersonJoined(Event, about=USER, icon="user-plus", tone="ok"):
    """Somebody has an account that they can use."""

    says: ClassVar[str | Promise] = _("{person} joined")

    user_id: int
    person: str


@dataclass(frozen=True, kw_only=True)
class PersonDeactivated(Event, about=USER, icon="lock", tone="hold"):
    """Somebody can no longer sign in."""

    says: ClassVar[str | Promise] = _("{person} was deactivated; {sessions} sessions ended")

    user_id: int
    person: str
    sessions: int


@dataclass(frozen=True, kw_only=True)
class PersonReactivated(Event, about=USER, icon="lock-open", tone="ok"):
    """Somebody can sign in again."""

    says: ClassVar[str | Promise] = _("{person} was reactivated")

    user_id: int
    person: str


@dataclass(frozen=True, kw_only=True)
class RolesSet(Event, about=USER, icon="shield-check", tone="info"):
    """Somebody has other roles than before."""

    says: ClassVar[str | Promise] = _("Roles of {person}: {before} → {after}")

    user_id: int
    person: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class TeamsSet(Event, about=USER, icon="users", tone="info"):
    """Somebody works in other teams than before."""

    says: ClassVar[str | Promise] = _("Teams of {person}: {before} → {after}")

    user_id: int
    person: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class AdministratorSet(Event, about=USER, icon="shield-lock", tone="warn"):
    """Somebody may do everything from now on, or no longer."""

    says: ClassVar[str | Promise] = _("{person}: administrator {now}")

    user_id: int
    person: str
    now: str


@dataclass(frozen=True, kw_only=True)
class EmailChanged(Event, about=USER, icon="mail", tone="warn"):
    """Somebody signs in with another address."""

    says: ClassVar[str | Promise] = _("The address of {person} changed from {before} to {after}")

    user_id: int
    person: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event, about=USER, icon="key", tone="info"):
    """Somebody has another password; every other session ended."""

    says: ClassVar[str | Promise] = _("{person} has a new password; {sessions} other sessions ended")

    user_id: int
    person: str
    sessions: int


@dataclass(frozen=True, kw_only=True)
class SecondFactorTurnedOn(Event, about=USER, icon="shield-check", tone="ok"):
    """Signing in asks for a code as well."""

    says: ClassVar[str | Promise] = _("{person} turned the second factor on")

    user_id: int
    person: str


@dataclass(frozen=True, kw_only=True)
class SecondFactorTurnedOff(Event, about=USER, icon="shield-lock", tone="warn"):
    """Signing in asks for the password alone."""

    says: ClassVar[str | Promise] = _("The second factor of {person} was turned off")

    user_id: int
    person: str


@dataclass(frozen=True, kw_only=True)
class RecoveryCodeUsed(Event, about=USER, icon="key", tone="warn"):
    """A code from paper stood in for the authenticator app."""

    says: ClassVar[str | Promise] = _("{person} used a recovery code; {left} are left")

    user_id: int
    person: str
    left: int


@dataclass(frozen=True, kw_only=True)
class SignedIn(Event, about=USER, icon="lock-open", tone="muted"):
    """Somebody signed in in a browser."""

    says: ClassVar[str | Promise] = _("{person} signed in with {device} from {address}")

    user_id: int
    person: str
    device: str
    address: str


@dataclass(frozen=True, kw_only=True)
class SessionsEnded(Event, about=USER, icon="logout", tone="muted"):
    """Browsers were signed out."""

    says: ClassVar[str | Promise] = _("{count} sessions of {person} ended: {devices}")

    user_id: int
    person: str
    count: int
    devices: str


@dataclass(frozen=True, kw_only=True)
class TokenMade(Event, about=USER, icon="key", tone="info"):
    """A program may act for somebody."""

    says: ClassVar[str | Promise] = _("API token {token} of {person} was made for {scopes}")

    user_id: int
    person: str
    token: str
    scopes: str


@dataclass(frozen=True, kw_only=True)
class TokenRevoked(Event, about=USER, icon="key", tone="muted"):
    """A program may no longer act for somebody."""

    says: ClassVar[str | Promise] = _("API token {token} of {person} was revoked")

    user_id: int
    person: str
    token: str


@dataclass(frozen=True, kw_only=True)
class GrantSet(Event, about=ROLE, icon="shield-check", tone="info"):
    """A role reaches further, or less far, than before."""

    says: ClassVar[str | Promise] = _("Role {role}: {permission} {before} → {after}")

    role_id: int
    role: str
    permission: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class FieldsHidden(Event, about=ROLE, icon="eye-off", tone="info"):
    """A role shows less of a kind of record than before, or more."""

    says: ClassVar[str | Promise] = _("Role {role} does not show of {entity}: {fields}")

    role_id: int
    role: str
    entity: str
    fields: tuple[str, ...]
