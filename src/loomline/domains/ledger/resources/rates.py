"""How exchange rates are shown, entered and found."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.ledger import models
from loomline.surface.resource import Resource


class ExchangeRate(Resource):
    """What currencies are worth in each other, from a day on."""

    model = models.ExchangeRate
    menu = "Settings"
    order = 60
    icon = "arrows-exchange"
    columns = "currency", "into", "rate", "on", "source"
    filters = "currency", "into"
    search = "currency", "into"
    form = "currency", "into", "on", "rate", "source"
    sort = "-on"
    key = "pk"
    empty = _("No rates yet. Enter what a foreign currency is worth, so that sums can be added up.")
