"""What is measured of an item, at a stage or of a supplier, how much of it, and what is good enough."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.engines.quality.aql import AQLS
from loomline.kernel.quantity import plain
from loomline.kernel.record import Record

if TYPE_CHECKING:
    from loomline.domains.inventory.models import Lot

    _Decimal = models.DecimalField[Any, Any]
else:
    _Decimal = models.DecimalField


class MeasureField(_Decimal):
    """A measured value or a limit, numeric(20,6)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 20)
        kwargs.setdefault("decimal_places", 6)
        super().__init__(*args, **kwargs)


def within(measured: Decimal, *, lower: Decimal | None, upper: Decimal | None) -> bool:
    """True when the value lies between the limits; the limits themselves pass."""
    return (lower is None or measured >= lower) and (upper is None or measured <= upper)


def limits_text(*, lower: Decimal | None, upper: Decimal | None, unit: str) -> str:
    """The limits as people write them: "0 to 1.2 ΔE", "at most 1.2 ΔE"."""
    if lower is not None and upper is not None:
        text = _("{lower} to {upper} {unit}")
    elif upper is not None:
        text = _("at most {upper} {unit}")
    elif lower is not None:
        text = _("at least {lower} {unit}")
    else:
        return ""
    shown = {
        "lower": plain(lower) if lower is not None else "",
        "upper": plain(upper) if upper is not None else "",
    }
    return str(text).format(**shown, unit=unit).strip()


class Sampling(models.TextChoices):
    """How a lot is judged."""

    SINGLE = "single", _("One figure for the lot")
    ATTRIBUTES = "attributes", _("Sample: count what is nonconforming")
    VARIABLES = "variables", _("Sample: measure each piece")


class Level(models.TextChoices):
    """How much of a lot is inspected, as ISO 2859-1 has it."""

    SPECIAL_1 = "S-1", _("S-1")
    SPECIAL_2 = "S-2", _("S-2")
    SPECIAL_3 = "S-3", _("S-3")
    SPECIAL_4 = "S-4", _("S-4")
    GENERAL_1 = "I", _("I (less)")
    GENERAL_2 = "II", _("II (usual)")
    GENERAL_3 = "III", _("III (more)")


# The preferred acceptance quality limits up to which a per cent is meant.
PERCENTAGES = [Decimal(str(aql)) for aql in AQLS if aql <= 10]


class CheckPlan(Record):
    """What is measured of an item, or at a stage of making, and what is good enough."""

    item = models.ForeignKey(
        "catalog.Item",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="check_plans",
        verbose_name=_("item"),
    )
    stage = models.CharField(_("stage"), max_length=80, blank=True)
    supplier = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="check_plans",
        verbose_name=_("supplier"),
    )
    characteristic = models.CharField(_("characteristic"), max_length=120)
    method = models.CharField(_("how it is measured"), max_length=200, blank=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    lower = MeasureField(_("at least"), null=True, blank=True)
    upper = MeasureField(_("at most"), null=True, blank=True)
    sampling = models.CharField(
        _("how it is judged"), max_length=10, choices=Sampling.choices, default=Sampling.SINGLE
    )
    aql = models.DecimalField(_("AQL in %"), max_digits=6, decimal_places=3, null=True, blank=True)
    level = models.CharField(
        _("inspection level"), max_length=3, choices=Level.choices, default=Level.GENERAL_2
    )
    limiting = models.DecimalField(
        _("limiting quality in %"), max_digits=6, decimal_places=3, null=True, blank=True
    )
    may_reduce = models.BooleanField(_("may be inspected less when good"), default=True)
    holds = models.BooleanField(_("the lot waits for the result"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("check plan")
        verbose_name_plural = _("check plans")
        ordering = ["item", "stage", "characteristic", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(item__isnull=False) | ~Q(stage="") | Q(supplier__isnull=False),
                name="quality_plan_of_something",
                violation_error_message=_("Say which item, stage or supplier is checked."),
            ),
            models.CheckConstraint(
                condition=Q(lower__isnull=True) | Q(upper__isnull=True) | Q(upper__gte=F("lower")),
                name="quality_plan_limits",
                violation_error_message=_("The upper limit cannot lie below the lower one."),
            ),
            models.UniqueConstraint(
                fields=["item", "stage", "supplier", "characteristic"],
                nulls_distinct=False,
                name="quality_plan_once",
                violation_error_message=_("There is already a plan for this characteristic here."),
            ),
            models.CheckConstraint(
                condition=~Q(sampling="attributes") | Q(aql__isnull=False, aql__in=PERCENTAGES),
                name="quality_plan_aql",
                violation_error_message=_(
                    "Give an AQL that ISO 2859-1 knows: 0.65, 1, 1.5, 2.5, 4 or 6.5, say."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(sampling="variables")
                | Q(
                    aql__isnull=False,
                    limiting__isnull=False,
                    aql__gt=0,
                    limiting__gt=F("aql"),
                    limiting__lt=100,
                )
                & (Q(lower__isnull=False) | Q(upper__isnull=False)),
                name="quality_plan_variables",
                violation_error_message=_(
                    "To judge by measured pieces, give a limit, the AQL and a limiting quality above it."
                ),
            ),
        ]
        indexes = [models.Index(fields=["stage"], name="quality_plan_stage", condition=~Q(stage=""))]

    def __str__(self) -> str:
        return " · ".join(
            str(part) for part in (self.item, self.stage, self.supplier, self.characteristic) if part
        )

    @property
    def limits(self) -> str:
        """The limits as people write them."""
        return limits_text(lower=self.lower, upper=self.upper, unit=self.unit)

    def is_for(self, lot: Lot) -> bool:
        """True when the plan speaks of this lot: of its item, and of its supplier."""
        return self.item_id in (None, lot.item_id) and self.supplier_id in (None, lot.supplier_id)
