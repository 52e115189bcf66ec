"""Users, and the teams they form."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models.roles import OWN_ACCOUNT, Grant, Role
from loomline.kernel import reach
from loomline.kernel.access import Level
from loomline.kernel.record import Record


class Team(Record):
    """People who share work and, at level "team", see each other's records."""

    name = models.CharField(_("name"), max_length=80, unique=True)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Finds people by their address, in any case."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, Record):
    """Somebody who signs in, or a named system actor."""

    audit_exclude = ("password", "last_login")

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=120)
    title = models.CharField(_("job title"), max_length=80, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_superuser = models.BooleanField(_("administrator"), default=False)
    is_system = models.BooleanField(_("system actor"), default=False, editable=False)
    teams = models.ManyToManyField(
        Team, through="TeamMember", related_name="members", blank=True, verbose_name=_("teams")
    )
    roles = models.ManyToManyField(
        Role, through="RoleHolder", related_name="members", blank=True, verbose_name=_("roles")
    )
    language = models.CharField(_("language"), max_length=16, blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, blank=True)
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    acts_by_token: ClassVar[bool] = False
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email",
                violation_error_message=_("Somebody with this e-mail address already has an account."),
            ),
            models.CheckConstraint(
                condition=models.Q(is_system=False) | models.Q(password__startswith="!"),
                name="accounts_system_actor_never_signs_in",
                violation_error_message=_("A system actor has no password and never signs in."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def closed_fields(self) -> frozenset[str]:
        """The fields that none of the person's roles shows, as "parties.party.credit_limit"."""
        kept = {role: frozenset(hidden) for _name, _level, role, hidden in self._held}
        return frozenset.intersection(*kept.values()) if kept else frozenset()

    def grants(self) -> Mapping[str, Level]:
        """Permission to level, the widest of all roles; everybody looks after their own account."""
        return self._grants

    @cached_property
    def _held(self) -> list[tuple[str, int, int, list[str]]]:
        held = Grant.objects.filter(role__members=self.pk)
        return list(held.values_list("permission", "level", "role", "role__hidden_fields"))

    @cached_property
    def _grants(self) -> dict[str, Level]:
        found: dict[str, Level] = dict(OWN_ACCOUNT)
        for permission, level, _role, _hidden in self._held:
            found[permission] = max(found.get(permission, Level.NONE), Level(level))
        return found

    def narrow_to(self, grants: Mapping[str, Level]) -> None:
        """Hold no more rights than these from here on, in memory only: a program acts within its scopes."""
        self.is_superuser = False
        self.__dict__.update(_grants=dict(grants), acts_by_token=True)

    @cached_property
    def _team_ids(self) -> list[int]:
        return list(TeamMember.objects.filter(user=self.pk).values_list("team", flat=True))

    def team_ids(self) -> list[int]:
        """The teams this person belongs to."""
        return self._team_ids

    def territory_ids(self) -> list[Any]:
        """The territories this person works in, told from above."""
        return list(reach.territories_of(user_id=self.pk))

    def party_ids(self) -> list[int]:
        """The companies this person may see as a portal user, told from above."""
        return self._party_ids

    @cached_property
    def _party_ids(self) -> list[int]:
        return list(reach.parties_of(user_id=self.pk))

    @property
    def initials(self) -> str:
        """Up to two letters for the avatar."""
        words = [word for word in self.name.split() if word[:1].isalpha()]
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or self.email[:2].upper()

    @property
    def first_name(self) -> str:
        """What a greeting says."""
        return self.name.split()[0] if self.name.strip() else self.email

    @property
    def has_joined(self) -> bool:
        """True once the person has set a password; an invited one has not."""
        return self.has_usable_password() and bool(self.password)


class TeamMember(Record):
    """One person in one team."""

    user = models.ForeignKey(User, models.CASCADE, related_name="team_places", verbose_name=_("user"))
    team = models.ForeignKey(Team, models.CASCADE, related_name="places", verbose_name=_("team"))

    class Meta:
        verbose_name = _("team member")
        verbose_name_plural = _("team members")
        constraints = [models.UniqueConstraint(fields=["user", "team"], name="accounts_team_member_once")]

    def __str__(self) -> str:
        return f"{self.user}, {self.team}"


class RoleHolder(Record):
    """One role that one person has."""

    user = models.ForeignKey(User, models.CASCADE, related_name="role_places", verbose_name=_("user"))
    role = models.ForeignKey(Role, models.PROTECT, related_name="places", verbose_name=_("role"))

    class Meta:
        verbose_name = _("role holder")
        verbose_name_plural = _("role holders")
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="accounts_role_holder_once")]

    def __str__(self) -> str:
        return f"{self.user}, {self.role}"
