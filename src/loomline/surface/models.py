"""What the surface itself keeps: saved views, and how long what was deleted can be brought back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from loomline.kernel.record import Record

KEEP_DAYS = 90


class Audience(models.TextChoices):
    """Who sees a saved view."""

    PRIVATE = "private", _("Only me")
    TEAM = "team", _("My team")
    EVERYONE = "everyone", _("Everyone")


class SavedView(Record):
    """A list as somebody wants to find it again: the whole of it stands in its query string."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("owner")
    )
    resource = models.CharField(_("list"), max_length=80)
    title = models.CharField(_("name"), max_length=60)
    query = models.TextField(_("query"), blank=True)
    audience = models.CharField(
        _("who sees it"), max_length=10, choices=Audience.choices, default=Audience.PRIVATE
    )
    # Teams belong to a layer above; the key alone says which.
    team_id = models.BigIntegerField(_("team"), null=True, blank=True)
    is_default = models.BooleanField(_("opens first"), default=False)
    # So do roles: a view that an administrator lets open first for all who have one.
    role_id = models.BigIntegerField(_("opens first for"), null=True, blank=True)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        indexes = [models.Index(fields=["resource", "owner"], name="surface_view_list")]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "resource", "title"],
                name="surface_view_title",
                violation_error_message=_("You already have a view of that name on this list."),
            )
        ]

    def __str__(self) -> str:
        return self.title


class TrashPolicy(Record):
    """How long the values of deleted records are kept: one row for the whole company."""

    keep_days = models.PositiveSmallIntegerField(_("days"), default=KEEP_DAYS)

    class Meta:
        verbose_name = _("rule of the trash")
        verbose_name_plural = _("rules of the trash")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="surface_one_trash_policy"),
            models.CheckConstraint(condition=models.Q(keep_days__gte=1), name="surface_trash_a_day_at_least"),
        ]

    def __str__(self) -> str:
        return str(self.keep_days)
