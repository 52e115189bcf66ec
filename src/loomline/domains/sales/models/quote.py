"""What we have offered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.sales.models.line import SoldLine, line_rules
from loomline.kernel.money import AmountField, CurrencyField
from loomline.kernel.number import NumberField
from loomline.kernel.record import Document
from loomline.kernel.state import Moves, StateField, States


class QuoteState(States):
    DRAFT = "draft", _("Draft"), "muted"
    SENT = "sent", _("Sent"), "info"
    ACCEPTED = "accepted", _("Accepted"), "ok"
    DECLINED = "declined", _("Declined"), "bad"
    EXPIRED = "expired", _("Expired"), "warn"
    SUPERSEDED = "superseded", _("Superseded"), "muted"


class Quote(Document):
    """An offer to a customer. What the customer has seen never changes: a change is a new version."""

    moves = Moves(
        send=QuoteState.DRAFT >> QuoteState.SENT,
        accept=QuoteState.SENT >> QuoteState.ACCEPTED,
        decline=QuoteState.SENT >> QuoteState.DECLINED,
        expire=QuoteState.SENT >> QuoteState.EXPIRED,
        revise=(QuoteState.SENT, QuoteState.DECLINED, QuoteState.EXPIRED) >> QuoteState.SUPERSEDED,
    )
    editable = {
        QuoteState.DRAFT: ("contact", "customer_reference", "valid_until", "owner", "team", "note", "custom"),
        QuoteState.SENT: ("owner", "team", "custom"),
        QuoteState.ACCEPTED: ("custom",),
        QuoteState.DECLINED: ("custom",),
        QuoteState.EXPIRED: ("custom",),
        QuoteState.SUPERSEDED: (),
    }

    number = NumberField(series="quote", prefix="Q-", verbose_name=_("number"))
    state = StateField(QuoteState, default=QuoteState.DRAFT, verbose_name=_("state"))
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    supersedes = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="superseded_by",
        verbose_name=_("replaces"),
    )
    customer = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="quotes", verbose_name=_("customer")
    )
    contact = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="contact_quotes",
        verbose_name=_("contact"),
    )
    opportunity = models.ForeignKey(
        "pipeline.Opportunity",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="quotes",
        verbose_name=_("opportunity"),
    )
    customer_reference = models.CharField(_("their reference"), max_length=80, blank=True)
    currency = CurrencyField(_("currency"), blank=True, help_text=_("Empty: the customer's."))
    freight = AmountField(_("freight"), default=0, blank=True)
    net = AmountField(_("net"), default=0, editable=False)
    tax = AmountField(_("tax"), default=0, editable=False)
    total = AmountField(_("total"), default=0, editable=False)
    quoted_on = models.DateField(_("date"))
    valid_until = models.DateField(_("valid until"), blank=True, help_text=_("Empty: 30 days."))
    wanted_on = models.DateField(_("wanted"), null=True, blank=True)
    promised_on = models.DateField(_("promised"), null=True, blank=True, editable=False)
    site = models.ForeignKey(
        "sites.Site", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ships from")
    )
    ship_to = models.ForeignKey(
        "parties.Address", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ship to")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="quotes",
        verbose_name=_("owner"),
    )
    team = models.ForeignKey(
        "accounts.Team", models.PROTECT, null=True, blank=True, related_name="quotes", verbose_name=_("team")
    )
    note = models.TextField(_("note to the customer"), blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    accepted_by = models.CharField(_("accepted by"), max_length=120, blank=True, editable=False)
    declined_because = models.CharField(_("declined because"), max_length=200, blank=True, editable=False)
    held_until = models.DateField(
        _("goods held until"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("The last day on which goods are kept for the quote. Empty: nothing is kept for it."),
    )

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(total=F("net") + F("tax")),
                name="sales_quote_total",
                violation_error_message=_("A quote's total must be its net sum and tax."),
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("quoted_on")),
                name="sales_quote_valid",
                violation_error_message=_("A quote cannot end before the day it is written."),
            ),
            models.CheckConstraint(
                condition=Q(freight__gte=0),
                name="sales_quote_freight",
                violation_error_message=_("Freight cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(version=1, supersedes__isnull=True) | Q(version__gt=1, supersedes__isnull=False),
                name="sales_quote_version",
            ),
            models.CheckConstraint(
                condition=Q(held_until__isnull=True) | Q(state__in=("sent", "accepted")),
                name="sales_quote_held",
                violation_error_message=_("Goods are held only for a quote that stands."),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="sales_quote_state"),
            models.Index(fields=["valid_until"], name="sales_quote_open", condition=Q(state="sent")),
            models.Index(
                fields=["held_until"], name="sales_quote_holding", condition=Q(held_until__isnull=False)
            ),
        ]

    @property
    def base_number(self) -> str:
        """The number that all versions share."""
        return self.number if self.version == 1 else self.number.removesuffix(f"-v{self.version}")


class QuoteLine(SoldLine):
    """One item offered, with the day we could deliver it."""

    quote = models.ForeignKey(
        Quote, models.CASCADE, related_name="lines", verbose_name=_("quote"), db_index=False
    )
    is_optional = models.BooleanField(
        _("optional"),
        default=False,
        help_text=_("Offered on top: not in the sum, taken only when asked for."),
    )
    alternative_of = models.PositiveSmallIntegerField(
        _("instead of line"),
        null=True,
        blank=True,
        help_text=_("Number of the line it may stand in for: not in the sum, the customer chooses."),
    )

    class Meta:
        verbose_name = _("quote line")
        verbose_name_plural = _("quote lines")
        ordering = ["quote", "position", "id"]
        constraints = [
            *line_rules("sales_quoteline"),
            models.CheckConstraint(
                condition=Q(alternative_of__isnull=True)
                | Q(is_optional=False) & ~Q(alternative_of=F("position")),
                name="sales_quoteline_alternative",
                violation_error_message=_(
                    "An alternative stands in for another line and is not optional besides."
                ),
            ),
        ]
        indexes = [models.Index(fields=["quote", "position"], name="sales_quoteline_quote")]

    @property
    def is_firm(self) -> bool:
        """True when the line is in the sum: neither offered on top nor instead of another one."""
        return not self.is_optional and self.alternative_of is None

    @property
    def role(self) -> str:
        """What the line is in the offer when it is not simply part of the sum."""
        if self.is_optional:
            return _t("optional")
        return _t("instead of line {n}").format(n=self.alternative_of) if self.alternative_of else ""

    def __str__(self) -> str:
        known = self._state.fields_cache.get("quote")
        return f"{known or self.quote_id}/{self.position}"
