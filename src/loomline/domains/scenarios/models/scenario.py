"""A scenario and its changes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Record, Thing
from loomline.kernel.state import Moves, StateField, States


class ScenarioState(States):
    DRAFT = "draft", _("Draft"), "muted"
    PLANNED = "planned", _("Planned"), "info"
    ASKED = "asked", _("In approval"), "hold"
    COMMITTED = "committed", _("Carried over"), "ok"
    DISCARDED = "discarded", _("Discarded"), "muted"


SS = ScenarioState


class Scenario(Thing):
    """A named list of changes that somebody tries without touching the live data."""

    moves = Moves(
        plan=(SS.DRAFT, SS.PLANNED) >> SS.PLANNED,
        reopen=SS.PLANNED >> SS.DRAFT,
        ask=SS.PLANNED >> SS.ASKED,
        take_back=SS.ASKED >> SS.PLANNED,
        commit=SS.ASKED >> SS.COMMITTED,
        discard=(SS.DRAFT, SS.PLANNED) >> SS.DISCARDED,
    )
    editable = {
        state: ("name", "purpose", "custom") if state in (SS.DRAFT, SS.PLANNED) else () for state in SS
    }

    name = models.CharField(_("name"), max_length=40, unique=True)
    purpose = models.CharField(
        _("purpose"), max_length=300, blank=True, help_text=_("The question that it is to answer.")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="scenarios",
        verbose_name=_("owner"),
        editable=False,
    )
    state = StateField(ScenarioState, default=SS.DRAFT, verbose_name=_("state"), editable=False)
    opened_at = models.DateTimeField(_("opened"), editable=False)
    planned_at = models.DateTimeField(_("live data as of"), null=True, editable=False)
    answer = models.CharField(_("answer"), max_length=300, blank=True, editable=False)
    committed_at = models.DateTimeField(_("carried over"), null=True, editable=False)

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("draft", "discarded")) | Q(planned_at__isnull=False),
                name="scenarios_scenario_planned",
                violation_error_message=_("Plan the scenario first."),
            ),
            models.CheckConstraint(
                condition=Q(state="committed", committed_at__isnull=False)
                | ~Q(state="committed") & Q(committed_at__isnull=True),
                name="scenarios_scenario_committed",
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="scenarios_scenario_state")]

    def __str__(self) -> str:
        return self.name


class ChangeKind(models.TextChoices):
    DEMAND = "demand", _("Forecast")
    ORDER = "order", _("Customer's order")
    PURCHASE = "purchase", _("Purchase")
    LEAD_TIME = "lead_time", _("Lead time of an item")
    SUPPLIER = "supplier", _("Lead time of a supplier")
    POLICY = "policy", _("Planning policy")
    CAPACITY = "capacity", _("Capacity")
    WIN = "win", _("Deal won")
    LOSE = "lose", _("Deal lost")
    LOST = "lost", _("Partner lost for a time")


CK = ChangeKind
# What is ours to decide; the rest are assumptions on what others will do.
DECISIONS = (CK.DEMAND, CK.LEAD_TIME, CK.SUPPLIER, CK.POLICY, CK.CAPACITY)


class Parameter(models.TextChoices):
    SAFETY_STOCK = "safety_stock", _("Safety stock")
    REORDER_LEVEL = "reorder_level", _("Reorder level")
    MINIMUM = "minimum", _("Least quantity")
    MULTIPLE = "multiple", _("In multiples of")


# What each kind of change names, and what it may name besides.
NAMES = {
    CK.DEMAND: ({"item", "from_on", "until_on"}, {"site", "quantity", "percent"}),
    CK.ORDER: ({"order_line"}, {"quantity", "from_on"}),
    CK.PURCHASE: ({"purchase_line"}, {"quantity", "from_on"}),
    CK.LEAD_TIME: ({"item", "days"}, {"site"}),
    CK.SUPPLIER: ({"supplier", "days"}, set()),
    CK.POLICY: ({"item", "quantity"}, {"site"}),
    CK.CAPACITY: ({"centre", "from_on", "until_on"}, {"quantity", "machines"}),
    CK.WIN: ({"deal"}, set()),
    CK.LOSE: ({"deal"}, set()),
    CK.LOST: ({"supplier", "until_on"}, set()),
}
COLUMNS = (
    *("item", "site", "supplier", "centre", "deal", "order_line", "purchase_line"),
    *("quantity", "percent", "days", "machines", "from_on", "until_on"),
)
PAIRS = {CK.DEMAND: ("quantity", "percent"), CK.CAPACITY: ("quantity", "machines")}


def _named() -> Q:
    """Each kind names what it needs and nothing that it does not know."""
    found: Q | None = None
    for kind, (needs, may) in NAMES.items():
        one = Q(kind=kind.value)
        for column in COLUMNS:
            if column in needs or column not in may:
                one &= Q(**{f"{column}__isnull": column not in needs})
        if kind in PAIRS:
            first, second = PAIRS[kind]
            one &= Q(**{f"{first}__isnull": True, f"{second}__isnull": False}) | Q(
                **{f"{first}__isnull": False, f"{second}__isnull": True}
            )
        found = one if found is None else found | one
    return found or Q()


class Change(Record):
    """One difference from the live data, the record that it concerns, and why it is tried."""

    scenario = models.ForeignKey(
        Scenario, models.CASCADE, related_name="changes", verbose_name=_("scenario"), db_index=False
    )
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    kind = models.CharField(_("kind"), max_length=10, choices=ChangeKind.choices)
    item = models.ForeignKey(
        "catalog.Item", models.CASCADE, null=True, related_name="scenario_changes", verbose_name=_("item")
    )
    site = models.ForeignKey(
        "sites.Site",
        models.CASCADE,
        null=True,
        related_name="scenario_changes",
        verbose_name=_("site"),
        db_index=False,
    )
    supplier = models.ForeignKey(
        "parties.Party",
        models.CASCADE,
        null=True,
        related_name="scenario_changes",
        verbose_name=_("supplier"),
    )
    centre = models.ForeignKey(
        "workcentres.WorkCentre",
        models.CASCADE,
        null=True,
        related_name="scenario_changes",
        verbose_name=_("work centre"),
        db_index=False,
    )
    deal = models.ForeignKey(
        "pipeline.Opportunity",
        models.CASCADE,
        null=True,
        related_name="scenario_changes",
        verbose_name=_("deal"),
    )
    order_line = models.ForeignKey(
        "sales.OrderLine",
        models.CASCADE,
        null=True,
        related_name="scenario_changes",
        verbose_name=_("order line"),
    )
    purchase_line = models.ForeignKey(
        "procurement.PurchaseLine",
        models.CASCADE,
        null=True,
        related_name="scenario_changes",
        verbose_name=_("purchase line"),
    )
    parameter = models.CharField(_("parameter"), max_length=16, choices=Parameter.choices, blank=True)
    quantity = QuantityField(_("quantity"), null=True)
    percent = models.DecimalField(_("percent"), max_digits=7, decimal_places=2, null=True)
    days = models.SmallIntegerField(_("days"), null=True)
    machines = models.PositiveSmallIntegerField(_("machines"), null=True)
    from_on = models.DateField(_("from"), null=True)
    until_on = models.DateField(_("until"), null=True)
    reason = models.CharField(_("reason"), max_length=200)
    is_chosen = models.BooleanField(_("chosen"), default=False, editable=False)
    basis = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("change of a scenario")
        verbose_name_plural = _("changes of scenarios")
        ordering = ["scenario", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=_named(),
                name="scenarios_change_names",
                violation_error_message=_("A change names what it concerns, and nothing else."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="scenarios_change_reason",
                violation_error_message=_("Say why this is tried."),
            ),
            models.CheckConstraint(
                condition=Q(kind="policy", parameter__in=Parameter.values)
                | ~Q(kind="policy") & Q(parameter=""),
                name="scenarios_change_parameter",
            ),
            models.CheckConstraint(
                condition=Q(from_on__isnull=True) | Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="scenarios_change_span",
                violation_error_message=_("The end does not lie before the beginning."),
            ),
            models.CheckConstraint(
                condition=Q(kind="demand") | Q(quantity__isnull=True) | Q(quantity__gte=0),
                name="scenarios_change_quantity",
                violation_error_message=_("This quantity cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(percent__isnull=True) | Q(percent__gte=-100),
                name="scenarios_change_percent",
                violation_error_message=_("Nothing falls by more than 100 %."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="lead_time") | Q(days__gte=0), name="scenarios_change_days"
            ),
            models.CheckConstraint(
                condition=Q(is_chosen=False) | Q(kind__in=[kind.value for kind in DECISIONS]),
                name="scenarios_change_chosen",
                violation_error_message=_("What others decide cannot be carried over."),
            ),
        ]
        indexes = [models.Index(fields=["scenario", "position"], name="scenarios_change_scenario")]

    def __str__(self) -> str:
        return f"{ChangeKind(self.kind).label}: {self.about}"

    @property
    def about(self) -> str:
        """The record that it concerns, in words."""
        for name in ("item", "supplier", "centre", "deal", "order_line", "purchase_line"):
            if getattr(self, f"{name}_id") is not None:
                return str(getattr(self, name))
        return ""

    @property
    def is_decision(self) -> bool:
        """True for what we can make so ourselves."""
        return self.kind in DECISIONS
