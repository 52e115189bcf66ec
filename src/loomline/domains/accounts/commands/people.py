"""People come, change and go."""

from __future__ import annotations

import zoneinfo

from django.contrib.auth.hashers import make_password
from django.utils.translation import check_for_language
from django.utils.translation import gettext_lazy as _
from pydantic import SecretStr

from loomline.domains.accounts.commands import checks
from loomline.domains.accounts.commands.by_hand import by_hand
from loomline.domains.accounts.commands.links import issue_link, spend_link, tell_by_mail, withdraw_links
from loomline.domains.accounts.commands.refusals import (
    HasJoined,
    HasLeft,
    HasNotLeft,
    NotYourself,
    OnlyAdministrators,
    SameAddress,
    UnknownChoice,
)
from loomline.domains.accounts.commands.sessions import end_all
from loomline.domains.accounts.events import (
    AdministratorSet,
    EmailChanged,
    PersonDeactivated,
    PersonInvited,
    PersonJoined,
    PersonReactivated,
    RolesSet,
    TeamsSet,
)
from loomline.domains.accounts.models import OneTimeLink, Role, RoleHolder, Team, TeamMember, User
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock


@command(creates=User, label=_("Invite"), icon="user-plus")
def invite_person(
    ctx: Ctx,
    *,
    email: str,
    name: str,
    title: str = "",
    roles: list[Role] | None = None,
    teams: list[Team] | None = None,
) -> User:
    """Ask somebody to join: they get a link, choose a password and have the roles given here."""
    found = User.objects.filter(email__iexact=email.strip(), is_system=False).first()
    if found is not None and not found.is_active:
        raise HasLeft(name=found.name)
    checks.refuse_beyond(ctx, roles or [])

    user = _make(ctx, email=email, name=name, title=title, password=make_password(None))
    _place(user, roles=roles or [], teams=teams or [])
    issue_link(ctx, user=user, purpose=OneTimeLink.INVITATION)

    ctx.emit(PersonInvited(user_id=user.pk, person=user.name, email=user.email))
    return user


@command(label=_("Invite again"), icon="mail")
def invite_again(ctx: Ctx, *, user: User) -> User:
    """Send a new invitation; the former link stops working."""
    user = lock(user)

    checks.refuse_system_actor(user)
    if not user.is_active:
        raise HasLeft(name=user.name)
    if user.has_joined:
        raise HasJoined(name=user.name)

    issue_link(ctx, user=user, purpose=OneTimeLink.INVITATION)

    ctx.emit(PersonInvited(user_id=user.pk, person=user.name, email=user.email))
    return user


@by_hand
def accept_invitation(ctx: Ctx, *, secret: SecretStr, name: str, password: SecretStr) -> User:
    """Join: the link proves the mailbox, the password is the person's own choice."""
    user = spend_link(ctx, secret=secret, purpose=OneTimeLink.INVITATION).user
    user.name = checks.checked_name(name)
    user.password = checks.hashed_password(password, user=user)
    user.save(update_fields=["name", "password"])

    ctx.emit(PersonJoined(user_id=user.pk, person=user.name))
    return user


@by_hand
def add_person(
    ctx: Ctx,
    *,
    email: str,
    name: str,
    password: SecretStr,
    title: str = "",
    roles: list[Role] | None = None,
    teams: list[Team] | None = None,
    is_administrator: bool = False,
) -> User:
    """Give somebody an account with a password at once: for the command line and for demos."""
    checks.refuse_program(ctx)
    if is_administrator and not ctx.actor.is_superuser:
        raise OnlyAdministrators
    checks.refuse_beyond(ctx, roles or [])

    hashed = checks.hashed_password(password, user=User(email=email, name=name))
    user = _make(ctx, email=email, name=name, title=title, password=hashed, is_superuser=is_administrator)
    _place(user, roles=roles or [], teams=teams or [])

    ctx.emit(PersonJoined(user_id=user.pk, person=user.name))
    return user


@command(label=_("Deactivate"), icon="lock", danger=True)
def deactivate_person(ctx: Ctx, *, user: User) -> User:
    """Let somebody in no longer; what they did keeps their name."""
    had_one = checks.lock_administration()
    user = lock(user)

    checks.refuse_system_actor(user)
    if user.pk == ctx.actor.pk:
        raise NotYourself
    if not user.is_active:
        raise HasLeft(name=user.name)
    checks.refuse_above(ctx, user)

    user.is_active = False
    user.save(update_fields=["is_active"])
    ended = end_all(ctx, user=user, why="deactivated")
    withdraw_links(ctx, user=user)
    checks.refuse_without_administrator(had_one=had_one, name=user.name)

    ctx.emit(PersonDeactivated(user_id=user.pk, person=user.name, sessions=len(ended)))
    return user


@command(label=_("Reactivate"), icon="lock-open")
def reactivate_person(ctx: Ctx, *, user: User) -> User:
    """Let somebody in again, with the password, roles and teams they had."""
    user = lock(user)

    checks.refuse_system_actor(user)
    if user.is_active:
        raise HasNotLeft(name=user.name)
    checks.refuse_above(ctx, user)

    user.is_active = True
    user.save(update_fields=["is_active"])

    ctx.emit(PersonReactivated(user_id=user.pk, person=user.name))
    return user


@command(label=_("Set roles"), icon="shield-check")
def set_roles(ctx: Ctx, *, user: User, roles: list[Role]) -> User:
    """Say what somebody may do, by the roles they have from now on."""
    had_one = checks.lock_administration()
    user = lock(user)

    checks.refuse_system_actor(user)
    checks.refuse_above(ctx, user)
    before = list(Role.objects.filter(members=user).order_by("name"))
    checks.refuse_beyond(ctx, [role for role in roles if role not in before])

    RoleHolder.objects.filter(user=user).exclude(role__in=roles).delete()
    RoleHolder.objects.bulk_create(
        RoleHolder(user=user, role=role) for role in dict.fromkeys(roles) if role not in before
    )
    checks.refuse_without_administrator(had_one=had_one, name=user.name)

    ctx.emit(RolesSet(user_id=user.pk, person=user.name, before=_names(before), after=_names(roles)))
    return user


@command(label=_("Set teams"), icon="users")
def set_teams(ctx: Ctx, *, user: User, teams: list[Team]) -> User:
    """Say with whom somebody shares work."""
    user = lock(user)

    checks.refuse_system_actor(user)
    before = list(Team.objects.filter(members=user).order_by("name"))

    TeamMember.objects.filter(user=user).exclude(team__in=teams).delete()
    TeamMember.objects.bulk_create(
        TeamMember(user=user, team=team) for team in dict.fromkeys(teams) if team not in before
    )

    ctx.emit(TeamsSet(user_id=user.pk, person=user.name, before=_names(before), after=_names(teams)))
    return user


@command(label=_("Administrator"), icon="shield-lock", danger=True)
def set_administrator(ctx: Ctx, *, user: User, is_administrator: bool) -> User:
    """Let somebody do everything, or end that."""
    had_one = checks.lock_administration()
    user = lock(user)

    checks.refuse_system_actor(user)
    if not ctx.actor.is_superuser:
        raise OnlyAdministrators

    user.is_superuser = is_administrator
    user.save(update_fields=["is_superuser"])
    checks.refuse_without_administrator(had_one=had_one, name=user.name)

    now = _("from now on") if is_administrator else _("no longer")
    ctx.emit(AdministratorSet(user_id=user.pk, person=user.name, now=str(now)))
    return user


@command(hidden=True)
def change_own_profile(
    ctx: Ctx, *, name: str, title: str = "", language: str = "", timezone: str = ""
) -> User:
    """Say what one is called, and in which language and time zone one works."""
    user = checks.locked_actor(ctx)

    if language and not check_for_language(language):
        raise UnknownChoice(value=language, what=_("language"), at_field="language")
    if timezone and timezone not in zoneinfo.available_timezones():
        raise UnknownChoice(value=timezone, what=_("time zone"), at_field="timezone")

    user.name = checks.checked_name(name)
    user.title, user.language, user.timezone = title.strip()[:80], language, timezone
    user.save(update_fields=["name", "title", "language", "timezone"])
    return user


@command(label=_("Change e-mail"), icon="mail")
def change_email(ctx: Ctx, *, user: User, email: str) -> User:
    """Give somebody another address to sign in with; both addresses are told."""
    user = lock(user)

    checks.refuse_program(ctx)
    checks.refuse_system_actor(user)
    checks.refuse_above(ctx, user)

    return _set_email(ctx, user=user, email=email)


@by_hand
def request_email_change(ctx: Ctx, *, email: str) -> OneTimeLink:
    """Ask to sign in with another address; a link sent there confirms it."""
    user = checks.locked_actor(ctx)

    checks.refuse_program(ctx)
    wanted = checks.checked_email(email)
    if wanted == user.email:
        raise SameAddress(email=wanted)

    return issue_link(ctx, user=user, purpose=OneTimeLink.EMAIL, email=wanted)


@by_hand
def confirm_email_change(ctx: Ctx, *, secret: SecretStr) -> User:
    """Sign in with the new address from now on: the link came through it."""
    link = spend_link(ctx, secret=secret, purpose=OneTimeLink.EMAIL)
    return _set_email(ctx, user=lock(link.user), email=link.email)


def _set_email(ctx: Ctx, *, user: User, email: str) -> User:
    wanted, before = checks.checked_email(email), user.email
    if wanted == before:
        raise SameAddress(email=wanted)
    # Told before it changes: the notice goes to the address that is about to lose its meaning.
    tell_by_mail(user=user, what="email")
    user.email = wanted
    user.save(update_fields=["email"])
    # A link in the old mailbox must not open the account any more.
    withdraw_links(ctx, user=user)
    ctx.emit(EmailChanged(user_id=user.pk, person=user.name, before=before, after=wanted))
    return user


def _make(ctx: Ctx, *, email: str, name: str, title: str, password: str, is_superuser: bool = False) -> User:
    user: User = User.objects.create(
        email=checks.checked_email(email),
        name=checks.checked_name(name),
        title=title.strip()[:80],
        password=password,
        is_superuser=is_superuser,
    )
    return user


def _place(user: User, *, roles: list[Role], teams: list[Team]) -> None:
    RoleHolder.objects.bulk_create(RoleHolder(user=user, role=role) for role in dict.fromkeys(roles))
    TeamMember.objects.bulk_create(TeamMember(user=user, team=team) for team in dict.fromkeys(teams))


def _names(records: list[Role] | list[Team]) -> str:
    return ", ".join(sorted({record.name for record in records})) or str(_("none"))
