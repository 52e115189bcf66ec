"""The ways in: sessions, API tokens, second factors, one-time links and the attempts to use them."""

from __future__ import annotations

from datetime import date, datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models.people import User
from loomline.kernel.record import Record


class Session(Record):
    """One browser in which a person is signed in, or was."""

    WHYS = (
        ("signed_out", _("signed out")),
        ("ended", _("ended from the list")),
        ("password", _("ended by a new password")),
        ("deactivated", _("ended with the account")),
        ("expired", _("expired")),
    )

    audit_exclude = ("key", "last_seen_at")

    user = models.ForeignKey(User, models.CASCADE, related_name="sessions", verbose_name=_("user"))
    key = models.CharField(max_length=40, unique=True, editable=False)
    device = models.CharField(_("device"), max_length=80, blank=True)
    agent = models.CharField(_("browser"), max_length=300, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True)
    signed_in_at = models.DateTimeField(_("signed in"))
    last_seen_at = models.DateTimeField(_("last seen"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    why = models.CharField(_("how it ended"), max_length=12, choices=WHYS, blank=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        indexes = [models.Index(fields=["user", "-last_seen_at"], name="accounts_session_user")]

    def __str__(self) -> str:
        return self.device or str(_("Unknown device"))


class ApiToken(Record):
    """Lets a program act for a user, within scopes; only a digest of the secret is kept."""

    audit_exclude = ("digest", "last_used_at")

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
        constraints = [
            models.CheckConstraint(condition=~models.Q(scopes=[]), name="accounts_token_has_scopes"),
        ]

    def __str__(self) -> str:
        return self.name

    def is_open(self, today: date) -> bool:
        """True while programs may use it: neither revoked nor past its last day."""
        return self.revoked_at is None and (self.expires_on is None or today <= self.expires_on)


class SecondFactor(Record):
    """The authenticator app of one person; it counts once a first code has confirmed it."""

    audit_exclude = ("secret", "last_step")

    user = models.OneToOneField(User, models.CASCADE, related_name="second_factor", verbose_name=_("user"))
    secret = models.TextField(editable=False)
    last_step = models.BigIntegerField(default=0, editable=False)
    begun_at = models.DateTimeField(_("begun"))
    confirmed_at = models.DateTimeField(_("turned on"), null=True)

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")

    def __str__(self) -> str:
        return str(self.user)


class RecoveryCode(Record):
    """A code on paper that stands in for the authenticator app once."""

    audit_exclude = ("digest",)

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes", verbose_name=_("user"))
    digest = models.CharField(max_length=64, editable=False)
    used_at = models.DateTimeField(_("used"), null=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="accounts_recovery_code_once")]

    def __str__(self) -> str:
        return str(self.user)


class OneTimeLink(Record):
    """A link sent to a mailbox. The database keeps no secret of it: our key signs the row's number."""

    INVITATION, PASSWORD, EMAIL = "invitation", "password", "email"
    PURPOSES = (
        (INVITATION, _("invitation")),
        (PASSWORD, _("new password")),
        (EMAIL, _("new e-mail address")),
    )

    audit_exclude = ("nonce",)

    user = models.ForeignKey(User, models.CASCADE, related_name="links", verbose_name=_("user"))
    purpose = models.CharField(_("purpose"), max_length=12, choices=PURPOSES)
    email = models.EmailField(_("sent to"), max_length=254)
    nonce = models.CharField(max_length=32, editable=False)
    created_at = models.DateTimeField(_("sent"))
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("used"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    class Meta:
        verbose_name = _("one-time link")
        verbose_name_plural = _("one-time links")
        indexes = [models.Index(fields=["user", "purpose"], name="accounts_link_user")]

    def __str__(self) -> str:
        return self.email

    def is_open(self, now: datetime) -> bool:
        """True while the link opens its page."""
        return self.used_at is None and self.withdrawn_at is None and now < self.expires_at


class Attempt(models.Model):
    """One try to get in. Not a record: what strangers type is counted, not audited, and soon forgotten."""

    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("kind"), max_length=12)
    account = models.CharField(_("account"), max_length=254)
    address = models.GenericIPAddressField(_("address"), null=True)
    succeeded = models.BooleanField(_("succeeded"), default=False)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes = [
            models.Index(fields=["kind", "account", "-at"], name="accounts_attempt_account"),
            models.Index(fields=["kind", "address", "-at"], name="accounts_attempt_address"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.account}"
