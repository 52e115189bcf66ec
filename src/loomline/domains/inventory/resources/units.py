"""How handling units and their ledger are shown, entered, found and exported."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory import commands, models, queries
from loomline.kernel.command import Command
from loomline.kernel.context import Ctx
from loomline.surface import registry
from loomline.surface.draw_cells import Cell
from loomline.surface.panel import Panel
from loomline.surface.plain_table import TABLE, plain_table
from loomline.surface.resource import Board, Changes, Column, Facts, Related, Resource, Table, Timeline, needs


def what_is_in_it(ctx: Ctx, unit: models.HandlingUnit) -> dict[str, Any] | None:
    """Everything that a unit carries, also what lies in the units within it."""
    rows = list(queries.contents_of(unit=unit))
    if not rows:
        return None
    heads = (_t("Item"), _t("Lot"), _t("On hand"), _t("Reserved"), _t("Owner"), _t("In unit"))
    cells = [
        (
            Cell(kind="item", text=row.item.name, url=registry.url(row)),
            Cell(kind="code", text=str(row.lot or ""), url=registry.url(row.lot)),
            Cell(kind="quantity", value=row.on_hand, unit=row.item.unit.code),
            Cell(kind="quantity", value=row.reserved, unit=row.item.unit.code),
            Cell(kind="party", text=row.owner.name if row.owner else ""),
            Cell(kind="code", text=str(row.unit), url=registry.url(row.unit)),
        )
        for row in rows
    ]
    return plain_table(_t("Contents"), heads, cells)


class HandlingUnit(Resource):
    """Pallets, cartons and crates that are moved as one, known everywhere by their SSCC."""

    model = models.HandlingUnit
    slug = "units"
    menu = "Supply", needs("sites.site")
    order = 25
    secondary = True
    icon = "package"
    columns = (
        Column("sscc", strong=True),
        "kind",
        "state",
        "location",
        Column("parent", label=_("Within")),
        "weight_kg",
        Column("opened_at", label=_("Opened")),
    )
    filters = "kind", "state", "location", "location.site", "parent", "opened_at"
    search = "sscc", "location.path"
    form = "location", "kind", "sscc", "weight_kg"
    views = Table(), Board(by="state", title="sscc", chip="location.path")
    saved = {_("Standing by themselves"): "parent.empty=true&state=open,closed"}
    head = "kind", "location", Column("parent", label=_("Within")), "weight_kg"
    detail = (
        Panel(TABLE, read=what_is_in_it, title=_("Contents"), name="contents"),
        Related("inside", "sscc", "kind", "state", title=_("Units in it"), sort="sscc"),
        Related("ledger", "recorded_at", "location", "parent", "state", title=_("Where it stood")),
        Facts("location", "parent", "kind", "weight_kg", "opened_at"),
        Changes(),
        Timeline(),
    )
    key = "sscc"
    joins = "location", "parent"
    create = commands.open_unit
    actions = "move_unit", "nest_unit", "lift_unit"
    empty = _("No handling units yet. Open one where goods are, and put stock into it.")

    @classmethod
    def open_commands(cls, ctx: Ctx, record: models.HandlingUnit) -> list[Command[Any, Any]]:
        """Only what lies in another unit is taken out of it."""
        found = super().open_commands(ctx, record)
        return [c for c in found if c is not commands.lift_unit or record.parent_id is not None]


class UnitMove(Resource):
    """The ledger of handling units: where each stood, and in which other one."""

    model = models.UnitMove
    menu = None
    icon = "history"
    columns = "recorded_at", "unit", "location", Column("parent", label=_("Within")), "state"
    filters = "unit", "location", "parent", "recorded_at"
    search = ("unit.sscc",)
    key = "pk"
    joins = "unit", "location", "parent"
    create = False
    edit = False
    delete = False
    empty = _("No handling unit has been opened yet.")
