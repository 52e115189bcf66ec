"""What people have allowed and forbidden, and what was done about it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.record import Ledger, Record


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    SMS = "sms", _("Text message")
    POST = "post", _("Post")


class Purpose(models.TextChoices):
    MARKETING = "marketing", _("Marketing")
    NEWSLETTER = "newsletter", _("Newsletter")
    SURVEY = "survey", _("Surveys")
    SERVICE = "service", _("Orders and service")


class Basis(models.TextChoices):
    CONSENT = "consent", _("Consent")
    CONTRACT = "contract", _("Contract")
    INTEREST = "interest", _("Legitimate interest")
    LAW = "law", _("Legal obligation")


class Answer(models.TextChoices):
    GIVEN = "given", _("Allowed")
    WITHDRAWN = "withdrawn", _("Refused")


class SuppressedFor(models.TextChoices):
    UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
    COMPLAINED = "complained", _("reported as spam")
    BOUNCED = "bounced", _("does not exist")
    ERASED = "erased", _("erased on request")


class Consent(Record):
    """What holds now for one person, channel and purpose; the entries say how it came to that."""

    party = models.ForeignKey(
        "parties.Party", models.CASCADE, related_name="consents", verbose_name=_("person"), db_index=False
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose.choices)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer.choices)
    basis = models.CharField(_("legal basis"), max_length=10, choices=Basis.choices, default=Basis.CONSENT)
    source = models.CharField(_("source"), max_length=120, blank=True)
    at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["party", "channel", "purpose"]
        constraints = [
            models.UniqueConstraint(
                fields=["party", "channel", "purpose"],
                name="privacy_consent_once",
                violation_error_message=_(
                    "The person's answer for this channel and purpose is there already."
                ),
            ),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="privacy_consent_channel"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="privacy_consent_purpose"),
            models.CheckConstraint(condition=Q(answer__in=Answer.values), name="privacy_consent_answer"),
            models.CheckConstraint(condition=Q(basis__in=Basis.values), name="privacy_consent_basis"),
        ]
        indexes = [models.Index(fields=["channel", "purpose", "answer"], name="privacy_consent_answers")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}, {self.get_channel_display()}"

    @property
    def tone(self) -> str:
        """How the answer is coloured."""
        return "ok" if self.answer == Answer.GIVEN else "warn"


class Proof(Record):
    """The words that prove a consent. They can be erased; their fingerprint in the ledger stays."""

    text = models.TextField(_("proof"), blank=True)

    class Meta:
        verbose_name = _("proof")
        verbose_name_plural = _("proofs")

    def __str__(self) -> str:
        return self.text[:60]


class ConsentEntry(Ledger):
    """One answer as it was given. Holds no words of the person, so that it never has to be changed."""

    consent = models.ForeignKey(
        Consent, models.PROTECT, related_name="entries", verbose_name=_("consent"), db_index=False
    )
    answer = models.CharField(_("answer"), max_length=10, choices=Answer.choices)
    basis = models.CharField(_("legal basis"), max_length=10, choices=Basis.choices)
    source = models.CharField(_("source"), max_length=120, blank=True)
    proof = models.OneToOneField(
        Proof, models.PROTECT, null=True, related_name="entry", verbose_name=_("proof")
    )
    proof_digest = models.CharField(_("fingerprint of the proof"), max_length=64, blank=True)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("noted by")
    )

    class Meta:
        verbose_name = _("entry of a consent")
        verbose_name_plural = _("entries of consents")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(answer__in=Answer.values), name="privacy_entry_answer")
        ]
        indexes = [models.Index(fields=["consent", "-id"], name="privacy_entry_history")]

    def __str__(self) -> str:
        return str(self.get_answer_display())


class Suppression(Record):
    """An address that is not written to, known by its fingerprint only."""

    digest = models.CharField(_("fingerprint"), max_length=64, editable=False)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices, default=Channel.EMAIL)
    reason = models.CharField(_("reason"), max_length=14, choices=SuppressedFor.choices)
    source = models.CharField(_("source"), max_length=120, blank=True)
    at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["digest", "channel", "reason"],
                name="privacy_suppression_once",
                violation_error_message=_("This address is suppressed for this reason already."),
            ),
            models.CheckConstraint(
                condition=Q(reason__in=SuppressedFor.values), name="privacy_suppression_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.digest[:8]})"


class Erasure(Ledger):
    """That a person was erased, when, by whom and how much was touched. Says nothing of who it was."""

    party = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="erasures", verbose_name=_("person")
    )
    reason = models.CharField(_("reason"), max_length=120)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("erased by")
    )

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(_("Erasure {n}")).format(n=self.pk)


class RetentionPolicy(Record):
    """After how many months without any contact people are erased."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    months = models.PositiveSmallIntegerField(_("months without contact"), default=36)
    with_consent = models.BooleanField(
        _("also people who have allowed to be reached"),
        default=False,
        help_text=_("Without it, whoever has a consent that holds stays."),
    )
    is_active = models.BooleanField(
        _("active"), default=False, help_text=_("Look at the preview first: erasing cannot be undone.")
    )

    class Meta:
        verbose_name = _("retention policy")
        verbose_name_plural = _("retention policies")
        constraints = [
            models.CheckConstraint(
                condition=Q(months__gte=1),
                name="privacy_retention_months",
                violation_error_message=_("Keep people for at least one month."),
            )
        ]

    def __str__(self) -> str:
        return self.name
