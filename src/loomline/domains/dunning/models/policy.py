"""When customers are reminded, in which words and at what cost."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.kernel.money import AmountField
from loomline.kernel.quantity import ShareField
from loomline.kernel.record import Record, Thing


class DunningPolicy(Thing):
    """How the customers without a policy of their own are reminded, or one customer."""

    customer = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="dunning_policies",
        db_index=False,
        verbose_name=_("customer"),
        help_text=_("Leave empty for all customers without a policy of their own."),
    )
    grace_days = models.PositiveSmallIntegerField(
        _("days of grace"),
        default=3,
        help_text=_("An invoice overdue by no more than this is not reminded of."),
    )
    rest_days = models.PositiveSmallIntegerField(
        _("days between letters"),
        default=7,
        validators=[MinValueValidator(1)],
        help_text=_("So long an invoice rests after a letter about it."),
    )
    pay_within = models.PositiveSmallIntegerField(
        _("days to pay"), default=7, help_text=_("How long after the letter the customer is asked to pay.")
    )
    minimum = AmountField(
        _("minimum amount"),
        default=0,
        validators=[MinValueValidator(0)],
        help_text=_("No letter about less than this, in the currency of the letter."),
    )
    hold_from = models.PositiveSmallIntegerField(
        _("credit hold from level"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("A letter of this level or above sets the credit limit to 0. Empty: never."),
    )

    class Meta:
        verbose_name = _("dunning policy")
        verbose_name_plural = _("dunning policies")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                nulls_distinct=False,
                name="dunning_policy_once",
                violation_error_message=_("There is a policy for this already. Change that one."),
            ),
            models.CheckConstraint(
                condition=Q(rest_days__gte=1, minimum__gte=0)
                & (Q(hold_from__isnull=True) | Q(hold_from__gte=1)),
                name="dunning_policy_amounts",
                violation_error_message=_(
                    "An invoice rests for a day at least, the minimum is zero or more, and levels begin at 1."
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(self.customer) if self.customer_id else _t("All customers")


class DunningLevel(Record):
    """One step: from how many days overdue, and what it costs the customer."""

    policy = models.ForeignKey(
        DunningPolicy, models.CASCADE, related_name="levels", verbose_name=_("policy"), db_index=False
    )
    level = models.PositiveSmallIntegerField(_("level"), validators=[MinValueValidator(1)])
    days = models.PositiveSmallIntegerField(_("from days overdue"), validators=[MinValueValidator(1)])
    fee = AmountField(
        _("fee"),
        default=0,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("For each letter, in the currency of the letter."),
    )
    interest_rate = ShareField(
        _("interest per year"),
        max_digits=7,
        decimal_places=6,
        default=0,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Simple interest on what is open, for the days since the last letter or the due day."),
    )

    class Meta:
        verbose_name = _("dunning level")
        verbose_name_plural = _("dunning levels")
        ordering = ["policy", "level"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "level"],
                name="dunning_level_once",
                violation_error_message=_("The policy has this level already."),
            ),
            models.CheckConstraint(
                condition=Q(level__gte=1, days__gte=1, fee__gte=0, interest_rate__range=(0, 1)),
                name="dunning_level_amounts",
                violation_error_message=_(
                    "Levels and days begin at 1, a fee is zero or more, interest lies between 0 and 100 %."
                ),
            ),
        ]

    def __str__(self) -> str:
        return _t("Level {n}").format(n=self.level)


class LevelText(Record):
    """What a letter of a level says, in one language; gaps in braces are filled in."""

    policy = models.ForeignKey(
        DunningPolicy, models.CASCADE, related_name="texts", verbose_name=_("policy"), db_index=False
    )
    level = models.PositiveSmallIntegerField(_("level"), validators=[MinValueValidator(1)])
    language = models.CharField(_("language"), max_length=16, default="en", help_text=_("en, de, pt"))
    title = models.CharField(_("title"), max_length=120)
    opening = models.TextField(_("opening"), help_text=_("Before the table of invoices."))
    closing = models.TextField(
        _("closing"),
        blank=True,
        help_text=_("After it. {customer}, {total}, {day} and {number} are filled in."),
    )

    class Meta:
        verbose_name = _("text of a level")
        verbose_name_plural = _("texts of levels")
        ordering = ["policy", "level", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "level", "language"],
                name="dunning_text_once",
                violation_error_message=_("The level has a text in this language already."),
            )
        ]

    def __str__(self) -> str:
        return self.title
