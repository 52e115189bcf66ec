"""What can really be sent from site to site, where it is not enough for all."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.supplyplan.models.plan import PlannedState
from loomline.kernel.quantity import QuantityField
from loomline.kernel.state import StateField


class Shipment(models.Model):
    """A fair share of what a site has, for another one; firmed, it names the transfer it became."""

    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="plan_shipments", verbose_name=_("item"), db_index=False
    )
    from_site = models.ForeignKey(
        "sites.Site",
        models.PROTECT,
        related_name="plan_shipments_out",
        verbose_name=_("from"),
        db_index=False,
    )
    site = models.ForeignKey(
        "sites.Site",
        models.PROTECT,
        related_name="plan_shipments_in",
        verbose_name=_("to"),
        db_index=False,
    )
    state = StateField(PlannedState, default=PlannedState.PROPOSED, verbose_name=_("state"), editable=False)
    wanted = QuantityField(_("wanted by then"), help_text=_("What the plan wants moved by that day."))
    quantity = QuantityField(_("can be sent"), help_text=_("The fair share of what is there."))
    is_short = models.BooleanField(_("short"), default=False)
    leaves_on = models.DateField(_("leaves"))
    arrives_on = models.DateField(_("arrives"))
    document_kind = models.CharField(_("kind of document"), max_length=60, blank=True)
    document_id = models.BigIntegerField(_("document"), null=True)
    document = models.CharField(_("firmed as"), max_length=40, blank=True)
    firmed_at = models.DateTimeField(_("firmed"), null=True)

    class Meta:
        verbose_name = _("shipment between sites")
        verbose_name_plural = _("deployment")
        ordering = ["leaves_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=0, wanted__gte=F("quantity"), arrives_on__gte=F("leaves_on"))
                & ~Q(site=F("from_site")),
                name="supplyplan_shipment_quantity",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", document_id__isnull=True)
                | Q(state="firmed", document_id__isnull=False, firmed_at__isnull=False),
                name="supplyplan_shipment_firmed",
                violation_error_message=_(
                    "A firmed shipment names its transfer, and only a firmed one does."
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["item", "site"], name="supplyplan_shipment_item"),
            models.Index(fields=["state", "leaves_on", "id"], name="supplyplan_shipment_leaves"),
        ]

    def __str__(self) -> str:
        return f"DP-{self.pk}"
