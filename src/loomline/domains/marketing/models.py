"""Campaigns, their members, and the deals that say which campaign they came from."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.money import AmountField, CurrencyField
from loomline.kernel.number import NumberField
from loomline.kernel.record import ALL, Document, Record
from loomline.kernel.state import Moves, StateField, States


class CampaignState(States):
    PLANNED = "planned", _("Planned"), "info"
    RUNNING = "running", _("Running"), "accent"
    COMPLETED = "completed", _("Completed"), "ok"
    CALLED_OFF = "called_off", _("Called off"), "muted"


class Means(models.TextChoices):
    """By what a campaign reaches people."""

    EMAIL = "email", _("E-mail")
    POST = "post", _("Post")
    CALLS = "calls", _("Calls")
    EVENT = "event", _("Fair or event")
    ADVERT = "advert", _("Advertising")
    WEB = "web", _("Web")
    OTHER = "other", _("Other")


class Response(models.TextChoices):
    """How far a campaign has come with one of its members."""

    PLANNED = "planned", _("To be reached")
    REACHED = "reached", _("Reached")
    RESPONDED = "responded", _("Responded")
    ATTENDED = "attended", _("Took part")
    DECLINED = "declined", _("Declined")


S = CampaignState
# Who declines has answered; only interest influences a deal.
INTEREST = (Response.RESPONDED, Response.ATTENDED)
ANSWERED = (*INTEREST, Response.DECLINED)
RESPONSE_TONES = {
    Response.PLANNED: "muted",
    Response.REACHED: "info",
    Response.RESPONDED: "ok",
    Response.ATTENDED: "ok",
    Response.DECLINED: "warn",
}


class Campaign(Document):
    """An effort to reach people: a fair, a mailing, calls."""

    moves = Moves(
        start=S.PLANNED >> S.RUNNING,
        complete=S.RUNNING >> S.COMPLETED,
        call_off=(S.PLANNED, S.RUNNING) >> S.CALLED_OFF,
        reopen=(S.COMPLETED, S.CALLED_OFF) >> S.RUNNING,
    )
    editable = {
        S.PLANNED: ALL,
        S.RUNNING: ALL,
        S.COMPLETED: ("cost", "note", "owner", "custom"),
        S.CALLED_OFF: ("cost", "note", "owner", "custom"),
    }

    number = NumberField(series="campaign", prefix="CA-", verbose_name=_("number"))
    name = models.CharField(_("name"), max_length=120)
    state = StateField(CampaignState, default=S.PLANNED, verbose_name=_("state"), editable=False)
    means = models.CharField(_("by"), max_length=10, choices=Means.choices, default=Means.EMAIL)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    currency = CurrencyField(_("currency"), default="EUR")
    budget = AmountField(_("budget"), default=0, validators=[MinValueValidator(0)])
    cost = AmountField(
        _("cost"), default=0, validators=[MinValueValidator(0)], help_text=_("What it has cost so far.")
    )
    hoped_for = AmountField(
        _("revenue hoped for"), default=0, validators=[MinValueValidator(0)], help_text=_("Of all its deals.")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="campaigns",
        verbose_name=_("owner"),
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("part of"),
        help_text=_("The larger campaign that this one belongs to."),
    )
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True)
                | Q(starts_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="marketing_campaign_days",
                violation_error_message=_("The last day is not before the first."),
            ),
            models.CheckConstraint(
                condition=Q(budget__gte=0, cost__gte=0, hoped_for__gte=0),
                name="marketing_campaign_amounts",
                violation_error_message=_("No amount is negative."),
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="marketing_campaign_parent",
                violation_error_message=_("A campaign is not a part of itself."),
            ),
            models.CheckConstraint(condition=Q(means__in=Means.values), name="marketing_campaign_means"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def left(self) -> Decimal:
        """What of the budget is not spent."""
        return Decimal(self.budget) - Decimal(self.cost)


class CampaignMember(Record):
    """A lead or a person whom a campaign reaches, and what came back."""

    campaign = models.ForeignKey(
        Campaign, models.CASCADE, related_name="members", verbose_name=_("campaign"), db_index=False
    )
    party = models.ForeignKey(
        "parties.Party",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="campaign_members",
        verbose_name=_("customer or person"),
    )
    lead = models.ForeignKey(
        "pipeline.Lead",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="campaign_members",
        verbose_name=_("lead"),
    )
    response = models.CharField(
        _("response"), max_length=10, choices=Response.choices, default=Response.PLANNED
    )
    told = models.CharField(
        _("in their words"),
        max_length=120,
        blank=True,
        help_text=_("The status as another system had it."),
    )
    reached_at = models.DateTimeField(_("reached"), null=True, blank=True, editable=False)
    responded_at = models.DateTimeField(_("responded"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("member of a campaign")
        verbose_name_plural = _("members of campaigns")
        ordering = ["campaign", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(party__isnull=False) | Q(lead__isnull=False),
                name="marketing_member_somebody",
                violation_error_message=_("A member is a lead or somebody among the customers."),
            ),
            models.UniqueConstraint(
                fields=["campaign", "party"],
                condition=Q(lead__isnull=True),
                name="marketing_member_party_once",
                violation_error_message=_("The campaign has this member already."),
            ),
            models.UniqueConstraint(
                fields=["campaign", "lead"],
                name="marketing_member_lead_once",
                violation_error_message=_("The campaign has this lead already."),
            ),
            models.CheckConstraint(
                condition=Q(response__in=Response.values), name="marketing_member_response"
            ),
            models.CheckConstraint(
                condition=~Q(response__in=ANSWERED) | Q(responded_at__isnull=False),
                name="marketing_member_responded",
                violation_error_message=_("Who has answered did so at some moment."),
            ),
        ]
        indexes = [models.Index(fields=["campaign", "response"], name="marketing_member_response")]

    def __str__(self) -> str:
        return str(self.party or (self.lead.title if self.lead is not None else ""))

    @property
    def tone(self) -> str:
        """How the response is coloured."""
        return RESPONSE_TONES[Response(self.response)]


class DealSource(Record):
    """The campaign that a deal came from, as somebody says."""

    opportunity = models.ForeignKey(
        "pipeline.Opportunity", models.CASCADE, related_name="campaign_sources", verbose_name=_("deal")
    )
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="sourced", verbose_name=_("campaign"))

    class Meta:
        verbose_name = _("source of a deal")
        verbose_name_plural = _("sources of deals")
        constraints = [models.UniqueConstraint(fields=["opportunity"], name="marketing_source_once")]

    def __str__(self) -> str:
        return f"{self.opportunity}: {self.campaign}"
