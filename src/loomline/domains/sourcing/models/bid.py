"""What suppliers answer, each alone."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.sourcing.models.request import Rfq, RfqLine
from loomline.kernel.money import CurrencyField, PriceField
from loomline.kernel.quantity import QuantityField, ShareField
from loomline.kernel.record import Record
from loomline.kernel.state import Moves, StateField, States


class Incoterm(models.TextChoices):
    """Who carries and pays what (Incoterms 2020)."""

    EXW = "EXW", _("EXW: at their door")
    FCA = "FCA", _("FCA: handed to our carrier")
    FAS = "FAS", _("FAS: beside the ship")
    FOB = "FOB", _("FOB: on board")
    CFR = "CFR", _("CFR: sea freight paid")
    CIF = "CIF", _("CIF: sea freight and insurance paid")
    CPT = "CPT", _("CPT: carriage paid")
    CIP = "CIP", _("CIP: carriage and insurance paid")
    DAP = "DAP", _("DAP: at our door, duty not paid")
    DPU = "DPU", _("DPU: unloaded, duty not paid")
    DDP = "DDP", _("DDP: at our door, duty paid")


class InvitationState(States):
    INVITED = "invited", _("Asked"), "info"
    ANSWERED = "answered", _("Answered"), "ok"
    DECLINED = "declined", _("Declined"), "muted"


AS = InvitationState


class Invitation(Record):
    """One supplier asked, and the terms of its answer."""

    moves = Moves(
        answer=(AS.INVITED, AS.ANSWERED, AS.DECLINED) >> AS.ANSWERED,
        decline=(AS.INVITED, AS.ANSWERED) >> AS.DECLINED,
    )

    rfq = models.ForeignKey(Rfq, models.PROTECT, related_name="invitations", verbose_name=_("request"))
    supplier = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="invitations", verbose_name=_("supplier")
    )
    state = StateField(InvitationState, default=AS.INVITED, verbose_name=_("state"), editable=False)
    currency = CurrencyField(_("currency"), blank=True)
    incoterm = models.CharField(_("incoterm"), max_length=3, choices=Incoterm.choices, blank=True)
    place = models.CharField(_("place"), max_length=60, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    note = models.TextField(_("their note"), blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True, editable=False)
    reason = models.CharField(_("why declined"), max_length=300, blank=True, editable=False)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rfq", "supplier"],
                name="sourcing_invitation_once",
                violation_error_message=_("This supplier is asked already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.rfq} · {self.supplier}"


class Bid(Record):
    """A supplier's offer for one line; freight and duty are what we reckon it takes to bring it here."""

    invitation = models.ForeignKey(
        Invitation, models.CASCADE, related_name="bids", verbose_name=_("invitation"), db_index=False
    )
    line = models.ForeignKey(RfqLine, models.PROTECT, related_name="bids", verbose_name=_("item"))
    min_quantity = QuantityField(_("least quantity"), default=0)
    max_quantity = QuantityField(
        _("most quantity"), null=True, blank=True, help_text=_("Empty: as much as is asked for.")
    )
    lead_days = models.PositiveSmallIntegerField(_("lead time in working days"), default=0)
    co2e = models.DecimalField(
        _("CO2e in kg per unit"), max_digits=12, decimal_places=4, null=True, blank=True
    )

    class Meta:
        verbose_name = _("bid")
        verbose_name_plural = _("bids")
        ordering = ["invitation", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["invitation", "line"],
                name="sourcing_bid_once",
                violation_error_message=_("There is one bid for an item; give it several prices instead."),
            ),
            models.CheckConstraint(
                condition=Q(min_quantity__gte=0)
                & (Q(max_quantity__isnull=True) | Q(max_quantity__gte=F("min_quantity"), max_quantity__gt=0)),
                name="sourcing_bid_quantities",
                violation_error_message=_("The least quantity cannot be above the most."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invitation} · {self.line}"


class BidPrice(Record):
    """From this quantity on, a unit costs so much in the currency of the answer."""

    bid = models.ForeignKey(Bid, models.CASCADE, related_name="prices", verbose_name=_("bid"), db_index=False)
    from_quantity = QuantityField(_("from quantity"), default=0)
    price = PriceField(_("price"))

    class Meta:
        verbose_name = _("price break")
        verbose_name_plural = _("price breaks")
        ordering = ["bid", "from_quantity"]
        constraints = [
            models.UniqueConstraint(fields=["bid", "from_quantity"], name="sourcing_price_once"),
            models.CheckConstraint(
                condition=Q(from_quantity__gte=0, price__gte=0),
                name="sourcing_price_amounts",
                violation_error_message=_("Prices and quantities cannot be negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_quantity:f}: {self.price:f}"


class Landing(Record):
    """What we reckon it takes to bring one unit of a bid to our door; suppliers do not see it."""

    bid = models.OneToOneField(Bid, models.CASCADE, related_name="landing", verbose_name=_("bid"))
    freight = PriceField(_("freight per unit"), default=0, help_text=_("In the currency of the request."))
    duty_rate = ShareField(_("duty"), max_digits=7, decimal_places=6, default=0)
    risk = models.DecimalField(
        _("risk points"),
        max_digits=6,
        decimal_places=2,
        default=Decimal(0),
        help_text=_("0: none; 10: grave."),
    )

    class Meta:
        verbose_name = _("landing estimate")
        verbose_name_plural = _("landing estimates")
        constraints = [
            models.CheckConstraint(
                condition=Q(freight__gte=0, duty_rate__range=(0, 10), risk__gte=0),
                name="sourcing_landing_amounts",
                violation_error_message=_("Freight, duty and risk cannot be negative."),
            )
        ]

    def __str__(self) -> str:
        return str(self.bid)
