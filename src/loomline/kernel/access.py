"""Who may do what to which rows: role × command or view × level."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from django.apps import apps
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from loomline.kernel.record import Record
from loomline.kernel.refusal import NotPermitted, NotThere, Refused

if TYPE_CHECKING:
    from loomline.kernel.command import Command
    from loomline.kernel.context import Ctx

M = TypeVar("M", bound=Model)


class UnknownPermission(LookupError):
    """A permission name that no command and no view carries: always a typing error in code."""


class FieldNotShown(Refused):
    """What somebody may not even see, they do not write."""

    says = _("Your roles do not show the {field} of a {what}, so it cannot be changed by you.")
    status = 403


class Level(enum.IntEnum):
    """How far a permission reaches; a wider level includes the narrower ones."""

    NONE = 0
    PARTY = 1
    OWN = 2
    TEAM = 3
    TERRITORY = 4
    ALL = 5

    @property
    def label(self) -> str:
        return str(LABELS[self])


LABELS = {
    Level.NONE: _("none"),
    Level.PARTY: _("their own company's"),
    Level.OWN: _("own"),
    Level.TEAM: _("team's"),
    Level.TERRITORY: _("territory's"),
    Level.ALL: _("all"),
}

Rows = Callable[[Any], Q]
commands: set[str] = set()
_policies: dict[type[Model], Policy] = {}


class Policy:
    """Which rows each level opens: own("owner") | team("owner.team") | everyone()."""

    def __init__(self, rows: Mapping[Level, Rows]) -> None:
        self.rows = dict(rows)

    def __or__(self, other: Policy) -> Policy:
        return Policy({**self.rows, **other.rows})

    def open_at(self, level: Level) -> list[Level]:
        """The levels whose rows a level opens: its own and narrower ones; "all" needs no other."""
        if level >= Level.ALL and Level.ALL in self.rows:
            return [Level.ALL]
        return [at for at in self.rows if (at <= level if at > Level.PARTY else at == level)]

    def q(self, level: Level, actor: Any) -> Q | None:
        """The condition on rows at this level; None when the level opens none at all."""
        opened = self.open_at(level)
        if not opened:
            return None
        condition = Q()
        for at in opened:
            condition |= self.rows[at](actor)
        return condition


def own(path: str) -> Policy:
    """Rows whose person at this path is the actor."""
    return Policy({Level.OWN: lambda actor: Q(**{_lookup(path): actor.pk})})


def team(path: str) -> Policy:
    """Rows whose team at this path is one of the actor's."""
    return Policy({Level.TEAM: lambda actor: Q(**{f"{_lookup(path)}__in": actor.team_ids()})})


def territory(path: str) -> Policy:
    """Rows whose territory at this path is one of the actor's."""
    return Policy({Level.TERRITORY: lambda actor: Q(**{f"{_lookup(path)}__in": actor.territory_ids()})})


def party(path: str) -> Policy:
    """Rows of the company that a portal user belongs to."""
    return Policy({Level.PARTY: lambda actor: Q(**{f"{_lookup(path)}__in": actor.party_ids()})})


def everyone() -> Policy:
    """Every row, for those whose level is "all"."""
    return Policy({Level.ALL: lambda actor: Q()})


def shared() -> Policy:
    """Every row, for whoever may see any: what all who do the same work choose from."""
    return Policy({Level.OWN: lambda actor: Q(), Level.ALL: lambda actor: Q()})


def through(path: str, model: type[Model]) -> Policy:
    """Rows whose parent at this path is visible: lines follow their document."""

    def rows(level: Level) -> Rows:
        def condition(actor: Any) -> Q:
            parent = policy(model).q(level, actor)
            if parent is None:
                return Q(pk__in=[])
            if not parent:
                return parent
            return Q(**{f"{_lookup(path)}__in": model._default_manager.filter(parent)})

        return condition

    return Policy({level: rows(level) for level in Level if level > Level.NONE})


def govern(model: type[Model], rules: Policy) -> None:
    """Put a model under a policy; lists, details, search, API and commands all ask it."""
    _policies[model] = rules


def policy(model: type[Model]) -> Policy:
    """The policy of a model; without one, its rows open at level "all" only."""
    return _policies.get(model, everyone())


def view_permission(model: type[Model]) -> str:
    """The name of the permission to see a model: "sales.view_order"."""
    return f"{model._meta.app_label}.view_{model._meta.model_name}"


def known(permission: str) -> bool:
    """True when some command or view carries this name."""
    if permission in commands:
        return True
    domain, _dot, verb = permission.partition(".")
    if not verb.startswith("view_"):
        return False
    try:
        apps.get_model(domain, verb.removeprefix("view_"))
    except LookupError:
        return False
    return True


@cache
def _granted_by(permission: str) -> frozenset[str]:
    """The grants that open a permission: its own name, and those of whole domains and kinds."""
    if not known(permission):
        raise UnknownPermission(permission)
    domain, _dot, verb = permission.partition(".")
    kind = "view" if verb.startswith("view_") else "do"
    return frozenset({permission, f"{domain}.{kind}", f"{domain}.*", f"*.{kind}", "*"})


def level_of(actor: Any, permission: str) -> Level:
    """How far this permission reaches for a person; unknown names raise."""
    names = _granted_by(permission)
    if not getattr(actor, "is_active", False):
        return Level.NONE
    if actor.is_superuser:
        return Level.ALL
    grants: Mapping[str, Level] = actor.grants()
    return max((grants[name] for name in names & grants.keys()), default=Level.NONE)


def may(ctx: Ctx, permission: str) -> bool:
    """True when the permission reaches anything at all for the actor."""
    return level_of(ctx.actor, permission) > Level.NONE


def visible(ctx: Ctx, model: type[M]) -> QuerySet[M]:
    """The only door to rows: those of a model that the actor may see."""
    return rows_at(ctx, model, view_permission(model))


def closed(ctx: Ctx) -> frozenset[str]:
    """The fields that none of the actor's roles shows, as "parties.party.credit_limit"."""
    actor = ctx.actor
    is_open = actor.is_superuser or not getattr(actor, "is_active", False)
    return frozenset() if is_open else actor.closed_fields()


def refuse_closed(ctx: Ctx, model: type[Model], names: Iterable[str]) -> None:
    """Refuse to write fields that the actor's roles do not show."""
    known = {str(model._meta.label_lower) + f".{name}": name for name in names}
    kept = sorted(closed(ctx) & known.keys())
    if kept:
        raise FieldNotShown(field=known[kept[0]].removeprefix("custom."), what=model._meta.verbose_name)


def closed_of(ctx: Ctx, model: type[Model]) -> set[str]:
    """The fields of a kind of record that none of the actor's roles shows."""
    label = f"{model._meta.label_lower}."
    return {name.removeprefix(label) for name in closed(ctx) if name.startswith(label)}


def refuse_unseen(ctx: Ctx, command: Command[Any, Any], given: Mapping[str, Any]) -> None:
    """Refuse arguments, and values in drafts of lines, for fields that the actor's roles do not show."""
    if not (model := command.record.model if command.record else command.creates) or not closed(ctx):
        return
    usual = command.parameters
    refuse_closed(ctx, model, [n for n, value in given.items() if n in usual and value != usual[n].default])
    drafts = [one for rows in given.values() if isinstance(rows, (list, tuple)) for one in rows]
    said = {f.name for d in drafts if is_dataclass(d) for f in fields(d) if getattr(d, f.name) != f.default}
    for relation in model._meta.related_objects:
        refuse_closed(ctx, relation.related_model, said)


def subject(ctx: Ctx, about: Any, kind: str, pk: int, *, needed: bool = False) -> Any:
    """The record that something is about, given itself or by its kind and key; one that the actor may see."""
    if isinstance(about, Record):
        kind, pk = about._meta.label_lower, about.pk
    if not kind and not needed:
        return None
    try:
        model = apps.get_model(kind)
    except (LookupError, ValueError) as fault:
        raise NotThere(reference=kind or _("nothing")) from fault
    found = visible(ctx, model).filter(pk=pk).first() if issubclass(model, Record) else None
    if found is None:
        raise NotThere(reference=f"{model._meta.verbose_name} {pk}")
    return found


def rows_at(ctx: Ctx, model: type[M], permission: str) -> QuerySet[M]:
    """The rows of a model that a permission opens to the actor."""
    condition = policy(model).q(level_of(ctx.actor, permission), ctx.actor)
    rows = model._default_manager.all()
    if condition is None:
        return rows.none()
    return rows.filter(condition) if condition else rows


def require(ctx: Ctx, command: Command[Any, Any], arguments: Mapping[str, Any]) -> None:
    """Refuse a command that the actor may not give, or may not give for these records."""
    level = level_of(ctx.actor, command.name)
    if level is Level.NONE:
        raise NotPermitted(verb=command.label.lower(), permission=command.name)
    if level >= Level.ALL or command.record is None or command.record.model is None:
        return
    given = arguments.get(command.record.name)
    if given is None:
        return
    wanted = {r.pk for r in (given if command.record.is_list else [given]) if r.pk is not None}
    found = set(
        rows_at(ctx, command.record.model, command.name).filter(pk__in=wanted).values_list("pk", flat=True)
    )
    missing = wanted - found
    if missing:
        raise NotThere(reference=f"{command.record.model._meta.verbose_name} {min(missing)}")


def _lookup(path: str) -> str:
    return path.replace(".", "__")
