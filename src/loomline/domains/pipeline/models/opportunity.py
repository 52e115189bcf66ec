"""One possible sale to one party."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from loomline.domains.pipeline.models.stage import OutcomeReason, Pipeline, Stage
from loomline.kernel.money import AmountField, CurrencyField, PriceField
from loomline.kernel.number import NumberField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Document, Record
from loomline.kernel.state import TONES, Moves, StateField, States


class OpportunityState(States):
    OPEN = "open", _("Open"), "info"
    WON = "won", _("Won"), "ok"
    LOST = "lost", _("Lost"), "muted"
    ABANDONED = "abandoned", _("Abandoned"), "muted"


_OPEN = (
    *("name", "contact", "owner", "team", "amount", "currency", "probability_override", "closes_on"),
    *("source", "competitor", "next_step", "next_step_on", "custom"),
)


class Opportunity(Document):
    """A sale that may happen: how much, when, how likely, and what is to be done next."""

    moves = Moves(
        win=OpportunityState.OPEN >> OpportunityState.WON,
        lose=OpportunityState.OPEN >> OpportunityState.LOST,
        abandon=OpportunityState.OPEN >> OpportunityState.ABANDONED,
        reopen=(OpportunityState.WON, OpportunityState.LOST, OpportunityState.ABANDONED)
        >> OpportunityState.OPEN,
    )
    # The stage changes by move_to_stage alone, so that its history is whole.
    editable = {
        OpportunityState.OPEN: _OPEN,
        OpportunityState.WON: ("custom",),
        OpportunityState.LOST: ("competitor", "custom"),
        OpportunityState.ABANDONED: ("custom",),
    }

    number = NumberField(series="opportunity", prefix="D-", verbose_name=_("number"))
    state = StateField(OpportunityState, default=OpportunityState.OPEN, verbose_name=_("state"))
    name = models.CharField(_("name"), max_length=200)
    party = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="opportunities", verbose_name=_("customer")
    )
    contact = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="contact_opportunities",
        verbose_name=_("contact"),
    )
    pipeline = models.ForeignKey(
        Pipeline, models.PROTECT, related_name="opportunities", verbose_name=_("pipeline"), db_index=False
    )
    stage = models.ForeignKey(
        Stage, models.PROTECT, related_name="opportunities", verbose_name=_("stage"), db_index=False
    )
    staged_at = models.DateTimeField(_("in this stage since"), editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="opportunities",
        verbose_name=_("owner"),
    )
    team = models.ForeignKey(
        "accounts.Team",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="opportunities",
        verbose_name=_("team"),
    )
    amount = AmountField(
        _("amount"), default=0, help_text=_("Nothing, when it shall be the sum of the lines.")
    )
    currency = CurrencyField(_("currency"), blank=True, help_text=_("Empty: the customer's."))
    probability_override = models.PositiveSmallIntegerField(
        _("own probability in %"),
        null=True,
        blank=True,
        help_text=_("Empty: the stage's probability counts."),
    )
    closes_on = models.DateField(_("closes"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=80, blank=True)
    competitor = models.CharField(_("competitor"), max_length=120, blank=True)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_step_on = models.DateField(_("next step due"), null=True, blank=True)
    snoozes = models.PositiveSmallIntegerField(_("times put off"), default=0, editable=False)
    opened_at = models.DateTimeField(_("opened"), editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    evidence = models.CharField(
        _("evidence"), max_length=200, blank=True, editable=False, help_text=_("What proves the win.")
    )
    lost_reason = models.CharField(_("lost because"), max_length=200, blank=True, editable=False)
    cause = models.ForeignKey(
        OutcomeReason,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="opportunities",
        verbose_name=_("reason from the list"),
        editable=False,
    )
    can_deliver_on = models.DateField(_("can deliver on"), null=True, blank=True, editable=False)
    promise_text = models.CharField(_("promise"), max_length=120, blank=True, editable=False)
    promise_tone = models.CharField(
        _("tone of the promise"),
        max_length=8,
        choices=sorted((tone, tone) for tone in TONES),
        default="muted",
        editable=False,
    )

    class Meta:
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="pipeline_opportunity_amount",
                violation_error_message=_("An opportunity cannot be worth less than nothing."),
            ),
            models.CheckConstraint(
                condition=Q(probability_override__isnull=True) | Q(probability_override__lte=100),
                name="pipeline_opportunity_probability",
                violation_error_message=_("A probability lies between 0 and 100 percent."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("lost", "abandoned")) | ~Q(lost_reason=""),
                name="pipeline_opportunity_lost_reason",
                violation_error_message=_("Say why the opportunity was lost or given up."),
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | ~Q(state="open") & Q(closed_at__isnull=False),
                name="pipeline_opportunity_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["stage", "state", "-id"], name="pipeline_opp_stage"),
            # Boards add up stage by stage what a person or a team may see.
            models.Index(fields=["owner", "stage", "state"], name="pipeline_opp_owner"),
            models.Index(fields=["team", "stage", "state"], name="pipeline_opp_team"),
            models.Index(fields=["pipeline", "state"], name="pipeline_opp_pipeline"),
            models.Index(fields=["state", "closes_on"], name="pipeline_opp_closes"),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="pipeline_opp_name_trgm"),
        ]

    @property
    def probability(self) -> int:
        """Percent: the own one, else the stage's."""
        return self.stage.probability if self.probability_override is None else self.probability_override


class OpportunityLine(Record):
    """What the customer would buy, as far as is known."""

    opportunity = models.ForeignKey(
        Opportunity, models.CASCADE, related_name="lines", verbose_name=_("opportunity"), db_index=False
    )
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    item = models.ForeignKey("catalog.Item", models.PROTECT, related_name="+", verbose_name=_("item"))
    quantity = QuantityField(_("quantity"))
    price = PriceField(_("price"), blank=True, help_text=_("Empty: as the price lists say."))
    wanted_on = models.DateField(_("wanted"), null=True, blank=True)

    class Meta:
        verbose_name = _("opportunity line")
        verbose_name_plural = _("opportunity lines")
        ordering = ["opportunity", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="pipeline_line_quantity",
                violation_error_message=_("A line needs a quantity above zero."),
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0),
                name="pipeline_line_price",
                violation_error_message=_("A price cannot be negative."),
            ),
        ]
        indexes = [models.Index(fields=["opportunity", "position"], name="pipeline_line_opportunity")]

    def __str__(self) -> str:
        return f"{self.opportunity_id}/{self.position}"


class StageChange(Record):
    """One step on the way of an opportunity.

    A record and no ledger: who takes a drag on the board back takes its row back too.
    """

    opportunity = models.ForeignKey(
        Opportunity,
        models.CASCADE,
        related_name="stage_changes",
        verbose_name=_("opportunity"),
        db_index=False,
    )
    from_stage = models.ForeignKey(
        Stage, models.PROTECT, null=True, related_name="+", verbose_name=_("from"), db_index=False
    )
    to_stage = models.ForeignKey(
        Stage, models.PROTECT, related_name="+", verbose_name=_("to"), db_index=False
    )
    at = models.DateTimeField(_("at"))
    entered_at = models.DateTimeField(_("entered the former stage"), null=True)
    amount = AmountField(_("amount"))

    class Meta:
        verbose_name = _("stage change")
        verbose_name_plural = _("stage changes")
        ordering = ["opportunity", "id"]
        indexes = [
            models.Index(fields=["opportunity", "id"], name="pipeline_change_opportunity"),
            models.Index(fields=["to_stage", "at"], name="pipeline_change_stage"),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id}: {self.to_stage_id}"


class CreditShare(Record):
    """How much of an opportunity counts as one person's; the shares of one opportunity add up to 100."""

    opportunity = models.ForeignKey(
        Opportunity,
        models.CASCADE,
        related_name="credit_shares",
        verbose_name=_("opportunity"),
        db_index=False,
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="credit_shares", verbose_name=_("person")
    )
    share = models.DecimalField(_("share in %"), max_digits=5, decimal_places=2)
    part = models.CharField(_("part"), max_length=80, blank=True, help_text=_("What the person does in it."))

    class Meta:
        verbose_name = _("share")
        verbose_name_plural = _("split credit")
        ordering = ["opportunity", "-share", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(share__gt=0, share__lte=100),
                name="pipeline_credit_share",
                violation_error_message=_("A share lies above 0 and is 100 at most."),
            ),
            models.UniqueConstraint(
                fields=["opportunity", "person"],
                name="pipeline_credit_once",
                violation_error_message=_("Everybody stands in the split once."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.share.normalize():f} %"
