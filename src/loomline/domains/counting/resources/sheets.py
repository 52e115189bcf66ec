"""How count sheets are shown, filled, found and exported, and how right the books of a site were."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.counting import commands, models, queries
from loomline.domains.counting.models import SheetState
from loomline.domains.sites.models import Site
from loomline.kernel.context import Ctx
from loomline.surface import registry
from loomline.surface.draw_cells import Cell
from loomline.surface.panel import Panel
from loomline.surface.plain_table import TABLE, plain_table
from loomline.surface.resource import (
    Board,
    Callouts,
    Changes,
    Column,
    Facts,
    Related,
    Resource,
    Table,
    Timeline,
    everyone,
    needs,
    through,
)

YEAR = timedelta(days=365)


def still_to_count(ctx: Ctx, sheet: models.CountSheet) -> dict[str, Any]:
    """Entering counts opens with the places that have none yet."""
    rows = sheet.lines.filter(counted__isnull=True).order_by("position")
    return {"lines": [{"line": row.pk} for row in rows]}


def what_is_off(ctx: Ctx, sheet: models.CountSheet) -> list[dict[str, Any]]:
    """A sheet that waits for a decision says how much is off."""
    if sheet.state != SheetState.CHECKED:
        return []
    off = sum(line.is_off for line in sheet.lines.all())
    text = _t("{n} places are off by more than is allowed. Have them counted again, or approve them.")
    return [{"tone": "warn", "title": _t("To approve."), "text": text.format(n=off), "action": None}]


def places(ctx: Ctx, sheet: models.CountSheet) -> dict[str, Any]:
    """The places of a sheet; a blind one does not say what the books expect while it is counted."""
    rows = sheet.lines.select_related("item__unit", "location", "lot", "owner", "unit", "counted_by")
    counting = sheet.state in (SheetState.COUNTING, SheetState.RECOUNT)
    hide = sheet.is_blind and counting
    heads = (
        _t("Location"),
        _t("Item"),
        _t("Lot"),
        _t("Counted"),
        _t("In the books"),
        _t("Difference"),
        _t("By"),
    )
    cells = [
        (
            Cell(text=f"{row.position}. {row.location}"),
            Cell(kind="item", text=row.item.name, url=registry.url(row.item)),
            Cell(kind="code", text=" · ".join(str(part) for part in (row.lot, row.unit, row.owner) if part)),
            _amount(row.counted, row),
            _amount(None if hide else row.expected, row),
            _amount(None if hide else row.difference, row, tone="bad" if row.is_off else ""),
            Cell(text=str(row.counted_by or "")),
        )
        for row in rows.order_by("position")
    ]
    sub = _t("Blind: what the books say is shown when the count is handed in") if hide else ""
    return plain_table(_t("Places"), heads, cells, sub=sub)


def accuracy(ctx: Ctx, site: Site) -> dict[str, Any] | None:
    """How right the books of a site were in the last year, class by class."""
    found = queries.accuracy_of(site_ids=[site.pk], since=ctx.now - YEAR)
    if not found:
        return None
    heads = (_t("Class"), _t("Counted places"), _t("Right"), _t("Right, %"))
    cells = [
        (
            Cell(text=row.count_class or "–"),
            Cell(kind="number", value=row.counted),
            Cell(kind="number", value=row.right),
            Cell(kind="number", value=row.share),
        )
        for row in found
    ]
    return plain_table(_t("Count accuracy"), heads, cells, sub=_t("Counts posted within a year"))


def _amount(value: Decimal | None, row: models.CountLine, *, tone: str = "") -> Cell:
    return Cell() if value is None else Cell(kind="quantity", value=value, unit=row.item.unit.code, tone=tone)


class CountSheet(Resource):
    """Rounds of counting: what is due, asked for or chosen; counted, checked, counted again, approved."""

    model = models.CountSheet
    slug = "counts"
    menu = "Supply", needs("catalog.item", "sites.site")
    order = 23
    secondary = True
    icon = "clipboard-check"
    columns = "number", "site", "state", "count_class", "opened_at", "posted_at", "accuracy", "approved_by"
    filters = "state", "site", "count_class", "opened_at", "posted_at", "accuracy"
    search = "number", "note"
    views = Table(), Board(by="state", title="number", date="opened_at", chip="site")
    saved = {_("To count"): "state=counting,recount", _("To approve"): "state=checked"}
    head = "site", "count_class", "accuracy"
    detail = (
        Callouts(what_is_off),
        Panel(TABLE, read=places, title=_("Places"), name="places"),
        Related("requests", "item", "location", "cause", "asked_at", title=_("Asked for")),
        Facts("opened_at", "is_blind", "is_frozen", "posted_at", "approved_by", "accuracy", "reason", "note"),
        Changes(),
        Timeline(),
    )
    key = "number"
    joins = ("site",)
    create = commands.open_count
    delete = False
    actions = "enter_counts", "finish_count", "approve_count", "recount_sheet"
    prefill = {"enter_counts": still_to_count}
    empty = _("No counts yet. Begin one of a zone, an item, or of what is due by its class.")


class CountLine(Resource):
    """What was found, place by place, beside what the books said."""

    model = models.CountLine
    menu = None
    icon = "list-check"
    columns = (
        "sheet",
        Column("item", sub="item.sku"),
        "location",
        "lot",
        "counted",
        "expected",
        Column("difference", kind="quantity", unit="item.unit", label=_("Difference")),
        "counted_by",
        "counted_at",
    )
    filters = "sheet", "sheet.state", "item", "location", "lot", "counted_at"
    search = "item.name", "item.sku", "location.path"
    access = through("sheet", models.CountSheet) | everyone()
    create = False
    edit = False
    delete = False
    key = "pk"
    joins = "item.unit", "location", "sheet"
    empty = _("Nothing has been counted yet.")


registry.contribute(Site, Panel(TABLE, read=accuracy, title=_("Count accuracy"), name="count_accuracy"))
