"""People, teams, roles, tokens and sessions as entities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts import commands, models, queries
from loomline.kernel.access import everyone, own
from loomline.surface import menu
from loomline.surface.resource import (
    Changes,
    Column,
    Facts,
    Filter,
    Related,
    Resource,
    Table,
    Timeline,
)

menu.entry(
    _("Permissions"),
    "/settings/rights/",
    icon="shield-lock",
    group="Settings",
    order=13,
    permission="accounts.add_role",
)
for title, address, icon, place in (
    (_("API tokens"), "/accounts/tokens/", "key", 14),
    (_("Sessions"), "/accounts/sessions/", "device-desktop", 15),
):
    # Everybody has their own on their account page; the whole list is for who looks after people.
    menu.entry(
        title, address, icon=icon, group="Settings", order=place, permission="accounts.deactivate_person"
    )


def roles_of(users: Sequence[models.User]) -> Mapping[int, list[str]]:
    """The roles of each person on a page."""
    return queries.names_by_user(models.RoleHolder, "role__name", users)


def teams_of(users: Sequence[models.User]) -> Mapping[int, list[str]]:
    """The teams of each person on a page."""
    return queries.names_by_user(models.TeamMember, "team__name", users)


class User(Resource):
    """The people who sign in, and the system actors in whose name jobs and rules act."""

    model = models.User
    menu = "Settings"
    order = 10
    icon = "users"
    mark = "person"
    slug = "people"
    columns = (
        Column("name", sub="email"),
        "title",
        Column("roles", read=roles_of, kind="tags", label=_("Roles")),
        Column("teams", read=teams_of, kind="tags", label=_("Teams")),
        "is_active",
        "is_superuser",
        Column("last_login", kind="ago", label=_("Last sign-in")),
        "joined_at",
    )
    filters = "name", "email", "title", "is_active", "is_superuser", "is_system"
    search = "name", "email"
    form = "name", "title", "language", "timezone"
    saved = {
        _("People"): "is_active=true&is_system=false&sort=name",
        _("Deactivated"): "is_active=false&is_system=false&sort=name",
        _("System actors"): "is_system=true&sort=name",
    }
    views = (Table(),)
    detail = (
        Facts("email", "title", "language", "timezone", "joined_at", "last_login"),
        Related("sessions", "device", "address", "signed_in_at", "last_seen_at", "ended_at"),
        Related("tokens", "name", "prefix", "scopes", "last_used_at", "expires_on", "revoked_at"),
        Changes(),
        Timeline(),
    )
    sort = "name"
    key = "email"
    access = queries.PEOPLE
    empty = _("Nobody works here yet. Invite the first person by their e-mail address.")
    create = commands.invite_person
    pickable = {"is_active": True, "is_system": False}
    delete = False
    actions = "set_roles", "set_teams", "invite_again", "deactivate_person", "reactivate_person"


class Team(Resource):
    """People who share work and, at level "team", see each other's records."""

    model = models.Team
    menu = "Settings"
    order = 11
    icon = "users-group"
    columns = ("name",)
    filters = ("name",)
    form = ("name",)
    detail = (
        Facts("name"),
        Related("places", "user.name", "user.title", title=_("Members")),
        Changes(),
        Timeline(),
    )
    sort = "name"
    access = everyone()
    empty = _("No teams yet. Make one for people who share customers or machines, then put people into it.")


class Role(Resource):
    """Sets of grants that people are given together."""

    model = models.Role
    menu = "Settings"
    order = 12
    icon = "shield-check"
    columns = "name", Column("description", wrap=True), "needs_second_factor"
    filters = "name", "needs_second_factor"
    form = "name", "description", "needs_second_factor"
    detail = (
        Facts("name", "description", "needs_second_factor"),
        Related("grants", "permission", "level", title=_("Grants"), sort="permission"),
        Related("places", "user.name", "user.title", title=_("People")),
        Changes(),
        Timeline(),
    )
    sort = "name"
    access = everyone()
    empty = _("No roles yet. Make one and say what it allows; people can do nothing without a role.")
    actions = "grant", "revoke", "copy_role"


class ApiToken(Resource):
    """Programs that act in somebody's name, within scopes."""

    model = models.ApiToken
    menu = None
    icon = "key"
    slug = "tokens"
    columns = "name", "user", "prefix", "scopes", "created_at", "last_used_at", "expires_on", "revoked_at"
    filters = "user", Filter("revoked_at"), Filter("expires_on")
    search = "name", "prefix", "user.name"
    detail = (
        Facts("user", "prefix", "scopes", "created_at", "expires_on", "last_used_at", "revoked_at"),
        Changes(),
    )
    key = "prefix"
    access = own("user") | everyone()
    empty = _("No API tokens. People make them on their account page; each is shown once.")
    create = edit = delete = False


class Session(Resource):
    """Where people are signed in."""

    model = models.Session
    menu = None
    icon = "device-desktop"
    columns = (
        "device",
        "user",
        "address",
        "signed_in_at",
        Column("last_seen_at", kind="ago"),
        "ended_at",
        "why",
    )
    filters = "user", "signed_in_at", Filter("ended_at"), "why"
    search = "device", "user.name"
    detail = (
        Facts("user", "device", "agent", "address", "signed_in_at", "last_seen_at", "ended_at", "why"),
        Changes(),
    )
    access = own("user") | everyone()
    empty = _("Nobody is signed in.")
    create = edit = delete = False
