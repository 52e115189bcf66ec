"""Users, teams, roles and the ways in."""

from loomline.domains.accounts.models.doors import (
    ApiToken,
    Attempt,
    OneTimeLink,
    RecoveryCode,
    SecondFactor,
    Session,
)
from loomline.domains.accounts.models.people import RoleHolder, Team, TeamMember, User
from loomline.domains.accounts.models.roles import OWN_ACCOUNT, Grant, Role

__all__ = [
    "OWN_ACCOUNT",
    "ApiToken",
    "Attempt",
    "Grant",
    "OneTimeLink",
    "RecoveryCode",
    "Role",
    "RoleHolder",
    "SecondFactor",
    "Session",
    "Team",
    "TeamMember",
    "User",
]
