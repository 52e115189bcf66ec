"""Accounts at mail servers, and letters with gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from loomline.domains.mail.models.provider import Provider
from loomline.domains.mail.models.security import Security
from loomline.domains.parties.models import Party
from loomline.kernel.record import Record, Thing
from loomline.kernel.state import Moves, StateField, States


class Privacy(models.TextChoices):
    """What colleagues see of a letter, from nothing to all of it."""

    PRIVATE = "private", _("Private: colleagues see nothing")
    METADATA = "metadata", _("That there was a letter, from whom and when")
    SUBJECT = "subject", _("The subject as well")
    FULL = "full", _("The whole letter")

    @property
    def openness(self) -> int:
        """Higher is more open."""
        return list(Privacy).index(self)


class MailboxState(States):
    ACTIVE = "active", _("Active"), "ok"
    FAILING = "failing", _("Failing"), "bad"
    PAUSED = "paused", _("Paused"), "muted"


class Mailbox(Record):
    """An account at a mail server: a person's own, a team's, or the whole company's."""

    audit_exclude = ("secret",)
    moves = Moves(
        fail=MailboxState.ACTIVE >> MailboxState.FAILING,
        pause=(MailboxState.ACTIVE, MailboxState.FAILING) >> MailboxState.PAUSED,
        resume=(MailboxState.PAUSED, MailboxState.FAILING) >> MailboxState.ACTIVE,
    )

    name = models.CharField(_("name"), max_length=120)
    address = models.EmailField(_("address"), max_length=254, unique=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="mailboxes",
        verbose_name=_("owner"),
        help_text=_("Nobody: a shared mailbox."),
    )
    team = models.ForeignKey(
        "accounts.Team",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="mailboxes",
        verbose_name=_("team"),
    )
    privacy = models.CharField(
        _("colleagues see"), max_length=8, choices=Privacy.choices, default=Privacy.SUBJECT
    )
    brings_leads = models.BooleanField(
        _("makes leads"),
        default=False,
        help_text=_("Whoever writes to it for the first time becomes a lead."),
    )
    state = StateField(MailboxState, default=MailboxState.ACTIVE, verbose_name=_("state"))
    trouble = models.CharField(_("trouble"), max_length=300, blank=True, editable=False)
    signature = models.TextField(_("signature"), blank=True)
    provider = models.ForeignKey(
        Provider,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="mailboxes",
        verbose_name=_("opened by"),
        help_text=_("The provider that lets us in; empty: a password."),
    )
    login = models.CharField(_("log-in"), max_length=254, blank=True)
    secret = models.TextField(_("password"), blank=True, editable=False)
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
    polled_at = models.DateTimeField(_("last looked"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(privacy__in=Privacy.values), name="mail_mailbox_privacy"),
            models.CheckConstraint(
                condition=~Q(owner__isnull=False, team__isnull=False), name="mail_mailbox_whose"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


class Folder(Record):
    """One folder of a mailbox that is read, and up to where it was read."""

    mailbox = models.ForeignKey(
        Mailbox, models.CASCADE, related_name="folders", verbose_name=_("mailbox"), db_index=False
    )
    name = models.CharField(_("name"), max_length=200)
    validity = models.BigIntegerField(_("UIDVALIDITY"), default=0)
    last_uid = models.BigIntegerField(_("last UID"), default=0)

    class Meta:
        verbose_name = _("mail folder")
        verbose_name_plural = _("mail folders")
        constraints = [models.UniqueConstraint(fields=["mailbox", "name"], name="mail_folder_once")]

    def __str__(self) -> str:
        return self.name


def offered_kinds() -> list[tuple[str, str]]:
    """The kinds of record that are with somebody one could write to, as people call them."""
    found = [
        (model._meta.label_lower, str(capfirst(str(model._meta.verbose_name))))
        for model in apps.get_models()
        if issubclass(model, Thing) and any(f.related_model is Party for f in model._meta.concrete_fields)
    ]
    return sorted(found, key=lambda pair: pair[1])


if TYPE_CHECKING:
    Words = ArrayField[Any, Any]
else:
    Words = ArrayField


class KindsField(Words):
    """Kinds of records, chosen by what people call them."""

    def formfield(self, **options: Any) -> forms.Field:
        """A box for each kind."""
        return forms.MultipleChoiceField(
            choices=offered_kinds,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("Where it is offered. None: everywhere."),
        )

    def deconstruct(self) -> Any:
        """For the database it is a plain array."""
        name, _path, args, options = super().deconstruct()
        return name, "django.contrib.postgres.fields.ArrayField", args, options


class Template(Record):
    """A letter with gaps: {first_name}, {number} and what else the record has are filled in."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"))
    kinds = KindsField(
        models.CharField(max_length=60),
        default=list,
        blank=True,
        verbose_name=_("for"),
        help_text=_("Kinds of records it is offered on, such as sales.order; none: all."),
    )

    class Meta:
        verbose_name = _("letter template")
        verbose_name_plural = _("letter templates")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name
