"""The cost ledger: layers, what came in and went out of them, and what is left."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.costing.models.rule import Counter
from loomline.kernel.money import AmountField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Ledger

ZERO = Decimal(0)


class CostLayer(Ledger):
    """A quantity of one item that came in together."""

    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="cost_layers", verbose_name=_("item"), db_index=False
    )
    lot = models.ForeignKey(
        "inventory.Lot",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cost_layers",
        verbose_name=_("lot"),
        db_index=False,
    )
    quantity = QuantityField(_("quantity"))
    turn = models.BigIntegerField(_("turn"))
    opened_on = models.DateField(_("opened on"))
    opened_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("cost layer")
        verbose_name_plural = _("cost layers")
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="costing_layer_quantity")]
        indexes = [
            models.Index(fields=["item", "-id"], name="costing_layer_item"),
            models.Index(fields=["lot"], name="costing_layer_lot", condition=Q(lot__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"C-{self.pk}"


class LayerBalance(models.Model):
    """What is left of a layer: the sum of its entries, kept so that what goes first is found at once."""

    layer = models.OneToOneField(
        CostLayer,
        models.CASCADE,
        primary_key=True,
        related_name="balance",
        verbose_name=_("layer"),
        db_constraint=False,  # A projection: when an import is taken back, it is written anew.
    )
    item = models.ForeignKey(
        "catalog.Item",
        models.PROTECT,
        related_name="+",
        verbose_name=_("item"),
        db_index=False,
        db_constraint=False,
    )
    lot = models.ForeignKey(
        "inventory.Lot",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("lot"),
        db_index=False,
        db_constraint=False,
    )
    turn = models.BigIntegerField(_("turn"))
    quantity = QuantityField(_("quantity"))
    value = AmountField(_("value"))
    used = QuantityField(_("used"), default=ZERO)
    taken = AmountField(_("value used"), default=ZERO)

    class Meta:
        verbose_name = _("what is left of a layer")
        verbose_name_plural = _("what is left of layers")
        ordering = ["item", "turn", "layer"]
        constraints = [
            models.CheckConstraint(
                condition=Q(used__gte=0, used__lte=F("quantity")), name="costing_balance_used"
            ),
        ]
        indexes = [
            models.Index(
                fields=["item", "turn", "layer"],
                name="costing_balance_queue",
                condition=Q(used__lt=F("quantity")),
            ),
            models.Index(
                fields=["lot", "turn", "layer"],
                name="costing_balance_lot",
                condition=Q(used__lt=F("quantity"), lot__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.layer_id)

    @property
    def left(self) -> Decimal:
        """How much is not used."""
        return self.quantity - self.used

    @property
    def left_value(self) -> Decimal:
        """What that is worth."""
        return self.value - self.taken


class EntryKind(models.TextChoices):
    IN = "in", _("In")
    OUT = "out", _("Out")
    CHANGE = "change", _("Change of value")
    SHARE = "share", _("Share of a use")


class Reason(models.TextChoices):
    MOVED = "moved", _("Goods moved")
    RETURNED = "returned", _("Came back")
    MERGED = "merged", _("Mixed")
    OPENED = "opened", _("Opening")
    LANDED = "landed", _("Landed cost")
    PRICE = "price", _("Price")
    REVALUED = "revalued", _("Revalued")
    SETTLED = "settled", _("Work settled")
    PASSED = "passed", _("Passed on")


class CostEntry(Ledger):
    """One line of the cost ledger: what stock gained or lost in quantity and value, and against what."""

    layer = models.ForeignKey(
        CostLayer, models.PROTECT, related_name="entries", verbose_name=_("layer"), db_index=False
    )
    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="cost_entries", verbose_name=_("item"), db_index=False
    )
    move = models.ForeignKey(
        "inventory.StockMove",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cost_entries",
        verbose_name=_("stock move"),
        db_index=False,
    )
    kind = models.CharField(_("kind"), max_length=6, choices=EntryKind.choices)
    reason = models.CharField(_("reason"), max_length=8, choices=Reason.choices)
    quantity = QuantityField(_("quantity"), default=ZERO)
    begins = QuantityField(_("place in the layer"), null=True, blank=True)
    value = AmountField(_("value"))
    counter = models.CharField(_("against"), max_length=10, choices=Counter.choices)
    account = models.ForeignKey(
        "ledger.Account", models.PROTECT, related_name="+", verbose_name=_("account"), db_index=False
    )
    variance = AmountField(_("difference"), default=ZERO)
    source = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="consequences",
        verbose_name=_("follows from"),
        db_index=False,
    )
    entry = models.ForeignKey(
        "ledger.JournalEntry",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cost_entries",
        verbose_name=_("journal entry"),
        db_index=False,
    )
    posted_on = models.DateField(_("posted on"))
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("cost entry")
        verbose_name_plural = _("cost entries")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="in", quantity__gt=0)
                | Q(kind="out", quantity__lt=0, begins__isnull=False)
                | Q(kind__in=("change", "share"), quantity=0),
                name="costing_entry_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["layer", "begins"], name="costing_entry_layer"),
            models.Index(
                fields=["item", "posted_on"], include=["quantity", "value"], name="costing_entry_item"
            ),
            models.Index(fields=["move"], name="costing_entry_move", condition=Q(move__isnull=False)),
            models.Index(fields=["source"], name="costing_entry_source", condition=Q(source__isnull=False)),
            models.Index(fields=["entry"], name="costing_entry_journal", condition=Q(entry__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"K-{self.pk}"


class Pending(models.Model):
    """A layer whose value changed and whose uses have yet to take their part."""

    layer = models.OneToOneField(
        CostLayer, models.CASCADE, primary_key=True, related_name="pending", db_constraint=False
    )
    done_to = QuantityField(_("repriced up to"), default=ZERO)
    origin_kind = models.CharField(_("kind of cause"), max_length=60, blank=True)
    origin_id = models.BigIntegerField(_("cause"), null=True)

    class Meta:
        verbose_name = _("layer to reprice")
        verbose_name_plural = _("layers to reprice")

    def __str__(self) -> str:
        return str(self.layer_id)
