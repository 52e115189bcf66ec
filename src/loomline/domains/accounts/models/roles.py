"""Roles and the grants they are made of."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from loomline.kernel.access import Level
from loomline.kernel.record import Record

OWN_ACCOUNT: Mapping[str, Level] = dict.fromkeys(
    (
        "accounts.view_session",
        "accounts.view_apitoken",
        "accounts.begin_session",
        "accounts.end_session",
        "accounts.end_sessions",
        "accounts.change_own_profile",
        "accounts.accept_invitation",
        "accounts.change_own_password",
        "accounts.reset_password",
        "accounts.request_email_change",
        "accounts.confirm_email_change",
        "accounts.begin_second_factor",
        "accounts.confirm_second_factor",
        "accounts.turn_off_second_factor",
        "accounts.renew_recovery_codes",
        "accounts.pass_second_factor",
        "accounts.make_token",
        "accounts.revoke_token",
        "kernel.undo",
        "kernel.view_activity",
        "kernel.view_jobrun",
        "surface.view_savedview",
        "surface.save_view",
        "surface.drop_view",
        "surface.stop_job",
        "surface.undo_request",
        "intake.view_importrun",
        "intake.upload_import",
        "intake.check_import",
        "intake.begin_import",
        "intake.import_rows",
        "intake.end_import",
        "intake.undo_import",
    ),
    Level.OWN,
)
"""What everybody may do without any role: look after their own account and take back their own edits."""


class Role(Record):
    """A set of grants that people are given together."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    description = models.CharField(_("description"), max_length=200, blank=True)
    needs_second_factor = models.BooleanField(
        _("needs a second factor"),
        default=False,
        help_text=_("Who has this role must set up an authenticator app before anything else."),
    )

    hidden_fields = ArrayField(
        models.CharField(max_length=120),
        verbose_name=_("hidden fields"),
        default=list,
        blank=True,
        editable=False,
    )

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
        constraints = [
            models.UniqueConstraint(
                fields=["role", "permission"],
                name="accounts_grant_once",
                violation_error_message=_("This role already has that permission; change its level instead."),
            ),
            models.CheckConstraint(
                condition=models.Q(level__gte=Level.PARTY.value, level__lte=Level.ALL.value),
                name="accounts_grant_level",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.permission} ({Level(self.level).label})"
