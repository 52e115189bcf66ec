"""Users, teams, roles and tokens."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts import ports
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


class Role(Record):
    """A set of grants that people are given together."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    description = models.CharField(_("description"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")

    def __str__(self) -> str:
        return self.name


class Grant(Record):
    """One permission, or a pattern ("sales.*", "*.view"), at one level."""

    LEVELS = [(level.value, level.label) for level in Level if level is not Level.NONE]

    role = models.ForeignKey(Role, models.CASCADE, related_name="grants", verbose_name=_("role"))
    permission = models.CharField(_("permission"), max_length=80)
    level = models.PositiveSmallIntegerField(_("level"), choices=LEVELS, default=Level.ALL.value)

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        constraints = [models.UniqueConstraint(fields=["role", "permission"], name="accounts_grant_once")]

    def __str__(self) -> str:
        return f"{self.permission} ({Level(self.level).label})"


class UserManager(BaseUserManager["User"]):
    """Finds people by their address, in any case."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, Record):
    """Somebody who logs in, or a named system actor."""

    audit_exclude = ("password", "last_login")

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=120)
    title = models.CharField(_("job title"), max_length=80, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_superuser = models.BooleanField(_("administrator"), default=False)
    is_system = models.BooleanField(_("system actor"), default=False)
    teams = models.ManyToManyField(Team, related_name="members", blank=True, verbose_name=_("teams"))
    roles = models.ManyToManyField(Role, related_name="members", blank=True, verbose_name=_("roles"))
    language = models.CharField(_("language"), max_length=16, blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, blank=True)
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email",
                violation_error_message=_("Somebody with this e-mail address already has an account."),
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def grants(self) -> Mapping[str, Level]:
        """Permission to level, the widest of all roles."""
        return self._grants

    @cached_property
    def _grants(self) -> dict[str, Level]:
        found: dict[str, Level] = {}
        for permission, level in Grant.objects.filter(role__members=self.pk).values_list("permission", "level"):
            found[permission] = max(found.get(permission, Level.NONE), Level(level))
        return found

    @cached_property
    def _team_ids(self) -> list[int]:
        return list(self.teams.values_list("pk", flat=True))

    def team_ids(self) -> list[int]:
        """The teams this person belongs to."""
        return self._team_ids

    def territory_ids(self) -> list[Any]:
        """The territories this person works in, told from above."""
        return list(ports.territories_of(user_id=self.pk))

    def party_ids(self) -> list[int]:
        """The companies this person may see as a portal user, told from above."""
        return list(ports.parties_of(user_id=self.pk))

    @property
    def initials(self) -> str:
        """Up to two letters for the avatar."""
        words = [word for word in self.name.split() if word[:1].isalpha()]
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or self.email[:2].upper()

    @property
    def first_name(self) -> str:
        """What a greeting says."""
        return self.name.split()[0] if self.name else self.email


class ApiToken(Record):
    """Lets a program act for a user, within scopes; only a digest of the secret is kept."""

    audit_exclude = ("digest",)

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens", verbose_name=_("user"))
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("starts with"), max_length=12, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    created_at = models.DateTimeField(_("created"), editable=False)
    expires_on = models.DateField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return self.name
