"""A round of places to count."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models.kinds import CountClass
from loomline.kernel.number import NumberField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Document, Record
from loomline.kernel.state import Moves, StateField, States


class SheetState(States):
    COUNTING = "counting", _("Being counted"), "info"
    CHECKED = "checked", _("To approve"), "warn"
    RECOUNT = "recount", _("Being counted again"), "hold"
    POSTED = "posted", _("Posted"), "ok"
    CANCELLED = "cancelled", _("Cancelled"), "bad"


S = SheetState
RUNNING = (S.COUNTING, S.CHECKED, S.RECOUNT)


class CountSheet(Document):
    """Places of one site that are counted in one round; posted, it corrects the books."""

    moves = Moves(
        finish=(S.COUNTING, S.RECOUNT) >> S.CHECKED,
        recount=S.CHECKED >> S.RECOUNT,
        approve=S.CHECKED >> S.POSTED,
        cancel=RUNNING >> S.CANCELLED,
    )
    editable = dict.fromkeys(SheetState, ("note", "custom"))

    number = NumberField(series="count_sheet", prefix="CS-", verbose_name=_("number"))
    state = StateField(S, default=S.COUNTING, verbose_name=_("state"), editable=False)
    site = models.ForeignKey(
        "sites.Site", models.PROTECT, related_name="count_sheets", verbose_name=_("site")
    )
    count_class = models.CharField(
        _("count class"), max_length=1, choices=CountClass.choices, blank=True, default=""
    )
    is_blind = models.BooleanField(_("blind"), default=True, editable=False)
    is_frozen = models.BooleanField(_("places frozen"), default=True, editable=False)
    opened_at = models.DateTimeField(_("opened"), editable=False)
    posted_at = models.DateTimeField(_("posted"), null=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("approved by"),
    )
    accuracy = models.DecimalField(
        _("right, in per cent"), max_digits=5, decimal_places=2, null=True, editable=False
    )
    note = models.TextField(_("note"), blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True, editable=False)

    class Meta:
        verbose_name = _("count sheet")
        verbose_name_plural = _("count sheets")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="posted") | Q(posted_at__isnull=False, accuracy__isnull=False),
                name="counting_sheet_posted",
            ),
            models.CheckConstraint(
                condition=Q(accuracy__isnull=True) | Q(accuracy__gte=0, accuracy__lte=100),
                name="counting_sheet_accuracy",
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="counting_sheet_state")]

    @property
    def is_running(self) -> bool:
        """True while its places are counted or wait for approval."""
        return self.state in RUNNING


class CountLine(Record):
    """What the books said and what was found of an item, lot and owner at a place."""

    # It agrees with its balance, the sum of moves that say for ever whose the goods were.
    kept_at_merge = ("owner",)

    sheet = models.ForeignKey(
        CountSheet, models.CASCADE, related_name="lines", verbose_name=_("count sheet"), db_index=False
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="count_lines", verbose_name=_("item")
    )
    location = models.ForeignKey(
        "sites.Location", models.PROTECT, related_name="count_lines", verbose_name=_("location")
    )
    lot = models.ForeignKey(
        "inventory.Lot",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="count_lines",
        verbose_name=_("lot"),
    )
    owner = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="count_lines",
        verbose_name=_("owner"),
    )
    unit = models.ForeignKey(
        "inventory.HandlingUnit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="count_lines",
        verbose_name=_("handling unit"),
    )
    tolerance = models.DecimalField(
        _("may be off, in per cent"), max_digits=6, decimal_places=3, default=Decimal(0), editable=False
    )
    expected = QuantityField(_("in the books"), null=True, editable=False)
    counted = QuantityField(_("counted"), null=True, editable=False)
    first_counted = QuantityField(_("first count"), null=True, editable=False)
    counted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("counted by"),
    )
    counted_at = models.DateTimeField(_("counted at"), null=True, editable=False)

    class Meta:
        verbose_name = _("line of a count")
        verbose_name_plural = _("lines of counts")
        ordering = ["sheet", "position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(counted__isnull=True) | Q(counted__gte=0, expected__isnull=False),
                name="counting_line_counted",
                violation_error_message=_("A count cannot be below zero."),
            ),
            models.UniqueConstraint(
                fields=["sheet", "item", "location", "lot", "owner", "unit"],
                nulls_distinct=False,
                name="counting_line_once",
                violation_error_message=_("The sheet has this place already."),
            ),
        ]
        indexes = [
            models.Index(fields=["item", "location", "-counted_at"], name="counting_line_last"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet} / {self.position}"

    @property
    def difference(self) -> Decimal | None:
        """By how much what was found is more or less than the books said."""
        return None if self.counted is None or self.expected is None else self.counted - self.expected

    @property
    def is_off(self) -> bool:
        """True when it is off by more than its class allows."""
        if not self.difference:
            return False
        return self.expected == 0 or abs(self.difference) * 100 > self.tolerance * (self.expected or 0)
