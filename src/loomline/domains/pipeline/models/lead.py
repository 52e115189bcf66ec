"""People who may become customers."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.models import MailField, PhoneField
from loomline.kernel.number import NumberField
from loomline.kernel.record import Document
from loomline.kernel.state import Moves, StateField, States


class LeadState(States):
    NEW = "new", _("New"), "info"
    WORKING = "working", _("Working"), "accent"
    NURTURING = "nurturing", _("Nurturing"), "hold"
    QUALIFIED = "qualified", _("Qualified"), "ok"
    DISQUALIFIED = "disqualified", _("Disqualified"), "muted"


# Where a lead came from and when is history: no state leaves source and capture open to editing.
_OPEN = ("name", "company", "job_title", "email", "phone", "country", "interest", "owner", "team", "custom")


class Lead(Document):
    """Somebody who showed interest and has not been looked at closely."""

    moves = Moves(
        work=LeadState.NEW >> LeadState.WORKING,
        nurture=(LeadState.NEW, LeadState.WORKING) >> LeadState.NURTURING,
        convert=(LeadState.NEW, LeadState.WORKING, LeadState.NURTURING) >> LeadState.QUALIFIED,
        disqualify=(LeadState.NEW, LeadState.WORKING, LeadState.NURTURING) >> LeadState.DISQUALIFIED,
        reopen=(LeadState.DISQUALIFIED, LeadState.NURTURING) >> LeadState.WORKING,
    )
    editable = {
        LeadState.NEW: _OPEN,
        LeadState.WORKING: _OPEN,
        LeadState.NURTURING: _OPEN,
        LeadState.QUALIFIED: ("custom",),
        LeadState.DISQUALIFIED: ("custom",),
    }

    number = NumberField(series="lead", prefix="L-", verbose_name=_("number"))
    state = StateField(LeadState, default=LeadState.NEW, verbose_name=_("state"))
    name = models.CharField(
        _("name"), max_length=200, help_text=_("The person, as they introduced themselves.")
    )
    company = models.CharField(_("company"), max_length=200, blank=True)
    job_title = models.CharField(_("job title"), max_length=120, blank=True)
    email = MailField(_("e-mail"), blank=True, default="")
    phone = PhoneField(_("phone"), blank=True, default="")
    country = models.CharField(_("country"), max_length=2, blank=True)
    interest = models.TextField(_("interested in"), blank=True)
    source = models.CharField(_("source"), max_length=80, blank=True)
    source_detail = models.CharField(_("source in detail"), max_length=200, blank=True)
    captured_at = models.DateTimeField(_("captured"), editable=False)
    worked_at = models.DateTimeField(_("first worked on"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="leads",
        verbose_name=_("owner"),
    )
    team = models.ForeignKey(
        "accounts.Team", models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("team")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    party = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="leads",
        verbose_name=_("customer"),
    )
    contact = models.ForeignKey(
        "parties.Party", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("contact")
    )
    opportunity = models.ForeignKey(
        "pipeline.Opportunity",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="leads",
        verbose_name=_("opportunity"),
    )

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") | ~Q(company="") | ~Q(email=""),
                name="pipeline_lead_known",
                violation_error_message=_("A lead needs a name, a company or an e-mail address."),
            ),
            models.CheckConstraint(
                condition=~Q(state="disqualified") | ~Q(reason=""),
                name="pipeline_lead_reason",
                violation_error_message=_("Say why the lead is disqualified."),
            ),
            models.CheckConstraint(
                condition=~Q(state="qualified") | Q(party__isnull=False),
                name="pipeline_lead_party",
                violation_error_message=_("A qualified lead belongs to a party."),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="pipeline_lead_state"),
            models.Index(fields=["email"], name="pipeline_lead_email", condition=~Q(email="")),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="pipeline_lead_name_trgm"),
            GinIndex(OpClass(Upper("company"), name="gin_trgm_ops"), name="pipeline_lead_company_trgm"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def title(self) -> str:
        """How a list calls the lead: the person, and the company behind it."""
        return ", ".join(part for part in (self.name, self.company) if part) or self.email
