"""How the terms of sale are shown."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.quoting import models
from loomline.surface.resource import Changes, Facts, Resource, Timeline


class Terms(Resource):
    """What customers agree to when they order, one text a language."""

    model = models.Terms
    slug = "terms"
    menu = "Settings"
    order = 52
    icon = "scale"
    columns = "language", "text"
    filters = "language", "text"
    search = ("text",)
    form = "language", "text"
    detail = (Facts("language", "text", place="tab"), Changes(), Timeline())
    key = "language"
    sort = "language"
    empty = _("No terms yet. Write what customers agree to; it stands on quotes and on the customer's page.")
