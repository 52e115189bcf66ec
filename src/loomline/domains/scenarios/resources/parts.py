"""The changes of scenarios and the planned orders that come of them."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.scenarios import models
from loomline.domains.scenarios.models import ChangeKind
from loomline.kernel.quantity import plain
from loomline.surface import draw_text, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.resource import Column, Facts, Resource, everyone


def said(change: models.Change) -> str:
    """What is different, in words."""
    kind = ChangeKind(change.kind)
    unit = change.item.unit.code if change.item else ""
    quantity = f"{plain(change.quantity)} {unit}".strip() if change.quantity is not None else ""
    first, last = draw_text.day(change.from_on), draw_text.day(change.until_on)
    if kind == ChangeKind.DEMAND:
        figure = f"{plain(change.percent)} %" if change.percent is not None else quantity
        more = (change.percent or change.quantity or 0) > 0
        text = _t("{figure} a week, weeks of {first} to {last}")
        return text.format(figure=f"+{figure}" if more else figure, first=first, last=last)
    if kind in (ChangeKind.ORDER, ChangeKind.PURCHASE):
        parts = [quantity, _t("on {day}").format(day=first) if change.from_on else ""]
        return " ".join(part for part in parts if part)
    if kind == ChangeKind.LEAD_TIME:
        return _t("{n} working days").format(n=change.days)
    if kind == ChangeKind.SUPPLIER:
        return _t("{n} working days").format(n=f"{change.days:+d}")
    if kind == ChangeKind.POLICY:
        return f"{models.Parameter(change.parameter).label} {quantity}"
    if kind == ChangeKind.CAPACITY:
        text = _t("{n} machines stand") if change.machines is not None else _t("{n} hours of overtime a day")
        many = quantity if change.machines is None else str(change.machines)
        return f"{text.format(n=many)}, {first} – {last}"
    if kind == ChangeKind.LOST:
        return _t("until {day}").format(day=last)
    return str(kind.label)


def concerned(change: models.Change) -> Cell:
    """The record that it is about, with the way there."""
    for name in ("item", "supplier", "centre", "deal", "order_line", "purchase_line"):
        if getattr(change, f"{name}_id") is not None:
            record = getattr(change, name)
            place = change.site.name if change.site else ""
            return Cell(text=str(record), url=registry.url(record) or "", sub=place, strong=True)
    return Cell(text="")


def differences(changes: Sequence[models.Change]) -> dict[int, Cell]:
    """What each change says."""
    return {one.pk: Cell(text=said(one)) for one in changes}


def records(changes: Sequence[models.Change]) -> dict[int, Cell]:
    """What each change is about."""
    return {one.pk: concerned(one) for one in changes}


class Change(Resource):
    """What a scenario supposes to be different, and which of it is to be carried over."""

    model = models.Change
    menu = None
    icon = "git-branch"
    slug = "changes"
    columns = (
        Column("about", read=records, label=_("About")),
        "kind",
        Column("difference", read=differences, label=_("Different")),
        Column("reason", wrap=True),
        "is_chosen",
        "scenario",
    )
    filters = "scenario", "kind", "item", "supplier", "is_chosen"
    search = ("reason",)
    head = "scenario", "kind", "is_chosen"
    detail = (
        Facts(
            Column("about", read=records, label=_("About")),
            Column("difference", read=differences, label=_("Different")),
            Column("reason", wrap=True),
            "scenario",
        ),
    )
    joins = (
        *("item.unit", "site", "supplier", "centre", "deal", "order_line.order", "purchase_line.purchase"),
        "scenario",
    )
    sort = "pk"
    key = "pk"
    access = everyone()
    create = False
    edit = False
    delete = False
    actions = "choose_changes", "leave_changes", "drop_changes"
    empty = _("No changes yet. Open a scenario and add what is to be different.")


class ScenarioOrder(Resource):
    """What a scenario would buy, make and move. Choose what is to be carried over."""

    model = models.ScenarioOrder
    menu = None
    icon = "route"
    slug = "orders"
    columns = (
        Column("item", sub="item.sku", strong=True),
        "kind",
        Column("quantity", unit="item.unit"),
        "start_on",
        "due_on",
        "site",
        "supplier",
        "value",
        "is_live",
        "is_chosen",
        "scenario",
    )
    filters = "scenario", "kind", "is_live", "is_late", "is_chosen", "supplier", "site", "item"
    search = "item.name", "item.sku"
    saved = {_("Only in the scenario"): "is_live=false&sort=start_on", _("Chosen"): "is_chosen=true"}
    head = "scenario", Column("quantity", unit="item.unit"), "start_on", "due_on", "is_chosen"
    detail = (Facts("kind", "site", "from_site", "supplier", "need_on", "is_live", "value", "scenario"),)
    joins = "item.unit", "site", "supplier", "scenario"
    sort = "start_on"
    key = "pk"
    access = everyone()
    create = False
    edit = False
    delete = False
    actions = "choose_orders", "leave_orders"
    empty = _("Nothing is planned here. Open a scenario and plan it.")
