"""One possible sale to one party."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from loomline.domains.pipeline.models.stage import Pipeline, Stage
from loomline.kernel.money import AmountField, CurrencyField, PriceField
from loomline.kernel.number import NumberField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Document, Record
from loomline.kernel.state import TONES, Moves, StateField, States


class OpportunityState(States):
    OPEN = "open", _("Open"), "info"
    WON = "won", _("Won"), "ok"
    LOST = "lost", _("Lost"), "muted"


_OPEN = (
    *("name", "contact", "owner", "team", "amount", "currency", "probability_override", "closes_on"),
    *("source", "competitor", "next_step", "next_step_on", "custom"),
)


class Opportunity(Document):
    """A sale that may happen: how much, when, how likely, and what is to be done next."""

    moves = Moves(
        win=OpportunityState.OPEN >> OpportunityState.WON,
        lose=OpportunityState.OPEN >> OpportunityState.LOST,
        reopen=(OpportunityState.WON, OpportunityState.LOST) >> OpportunityState.OPEN,
    )
    # The stage changes by move_to_stage alone, so that its history is whole.
    editable = {
        OpportunityState.OPEN: _OPEN,
        OpportunityState.WON: ("custom",),
        OpportunityState.LOST: ("competitor", "custom"),
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
        related_name="opportunities",
        verbose_name=_("owner"),
    )
    team = models.ForeignKey(
        "accounts.Team",
        models.PROTECT,
        null=True,
        blank=True,
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
    opened_at = models.DateTimeField(_("opened"), editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    evidence = models.CharField(
        _("evidence"), max_length=200, blank=True, editable=False, help_text=_("What proves the win.")
    )
    lost_reason = models.CharField(_("lost because"), max_length=200, blank=True, editable=False)
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
                condition=~Q(state="lost") | ~Q(lost_reason=""),
                name="pipeline_opportunity_lost_reason",
                violation_error_message=_("Say why the opportunity was lost."),
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | ~Q(state="open") & Q(closed_at__isnull=False),
                name="pipeline_opportunity_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["stage", "state", "-id"], name="pipeline_opp_stage"),
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
