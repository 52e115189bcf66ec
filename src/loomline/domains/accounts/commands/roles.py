"""What roles allow."""

from __future__ import annotations

from typing import Literal, get_args

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts import queries
from loomline.domains.accounts.commands import checks
from loomline.domains.accounts.commands.refusals import (
    NoSuchLevel,
    NoSuchPermission,
    NotGranted,
    RightsBeyond,
)
from loomline.domains.accounts.events import FieldsHidden, GrantSet
from loomline.domains.accounts.models import Grant, Role
from loomline.kernel.access import Level
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Invalid

Reach = Literal["party", "own", "team", "territory", "all"]
Change = Literal["none", "party", "own", "team", "territory", "all"]
REACH_OF: dict[Level, Reach] = {
    Level.PARTY: "party",
    Level.OWN: "own",
    Level.TEAM: "team",
    Level.TERRITORY: "territory",
    Level.ALL: "all",
}
REACHES: frozenset[str] = frozenset(get_args(Reach))


@command(hidden=True, creates=Role)
def add_role(
    ctx: Ctx,
    *,
    name: str,
    description: str = "",
    grants: dict[str, Reach] | None = None,
    needs_second_factor: bool = False,
) -> Role:
    """Make a role, with its grants at once where they are known."""
    name = " ".join(name.split())
    if not name or len(name) > 80:
        raise Invalid({"name": [_t("A role has a name of 1 to 80 characters.")]})
    rows = [_checked(permission=p, level=level) for p, level in (grants or {}).items()]
    beyond = queries.grants_beyond(actor=ctx.actor, grants=rows)
    if beyond:
        raise RightsBeyond(role=name, permission=beyond[0].permission)

    role: Role = Role.objects.create(
        name=name, description=description.strip()[:200], needs_second_factor=needs_second_factor
    )
    for row in rows:
        row.role = role
    Grant.objects.bulk_create(rows)
    return role


@command(label=_("Grant"), icon="shield-check")
def grant(ctx: Ctx, *, role: Role, permission: str, level: Reach = "all") -> Grant:
    """Let a role do or see something, how far the level says; a second time sets the level anew."""
    had_one = checks.lock_administration()
    role = lock(role)

    wanted = _checked(permission=permission, level=level)
    if queries.grants_beyond(actor=ctx.actor, grants=[wanted]):
        raise RightsBeyond(role=role.name, permission=permission)
    present = Grant.objects.filter(role=role, permission=wanted.permission).first()

    made: Grant
    made, _is_new = Grant.objects.update_or_create(
        role=role, permission=wanted.permission, defaults={"level": wanted.level}
    )
    checks.refuse_without_administrator(had_one=had_one, name=role.name)

    before = Level(present.level) if present else Level.NONE
    ctx.emit(_set(role, wanted.permission, before, Level(wanted.level)))
    return made


@command(hidden=True)
def set_grants(ctx: Ctx, *, role: Role, grants: dict[str, Change]) -> Role:
    """Set several grants of a role at once; "none" takes one away. Those not named stay as they are."""
    had_one = checks.lock_administration()
    role = lock(role)

    wanted = [_checked(permission=p, level=level) for p, level in grants.items() if level != "none"]
    gone = [str(queries.Pattern.of(p.strip())) for p, level in grants.items() if level == "none"]
    beyond = queries.grants_beyond(actor=ctx.actor, grants=wanted)
    if beyond:
        raise RightsBeyond(role=role.name, permission=beyond[0].permission)
    before = {g.permission: Level(g.level) for g in Grant.objects.filter(role=role)}

    Grant.objects.filter(role=role, permission__in=gone).delete()
    for one in wanted:
        one.role = role
    Grant.objects.bulk_create(
        wanted, update_conflicts=True, unique_fields=["role", "permission"], update_fields=["level"]
    )
    checks.refuse_without_administrator(had_one=had_one, name=role.name)

    after = {**dict.fromkeys(gone, Level.NONE), **{g.permission: Level(g.level) for g in wanted}}
    for permission, level in after.items():
        if before.get(permission, Level.NONE) != level:
            ctx.emit(_set(role, permission, before.get(permission, Level.NONE), level))
    return role


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


@command(hidden=True, undo=True)
def hide_fields(ctx: Ctx, *, role: Role, entity: str, fields: list[str]) -> Role:
    """Say which fields of a kind of record a role does not show; those not named are shown."""
    role = lock(role)
    checks.refuse_beyond(ctx, [role])

    others = [name for name in role.hidden_fields if name.rpartition(".")[0] != entity]
    wanted = sorted({*others, *(f"{entity}.{name}" for name in fields)})
    if wanted != role.hidden_fields:
        role.hidden_fields = wanted
        role.save(update_fields=["hidden_fields"])
        ctx.emit(FieldsHidden(role_id=role.pk, role=role.name, entity=entity, fields=tuple(sorted(fields))))
    return role


@command(label=_("Copy role"), icon="copy")
def copy_role(ctx: Ctx, *, role: Role, name: str) -> Role:
    """Make a role like this one, to be changed without changing this one."""
    role = lock(role)
    checks.refuse_beyond(ctx, [role])

    made: Role = Role.objects.create(
        name=name.strip(),
        description=role.description,
        needs_second_factor=role.needs_second_factor,
        hidden_fields=role.hidden_fields,
    )
    Grant.objects.bulk_create(
        Grant(role=made, permission=g.permission, level=g.level) for g in role.grants.order_by("pk")
    )
    return made


def _checked(*, permission: str, level: str) -> Grant:
    written = permission.strip()
    if not queries.is_known(written):
        raise NoSuchPermission(permission=written, at_field="permission")
    if level not in REACHES:
        raise NoSuchLevel(at_field="level")
    return Grant(permission=str(queries.Pattern.of(written)), level=Level[level.upper()].value)


def _set(role: Role, permission: str, before: Level, after: Level) -> GrantSet:
    return GrantSet(
        role_id=role.pk, role=role.name, permission=permission, before=before.label, after=after.label
    )
