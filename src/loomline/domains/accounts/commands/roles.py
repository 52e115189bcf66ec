"""What roles allow."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts import queries
from loomline.domains.accounts.commands import checks
from loomline.domains.accounts.commands.refusals import (
    NoSuchLevel,
    NoSuchPermission,
    NotGranted,
    RightsBeyond,
)
from loomline.domains.accounts.events import GrantSet
from loomline.domains.accounts.models import Grant, Role
from loomline.kernel.access import Level
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock


@command(label=_("Grant"), icon="shield-check")
def grant(ctx: Ctx, *, role: Role, permission: str, level: int = Level.ALL.value) -> Grant:
    """Let a role do or see something, how far the level says; a second time sets the level anew."""
    had_one = checks.lock_administration()
    role = lock(role)

    permission = permission.strip()
    if not queries.is_known(permission):
        raise NoSuchPermission(permission=permission, at_field="permission")
    if level not in (reach.value for reach in Level) or level == Level.NONE:
        raise NoSuchLevel(at_field="level")
    wanted = Grant(role=role, permission=str(queries.Pattern.of(permission)), level=int(level))
    if queries.grants_beyond(actor=ctx.actor, grants=[wanted]):
        raise RightsBeyond(role=role.name, permission=permission)
    present = Grant.objects.filter(role=role, permission=wanted.permission).first()

    made, _is_new = Grant.objects.update_or_create(
        role=role, permission=wanted.permission, defaults={"level": wanted.level}
    )
    checks.refuse_without_administrator(had_one=had_one, name=role.name)

    before = Level(present.level) if present else Level.NONE
    ctx.emit(_set(role, wanted.permission, before, Level(wanted.level)))
    return made


@command(label=_("Take away"), icon="x")
def revoke(ctx: Ctx, *, role: Role, permission: str) -> Role:
    """Take a permission or pattern away from a role."""
    had_one = checks.lock_administration()
    role = lock(role)

    written = str(queries.Pattern.of(permission.strip()))
    present = Grant.objects.filter(role=role, permission=written).first()
    if present is None:
        raise NotGranted(role=role.name, permission=permission)

    present.delete()
    checks.refuse_without_administrator(had_one=had_one, name=role.name)

    ctx.emit(_set(role, written, Level(present.level), Level.NONE))
    return role


@command(label=_("Copy role"), icon="copy")
def copy_role(ctx: Ctx, *, role: Role, name: str) -> Role:
    """Make a role like this one, to be changed without changing this one."""
    role = lock(role)
    checks.refuse_beyond(ctx, [role])

    made: Role = Role.objects.create(
        name=name.strip(), description=role.description, needs_second_factor=role.needs_second_factor
    )
    Grant.objects.bulk_create(
        Grant(role=made, permission=g.permission, level=g.level) for g in role.grants.order_by("pk")
    )
    return made


def _set(role: Role, permission: str, before: Level, after: Level) -> GrantSet:
    return GrantSet(
        role_id=role.pk, role=role.name, permission=permission, before=before.label, after=after.label
    )
