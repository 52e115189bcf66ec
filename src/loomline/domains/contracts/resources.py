"""How contracts, agreed prices, commitments and dues are shown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.contracts import models, queries
from loomline.domains.contracts.models import ContractState
from loomline.kernel.context import Ctx
from loomline.surface import draw_text
from loomline.surface.draw_cells import Cell
from loomline.surface.plain_table import TABLE, plain_table
from loomline.surface.resource import (
    Board,
    Calendar,
    Callouts,
    Changes,
    Column,
    Facts,
    Lines,
    LinesPanel,
    Panel,
    Related,
    Resource,
    Table,
    Timeline,
    everyone,
    needs,
    through,
)


def what_ends(ctx: Ctx, contract: models.Contract) -> list[dict[str, Any]]:
    """Until when notice has to be given, and which commitment is behind."""
    if contract.state != ContractState.ACTIVE:
        return []
    found = []
    left = (contract.notice_until - ctx.today).days
    if 0 <= left <= 60:
        text = _t("Last day {ends}. Give notice until {notice}, or renew it.").format(
            ends=draw_text.day(contract.ends_on), notice=draw_text.day(contract.notice_until)
        )
        found.append({"tone": "warn", "title": _t("Ends soon."), "text": text, "action": None})
    came = queries.bought(ctx, contract=contract)
    for one in queries.burn_downs(ctx, contract=contract, came=came):
        if one.is_behind and one.missing:
            text = _t("{what}: {part} bought, {gone} of the time gone.").format(
                what=one.commitment.item or _t("All goods"),
                part=draw_text.percent(one.share),
                gone=draw_text.percent(one.time_share),
            )
            found.append({"tone": "warn", "title": _t("Commitment behind."), "text": text, "action": None})
    return found


def burn_down(ctx: Ctx, contract: models.Contract) -> dict[str, Any] | None:
    """What was promised, what came, what is on order, and where it would be were it even."""
    if contract.state == ContractState.DRAFT or not contract.commitments.exists():
        return None
    came = queries.bought(ctx, contract=contract)
    cells = [_burnt(contract, one) for one in queries.burn_downs(ctx, contract=contract, came=came)]
    heads = _t("Commitment"), _t("Promised"), _t("Came"), _t("On order"), _t("Burn-down"), _t("Time gone")
    return plain_table(_t("Burn-down"), heads, cells, slots=("a1", "b1", "b2", "hide", "a2", "hide"))


def _burnt(contract: models.Contract, one: queries.BurnDown) -> tuple[Cell, ...]:
    row = one.commitment
    days = f"{draw_text.day(row.starts_on)} – {draw_text.day(row.ends_on)}"
    unit = row.item.unit.code if row.quantity is not None and row.item is not None else ""

    def shown(value: Decimal) -> Cell:
        if unit:
            return Cell(kind="quantity", value=value, unit=unit)
        return Cell(kind="money", value=value, unit=contract.currency)

    return (
        Cell(text=str(row.item or _t("All goods")), sub=days),
        shown(one.promised),
        shown(one.came),
        shown(one.on_order),
        Cell(kind="progress", value=float(min(one.share, Decimal(1)))),
        Cell(kind="percent", value=one.time_share),
    )


def still_open(ctx: Ctx, contract: models.Contract) -> dict[str, Any]:
    """What is left of promised quantities is proposed, for the last day on which it counts."""
    return {
        "lines": [
            {
                "item": left.item.pk,
                "quantity": f"{left.open.normalize():f}",
                "wanted_on": left.commitment.ends_on,
            }
            for left in queries.left_to_call_off(ctx, contract=contract)
            if left.open > 0
        ]
    }


class Contract(Resource):
    """What was agreed with suppliers for a time: prices, quantities, rebates, penalties, clauses."""

    model = models.Contract
    menu = "Supply", needs("parties.party", "catalog.item")
    order = 11
    icon = "signature"
    slug = "contracts"
    columns = "number", "title", "supplier", "state", "starts_on", "ends_on", "renewal_months", "owner"
    filters = "supplier", "state", "starts_on", "ends_on", "owner", "currency"
    search = "number", "title", "supplier.name"
    form = (
        "title",
        "supplier",
        "starts_on",
        "ends_on",
        "currency",
        "owner",
        "notice_days",
        "renewal_months",
        "over_tolerance",
        "note",
        Lines("commitments", "item", "starts_on", "ends_on", "quantity", "amount", "shortfall_rate"),
        Lines("rebates", "from_amount", "rate", "on_all"),
        Lines("penalties", "trigger", "rate", "grace_days", "most"),
        Lines("clauses", "title", "text", order="position"),
    )
    views = Table(), Board(by="state", title="title", party="supplier", date="ends_on"), Calendar("ends_on")
    saved = {_("Holding"): "state=active&sort=ends_on", _("Drafts"): "state=draft"}
    head = "title", "supplier", "starts_on", "ends_on", "owner"
    detail = (
        Callouts(what_ends),
        Panel(TABLE, read=burn_down, title=_("Burn-down"), name="burn-down"),
        LinesPanel(
            "prices",
            "item",
            Column("from_quantity", unit="item.unit"),
            Column("price", currency="contract.currency"),
            "index",
            "valid_from",
            "valid_until",
            "lead_days",
            title=_("Prices"),
        ),
        LinesPanel(
            "call_offs",
            "purchase",
            "called_on",
            Column("purchase.state", label=_("State")),
            Column("purchase.expected_on", label=_("Expected")),
            Column("purchase.total", label=_("Total"), currency="purchase.currency"),
            title=_("Call-offs"),
        ),
        Related("dues", "kind", "state", "on", "amount", "says", title=_("Dues")),
        LinesPanel(
            "rebates",
            Column("from_amount", currency="contract.currency"),
            Column("rate", kind="percent"),
            "on_all",
            title=_("Rebates"),
        ),
        LinesPanel(
            "penalties",
            "trigger",
            Column("rate", kind="percent", decimals=2),
            "grace_days",
            Column("most", kind="percent"),
            title=_("Penalties"),
        ),
        LinesPanel("clauses", "title", Column("text", wrap=True), title=_("Clauses")),
        Changes(),
        Facts("currency", "notice_days", "renewal_months", "over_tolerance", "note"),
        Timeline(),
    )
    key = "number"
    joins = "supplier", "owner"
    access = everyone()
    actions = (
        "activate_contract",
        "call_off",
        "agree_prices",
        "reckon_dues",
        "renew_contract",
        "end_contract",
        "cancel_contract",
    )
    prefill = {"call_off": still_open}
    empty = _("No contracts yet. Write down what was agreed; its prices fill your orders from then on.")


class AgreedPrice(Resource):
    """Prices that contracts hold."""

    model = models.AgreedPrice
    menu = None
    icon = "tag"
    columns = (
        "item",
        Column("contract.supplier", label=_("Supplier")),
        "contract",
        Column("from_quantity", unit="item.unit"),
        Column("price", currency="contract.currency"),
        "index",
        "valid_from",
        "valid_until",
        "lead_days",
    )
    filters = "item", "contract", "contract.supplier", "contract.state", "index", "valid_until"
    search = "item.name", "item.sku", "contract.number"
    key = "pk"
    joins = "item.unit", "contract.supplier", "index"
    access = through("contract", models.Contract)
    create = False
    edit = False
    delete = False
    empty = _("No prices agreed yet. Agree them in a contract.")


class Commitment(Resource):
    """What we promised suppliers to buy."""

    model = models.Commitment
    menu = None
    icon = "target-arrow"
    columns = "contract", "item", "starts_on", "ends_on", "quantity", "amount"
    filters = "contract", "contract.supplier", "item", "ends_on"
    search = "contract.number", "contract.title"
    key = "pk"
    joins = "contract", "item.unit"
    access = through("contract", models.Contract)
    create = False
    edit = False
    delete = False
    empty = _("Nothing promised yet. Commitments stand in contracts.")


class Due(Resource):
    """What rebates, penalties and missed commitments came to."""

    model = models.Due
    menu = "Supply", needs("contracts.contract")
    order = 13
    secondary = True
    icon = "report-money"
    slug = "dues"
    columns = (
        Column("contract.supplier", label=_("Supplier")),
        "contract",
        "kind",
        "state",
        "on",
        Column("amount", currency="contract.currency"),
        Column("says", wrap=True),
        "receipt",
        "answer",
    )
    filters = "state", "kind", "contract", "contract.supplier", "on", "amount"
    search = "contract.number", "contract.supplier.name", "says"
    saved = {_("Open"): "state=open&sort=on", _("By supplier"): "grouped=contract.supplier"}
    head = "contract", "kind", "on", Column("amount", currency="contract.currency")
    detail = Facts(Column("says", wrap=True), "receipt", "answer"), Changes(), Timeline()
    key = "pk"
    joins = "contract.supplier", "receipt"
    access = through("contract", models.Contract)
    create = False
    edit = False
    delete = False
    actions = "settle_dues", "waive_due"
    empty = _("Nothing is owed yet. Reckoning the dues of a contract writes them down.")


class PriceIndex(Resource):
    """Figures that agreed prices follow."""

    model = models.PriceIndex
    menu = "Settings"
    order = 62
    icon = "trending-up"
    columns = "name", "source"
    filters = ("name",)
    search = "name", "source"
    form = "name", "source", Lines("values", "on", "value")
    detail = LinesPanel("values", "on", "value", title=_("Values")), Changes(), Facts("source"), Timeline()
    sort = "name"
    key = "name"
    empty = _("No indexes yet. A price may follow one: wool, cotton, energy.")
