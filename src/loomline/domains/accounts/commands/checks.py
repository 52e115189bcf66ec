"""What several commands of accounts refuse alike."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection
from django.utils.translation import gettext as _t
from pydantic import SecretStr

from loomline.domains.accounts import queries
from loomline.domains.accounts.commands.refusals import (
    LastAdministrator,
    NotForPrograms,
    RightsAbove,
    RightsBeyond,
    SystemActor,
)
from loomline.domains.accounts.models import OWN_ACCOUNT, Grant, Role, User
from loomline.kernel.actor import DOMAIN
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Invalid

LONGEST_PASSWORD = 1000


def locked_actor(ctx: Ctx) -> User:
    """The person who asks, as the database has them now; a page's own copy may be a lazy one."""
    return User.objects.select_for_update().get(pk=ctx.actor.pk)


def refuse_program(ctx: Ctx) -> None:
    """Only a person who signed in looks after the ways in."""
    if ctx.actor.acts_by_token:
        raise NotForPrograms


def refuse_system_actor(user: User) -> None:
    """System actors are the house's own."""
    if user.is_system:
        raise SystemActor(name=user.name)


def refuse_above(ctx: Ctx, user: User) -> None:
    """Nobody changes the account of somebody who may do more, or they could take it over."""
    if user.pk == ctx.actor.pk or ctx.actor.is_superuser:
        return
    wider = [Grant(permission=p, level=at) for p, at in user.grants().items() if at > OWN_ACCOUNT.get(p, 0)]
    if user.is_superuser or queries.grants_beyond(actor=ctx.actor, grants=wider):
        raise RightsAbove(name=user.name)


def refuse_beyond(ctx: Ctx, roles: Iterable[Role]) -> None:
    """Nobody hands out a role that reaches further than they do themselves."""
    given = list(roles)
    if ctx.actor.is_superuser or not given:
        return
    grants = queries.grants_of_roles(role.pk for role in given)
    for role in given:
        beyond = queries.grants_beyond(actor=ctx.actor, grants=grants.get(role.pk, []))
        if beyond:
            raise RightsBeyond(role=role.name, permission=beyond[0].permission)


def lock_administration() -> bool:
    """Let one change of who administers happen at a time. True when there is an administrator now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('accounts.administration', 0))")
    return queries.administrators().exists()


def refuse_without_administrator(*, had_one: bool, name: str) -> None:
    """After a change: somebody must be left who can let others in."""
    if had_one and not queries.administrators().exists():
        raise LastAdministrator(name=name)


def checked_email(email: str) -> str:
    """The address without blanks around it; refused when no mail could reach it."""
    found = email.strip()
    try:
        validate_email(found)
    except ValidationError as fault:
        raise Invalid({"email": [str(m) for m in fault.messages]}) from fault
    if len(found) > 254:
        raise Invalid({"email": [_t("An address has 254 characters at most.")]})
    if found.lower().endswith(f"@{DOMAIN}"):
        raise Invalid(
            {"email": [_t("Addresses at {domain} are kept for system actors.").format(domain=DOMAIN)]}
        )
    return found


def checked_name(name: str) -> str:
    """The name without blanks around it; everybody has one."""
    found = " ".join(name.split())
    if not found or len(found) > 120:
        raise Invalid({"name": [_t("A name has 1 to 120 characters.")]})
    return found


def hashed_password(password: SecretStr, *, user: User) -> str:
    """The password as it is stored, if it is hard enough to guess."""
    plain = password.get_secret_value()
    if len(plain) > LONGEST_PASSWORD:
        raise Invalid({"password": [_t("A password has {n} characters at most.").format(n=LONGEST_PASSWORD)]})
    try:
        validate_password(plain, user=user)
    except ValidationError as fault:
        raise Invalid({"password": [str(m) for m in fault.messages]}) from fault
    return make_password(plain)
