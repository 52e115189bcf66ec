"""How checks are shown, entered, found and exported."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.quality import commands, models
from loomline.domains.quality.models import CheckState, Sampling
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.surface.resource import (
    Board,
    Callouts,
    Changes,
    Chart,
    Column,
    Count,
    Facts,
    LinesPanel,
    Resource,
    Table,
    Timeline,
)


def to_decide(ctx: Ctx, record: models.Check) -> list[dict[str, Any]]:
    """A failed check waits for a decision and says what is held meanwhile."""
    if record.state != CheckState.FAILED:
        return []
    found = (
        f"{plain(record.measured)} {record.unit}".strip() if record.measured is not None else record.finding
    )
    if record.nonconforming is not None:
        found = _t("{count} of {size} pieces nonconforming, accepted up to {accept}.").format(
            count=record.nonconforming, size=record.sample_size, accept=record.accept
        )
    against = _t("against {limits}").format(limits=record.limits) if record.limits else ""
    held = _t("Lot {lot} is held until then.").format(lot=record.lot) if record.lot else ""
    text = _t("{found} {against}. {held} Use it as it is, rework it, scrap it, or send it back.").format(
        found=found, against=against, held=held
    )
    return [{"tone": "bad", "title": _t("Decide."), "text": " ".join(text.split()), "action": None}]


def asked_for(ctx: Ctx, record: models.Check, given: dict[str, Any]) -> list[str]:
    """What a check wants to know depends on how it is judged."""
    if record.sampling == Sampling.ATTRIBUTES:
        serials = ["serials"] if record.lot_id is None else []
        return ["nonconforming", *serials, "finding"]
    if record.sampling == Sampling.VARIABLES:
        return ["readings", "finding"]
    return ["measured", "finding"]


def asked_of_part(ctx: Ctx, record: models.Check, given: dict[str, Any]) -> list[str]:
    """A part is a quantity of the lot, or some of the serials."""
    return ["decision", "quantity" if record.lot_id is not None else "serials", "note"]


def inspected(ctx: Ctx, record: models.Check) -> list[tuple[Any, str]]:
    """The serials of a check."""
    return [(row.lot, str(row.lot)) for row in record.serials.select_related("lot")]


def undecided(ctx: Ctx, record: models.Check) -> list[tuple[Any, str]]:
    """The serials of a check that nobody has decided about; the bad ones say so."""
    rows = record.serials.filter(decision="").select_related("lot").order_by("-is_nonconforming", "lot")
    bad = _t("{lot} (nonconforming)")
    return [(row.lot, bad.format(lot=row.lot) if row.is_nonconforming else str(row.lot)) for row in rows]


class Check(Resource):
    """What was measured of lots and stages, whether it passed, and what was decided when it did not."""

    model = models.Check
    menu = "Supply"
    order = 50
    icon = "checkup-list"
    columns = (
        "number",
        "characteristic",
        "lot",
        "item",
        "stage",
        "supplier",
        "state",
        "measured",
        Column("limits", label=_("Limits")),
        "sample_size",
        "nonconforming",
        "severity",
        "decision",
        "wanted_on",
        "checked_at",
    )
    filters = (
        "state",
        "characteristic",
        "item",
        "lot",
        "supplier",
        "stage",
        "plan",
        "sampling",
        "severity",
        "decision",
        "wanted_on",
        "checked_at",
        "checked_by",
    )
    search = "number", "characteristic", "lot.number", "item.name", "stage"
    form = "wanted_on", "note"
    views = (
        Table(),
        Board(by="state", title="characteristic", date="wanted_on"),
        Chart(Count(), by="week of checked_at", split="state"),
    )
    saved = {
        _("To be checked"): "state=open&sort=wanted_on",
        _("To decide"): "state=failed",
    }
    head = (
        "characteristic",
        "lot",
        "item",
        Column("sample", label=_("Sample")),
        "measured",
        Column("limits", label=_("Limits")),
    )
    detail = (
        Callouts(to_decide),
        Facts(
            "characteristic",
            "plan",
            "item",
            "lot",
            "supplier",
            "stage",
            "quantity",
            Column("sample", label=_("Sample")),
            "severity",
            "nonconforming",
            "measured",
            "limits",
            "finding",
            "wanted_on",
            "checked_at",
            "checked_by",
            "decision",
            "decided_at",
            "decided_by",
            "note",
            place="tab",
        ),
        LinesPanel("readings", "position", "value", title=_("Readings")),
        LinesPanel("serials", "lot", "is_nonconforming", "decision", title=_("Serial numbers")),
        LinesPanel(
            "decisions",
            "decision",
            "lot",
            "quantity",
            "note",
            "decided_at",
            "decided_by",
            title=_("Decided about parts"),
        ),
        Changes(),
        Timeline(),
    )
    key = "number"
    joins = "lot", "item"
    create = commands.open_check
    delete = False
    actions = "record_check", "decide", "decide_part", "fail_check"
    asks = {"record_check": asked_for, "decide_part": asked_of_part}
    choices = {"record_check.serials": inspected, "decide_part.serials": undecided}
    empty = _("No checks yet. Write a check plan for an item or a stage, or ask for a single check of a lot.")
