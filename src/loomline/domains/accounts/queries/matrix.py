"""Who may do what: roles against commands and views, with the level and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import OWN_ACCOUNT, Grant, Role
from loomline.domains.accounts.queries.patterns import Pattern
from loomline.kernel import access
from loomline.kernel.access import Level, view_permission
from loomline.kernel.command import registry
from loomline.kernel.record import Record


@dataclass(frozen=True)
class Permission:
    """One thing that a role may allow: a command, a view, or a pattern of them."""

    name: str
    title: str
    doc: str = ""


@dataclass(frozen=True)
class Reach:
    """How far a role reaches for a permission, and which of its grants says so."""

    level: Level
    source: str = ""

    @property
    def is_direct(self) -> bool:
        """True when a role that has no other grant for this has this one."""
        return bool(self.source)


@dataclass(frozen=True)
class Row:
    """One permission and how far each role reaches for it, in the order of the roles."""

    permission: Permission
    reaches: tuple[Reach, ...]


def reach(grants: Mapping[str, Level], permission: str) -> Reach:
    """How far these grants reach for a permission; the widest wins, the most exact of equals is named."""
    wanted = Pattern.of(permission)
    covering = [(level, len(text), text) for text, level in grants.items() if Pattern.of(text).covers(wanted)]
    if not covering:
        return Reach(Level.NONE)
    level, _length, source = max(covering)
    return Reach(level, source)


# The layers below the domains have no name that a reader would know.
TITLES = {"kernel": _("Audit, undo and jobs"), "surface": _("Lists and imports")}


def domains() -> list[tuple[str, str]]:
    """The parts of the house that have something to allow: label and title."""
    used = {name.partition(".")[0] for name in access.commands}
    found = [c for c in apps.get_app_configs() if c.name.startswith("loomline.") and c.label in used]
    return sorted((c.label, title_of(c.label)) for c in found)


def title_of(label: str) -> str:
    """What a domain is called."""
    return str(TITLES.get(label) or capfirst(label))


def whole() -> list[Permission]:
    """The widest patterns."""
    return [
        Permission("*", _t("Everything")),
        Permission("*.view", _t("See everything")),
        Permission("*.do", _t("Do everything")),
    ]


def of_domain(label: str) -> list[Permission]:
    """The two patterns of a domain."""
    title = title_of(label)
    return [
        Permission(f"{label}.view", _t("{domain}: see").format(domain=title)),
        Permission(f"{label}.do", _t("{domain}: do").format(domain=title)),
    ]


def views_of(label: str) -> list[Permission]:
    """What can be seen of a domain, one by one."""
    models = [m for m in apps.get_app_config(label).get_models() if issubclass(m, Record)]
    titles = ((view_permission(m), _t("See {many}").format(many=m._meta.verbose_name_plural)) for m in models)
    return [Permission(name, title) for name, title in sorted(titles, key=lambda pair: pair[1])]


def commands_of(label: str) -> list[Permission]:
    """What can be done in a domain, one by one."""
    own = (name for name in access.commands if name.partition(".")[0] == label)
    # What everybody does with their own account alone has no level to choose.
    names = sorted(name for name in own if name in registry or name not in OWN_ACCOUNT)
    return [Permission(name, _words(name), _why(name)) for name in names]


def _words(name: str) -> str:
    return str(capfirst(name.partition(".")[2].replace("_", " ")))


def _why(name: str) -> str:
    made = registry.get(name)
    return made.doc.partition("\n")[0] if made is not None else ""


def grants_by_role(roles: Iterable[Role]) -> dict[int, dict[str, Level]]:
    """The grants of several roles, as permission to level."""
    found: dict[int, dict[str, Level]] = {role.pk: {} for role in roles}
    for role, permission, level in Grant.objects.filter(role__in=found).values_list(
        "role", "permission", "level"
    ):
        found[role][permission] = Level(level)
    return found


def matrix(roles: list[Role], permissions: Iterable[Permission]) -> list[Row]:
    """The levels of the roles for these permissions; costs one statement however many there are."""
    grants = grants_by_role(roles)
    return [Row(p, tuple(reach(grants[role.pk], p.name) for role in roles)) for p in permissions]


def exceptions(grants: Mapping[str, Level], pattern: str) -> int:
    """How many single commands or views a role is granted beside the pattern of a domain that covers them."""
    whole_ = Pattern.of(pattern)
    if whole_.domain is None or whole_.kind is None:
        return 0
    return sum(1 for text in grants if whole_.covers(p := Pattern.of(text)) and p.verb is not None)
