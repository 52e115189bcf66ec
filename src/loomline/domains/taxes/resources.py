"""How tax rates are shown, written, found and exported."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.taxes import commands, models
from loomline.surface.resource import Changes, Column, Facts, Resource, Timeline


class TaxRate(Resource):
    """What countries ask for goods of each class, and from which day on."""

    model = models.TaxRate
    menu = "Settings"
    order = 70
    icon = "receipt-tax"
    columns = Column("country", strong=True), "tax_class", Column("rate", kind="percent"), "valid_from"
    filters = "country", "tax_class", "valid_from"
    search = ("country",)
    form = "country", "tax_class", "rate", "valid_from"
    head = "country", "tax_class", "valid_from"
    detail = Facts("country", "tax_class", "rate", "valid_from"), Changes(), Timeline()
    sort = "country"
    key = "pk"
    create = commands.set_tax_rate
    empty = _("No rates yet, so nothing that is sold bears tax. Add the rates of your own country first.")
