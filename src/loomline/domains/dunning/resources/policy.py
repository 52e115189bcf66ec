"""How policies are shown and written."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from loomline.domains.dunning import models
from loomline.surface.resource import Changes, Column, Facts, Lines, LinesPanel, Resource, Timeline


def whose(records: Sequence[models.DunningPolicy]) -> dict[int, str]:
    """The customer, or that it is for all."""
    return {record.pk: str(record) for record in records}


class DunningPolicy(Resource):
    """After how many days customers are reminded, in which words, and what it costs them."""

    model = models.DunningPolicy
    menu = "Settings"
    order = 76
    icon = "bell"
    columns = (
        Column("whose", read=whose, label=_("Customer"), strong=True),
        "grace_days",
        "rest_days",
        "pay_within",
        Column("minimum", total=False),
        "hold_from",
    )
    filters = ("customer",)
    search = ("customer.name",)
    form = (
        "customer",
        "grace_days",
        "rest_days",
        "pay_within",
        "minimum",
        "hold_from",
        Lines("levels", "level", "days", "fee", "interest_rate"),
        Lines("texts", "level", "language", "title", "opening", "closing"),
    )
    detail = (
        LinesPanel(
            "levels",
            "level",
            Column("days", label=_("From days overdue")),
            "fee",
            Column("interest_rate", kind="percent", decimals=2),
            title=_("Levels"),
        ),
        LinesPanel(
            "texts",
            "level",
            "language",
            "title",
            Column("opening", wrap=True),
            Column("closing", wrap=True),
            title=_("Texts"),
        ),
        Changes(),
        Facts("customer", "grace_days", "rest_days", "pay_within", "minimum", "hold_from"),
        Timeline(),
    )
    key = "pk"
    joins = ("customer",)
    empty = _("No dunning policy yet. Write one for all customers; single customers may have their own.")
