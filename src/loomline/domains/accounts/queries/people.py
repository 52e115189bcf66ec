"""Who works here, and what they may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlunsplit

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from loomline.domains.accounts.models import Grant, RoleHolder, TeamMember, User
from loomline.domains.accounts.queries.patterns import covered
from loomline.kernel import access, actor
from loomline.kernel.access import Level, Policy, everyone, own


def _team_mates(who: User) -> QuerySet[TeamMember, int]:
    return TeamMember.objects.filter(team__in=who.team_ids()).values_list("user", flat=True)


PEOPLE: Policy = (
    own("pk")
    # A subquery, because a join would list a person once for each team in common.
    | Policy({Level.TEAM: lambda who: Q(pk__in=_team_mates(who))})
    | everyone()
)
access.govern(User, PEOPLE)


def system_actor(name: str) -> User:
    """The named actor in whose name a job, a rule, an import or a story acts; never able to sign in."""
    found: User = actor.system_actor(name)
    return found


def people() -> QuerySet[User]:
    """People of flesh and blood who may sign in, by name."""
    return User.objects.filter(is_active=True, is_system=False).order_by("name", "pk")


def person_of(email: str) -> User | None:
    """The active person with this address, in any case."""
    return people().filter(email__iexact=email.strip()).first()


def administrators() -> QuerySet[User]:
    """Active people who may do everything: by themselves, or through a role that grants everything."""
    everything = RoleHolder.objects.filter(
        user=OuterRef("pk"), role__grants__permission="*", role__grants__level=Level.ALL.value
    )
    return people().filter(Q(is_superuser=True) | Exists(everything))


def is_last_administrator(user: User) -> bool:
    """True when nobody else could undo what this person's leaving would lock."""
    found = list(administrators().values_list("pk", flat=True)[:2])
    return found == [user.pk]


def grants_beyond(*, actor: User, grants: Iterable[Grant]) -> list[Grant]:
    """Those of the grants that reach further than the actor's own rights."""
    if actor.is_superuser:
        return []
    own_grants = actor.grants()
    return [g for g in grants if not covered(own_grants, permission=g.permission, level=Level(g.level))]


def grants_of_roles(role_ids: Iterable[int]) -> Mapping[int, list[Grant]]:
    """The grants of several roles in one statement."""
    found: dict[int, list[Grant]] = {}
    for grant in Grant.objects.filter(role__in=list(role_ids)).order_by("permission"):
        found.setdefault(grant.role_id, []).append(grant)
    return found


def must_set_up_second_factor(user: User) -> bool:
    """True when one of the person's roles asks for a second factor and there is none yet."""
    return (
        RoleHolder.objects.filter(user=user, role__needs_second_factor=True)
        .exclude(user__second_factor__confirmed_at__isnull=False)
        .exists()
    )


def names_by_user(
    places: type[RoleHolder] | type[TeamMember], path: str, users: Iterable[User]
) -> dict[int, list[str]]:
    """The names of the roles or teams of several people, in one statement."""
    found: dict[int, list[str]] = {user.pk: [] for user in users}
    for user_id, name in places.objects.filter(user__in=found).order_by(path).values_list("user", path):
        found[user_id].append(name)
    return found


def site_address() -> str:
    """Where people reach this installation; from the settings alone, so that no request can forge it."""
    env = settings.ENV
    named = [host for host in env.allowed_hosts if not host.startswith(("*", "."))]
    host = named[0] if named else "localhost"
    if env.https:
        return urlunsplit(("https", host, "", "", ""))
    return urlunsplit(("http", f"{host}:{env.port}", "", "", ""))
