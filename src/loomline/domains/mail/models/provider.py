"""Providers at which people allow us to read and write their mail, without giving us a password."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from loomline.domains.mail.models.security import Security
from loomline.kernel.record import Record

# Plain HTTP reaches a provider on this machine only, as tests and developers have it.
SAFE = r"^(https://|http://(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?/)"
safe = RegexValidator(SAFE, _("Write an address that begins with https://."))


class Provider(Record):
    """A provider of mailboxes that speaks OAuth 2: where it asks, and by which servers letters travel."""

    audit_exclude = ("client_secret",)

    name = models.CharField(_("name"), max_length=60, unique=True)
    authorize_url = models.CharField(
        _("authorisation address"),
        max_length=300,
        validators=[safe],
        help_text=_("Where people allow it, such as https://accounts.google.com/o/oauth2/v2/auth."),
    )
    token_url = models.CharField(
        _("token address"),
        max_length=300,
        validators=[safe],
        help_text=_("Where we get tokens, such as https://oauth2.googleapis.com/token."),
    )
    scopes = models.CharField(
        _("scopes"),
        max_length=500,
        help_text=_("What is asked for, with blanks between, such as https://mail.google.com/."),
    )
    extra = models.CharField(
        _("further parameters"),
        max_length=300,
        blank=True,
        help_text=_("Added to the authorisation address, such as access_type=offline&prompt=consent."),
    )
    client_id = models.CharField(
        _("client id"), max_length=300, help_text=_("Under which the provider knows this installation.")
    )
    client_secret = models.TextField(_("client secret"), blank=True, editable=False)
    smtp_host = models.CharField(_("outgoing server"), max_length=253, blank=True)
    smtp_port = models.PositiveIntegerField(_("outgoing port"), default=587)
    smtp_security = models.CharField(
        _("outgoing security"), max_length=8, choices=Security.choices, default=Security.STARTTLS
    )
    imap_host = models.CharField(_("incoming server"), max_length=253, blank=True)
    imap_port = models.PositiveIntegerField(_("incoming port"), default=993)
    imap_security = models.CharField(
        _("incoming security"), max_length=8, choices=Security.choices, default=Security.TLS
    )

    class Meta:
        verbose_name = _("mail provider")
        verbose_name_plural = _("mail providers")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(authorize_url__regex=SAFE, token_url__regex=SAFE),
                name="mail_provider_safe",
                violation_error_message=_("Write addresses that begin with https://."),
            )
        ]

    def __str__(self) -> str:
        return self.name
