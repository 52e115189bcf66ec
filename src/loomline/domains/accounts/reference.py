"""The roles a company starts with, and the named actors of the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts import commands, queries
from loomline.domains.accounts.models import Grant, Role
from loomline.kernel.access import Level
from loomline.kernel.context import Ctx

ACTORS = ("System", "Import", "Planner", "Demo", "Rules", "Sign-in", "Housekeeping")
PARTY, OWN, TEAM, ALL = Level.PARTY, Level.OWN, Level.TEAM, Level.ALL

# What everybody who works here reads: who people are, what is made, where it stands.
COLLEAGUES = {
    "accounts.view_user": ALL,
    "accounts.view_team": ALL,
    "parties.view": ALL,
    "catalog.view": ALL,
    "sites.view": ALL,
    "timeline.*": ALL,
    "inventory.view": ALL,
    "tracing.view": ALL,
    "tasks.*": OWN,
    "mail.*": OWN,
    "requisitions.view": OWN,
    **{
        f"requisitions.{verb}_requisition": OWN for verb in ("open", "amend", "submit", "take_back", "cancel")
    },
    "approvals.view_approval": OWN,
    "approvals.view_turn": OWN,
    "approvals.view_deputy": OWN,
    "approvals.approve_documents": OWN,
    "approvals.refuse_approval": OWN,
    "approvals.withdraw_approval": OWN,
    "approvals.appoint_deputy": OWN,
    "approvals.delete_deputy": OWN,
    "privacy.view": ALL,
}

# What was sold and bought: for which day, what of it comes back, what of it is announced.
PROMISED = {"sales.view": ALL, "promises.view": ALL, "returns.view": ALL}
BOUGHT = {"procurement.view": ALL, "inbound.view": ALL}


@dataclass(frozen=True)
class StandardRole:
    """A role as it is shipped."""

    name: str | Promise
    description: str | Promise
    grants: Mapping[str, Level]
    is_colleague: bool = True

    def all_grants(self) -> dict[str, Level]:
        """Its own grants and, for people who work here, what colleagues read; level "none" takes one out."""
        found = {**COLLEAGUES, **self.grants} if self.is_colleague else dict(self.grants)
        return {permission: level for permission, level in found.items() if level > Level.NONE}


PLANS = ("planning.*", "supplyplan.*", "scheduling.*", "scenarios.*", "stocking.*", "demand.*")
MAKES = ("bills.*", "workcentres.*", "manufacturing.*", "shopfloor.*")
BUYS = ("procurement.*", "inbound.*", "requisitions.*", "sourcing.*", "contracts.*", "scorecards.*")
HOLDING = ("planning.hold_goods", "planning.send_and_hold", "planning.end_hold")
SELLERS_READ = {
    "planning.view": ALL,
    "bills.view": ALL,
    "manufacturing.view": ALL,
    "quality.view": ALL,
    "warehouse.view": ALL,
    "finance.view": ALL,
    "dunning.view": ALL,
    "payables.view": ALL,
    "ledger.view_exchangerate": ALL,
    "trade.view": ALL,
    "taxes.view": ALL,
}
SELLING: tuple[StandardRole, ...] = (
    StandardRole(
        _("Sales"),
        _("Deals, quotes and orders of the own team; customers and prices."),
        {
            **SELLERS_READ,
            "pipeline.*": TEAM,
            "leads.*": TEAM,
            "forecasting.*": TEAM,
            "coaching.view": OWN,
            "coaching.answer_playbook": TEAM,
            "quoting.*": TEAM,
            "privacy.give_consent": ALL,
            "privacy.withdraw_consent": ALL,
            "privacy.suppress_address": ALL,
            **PROMISED,
            "sales.do": TEAM,
            **dict.fromkeys(("returns.open_return", "returns.return_shipment"), TEAM),
            **dict.fromkeys(HOLDING, TEAM),
            "parties.do": TEAM,
            "pricing.view": ALL,
            "marketing.view": ALL,
            "service.view": ALL,
        },
    ),
    StandardRole(
        _("Sales manager"),
        _("All deals, quotes and orders, prices and terms."),
        {
            **SELLERS_READ,
            **BOUGHT,
            "pipeline.*": ALL,
            "leads.*": ALL,
            "forecasting.*": ALL,
            "coaching.*": ALL,
            "quoting.*": ALL,
            "territories.*": ALL,
            "tasks.*": TEAM,
            "privacy.do": ALL,
            "sales.*": ALL,
            "returns.*": ALL,
            **dict.fromkeys(HOLDING, ALL),
            "promises.*": ALL,
            "parties.*": ALL,
            "pricing.*": ALL,
            "marketing.*": ALL,
            "loyalty.*": ALL,
            "service.view": ALL,
            "insights.view": ALL,
        },
    ),
    StandardRole(
        _("Service"),
        _("Cases and returns; reads orders, shipments and lots."),
        {
            "service.*": ALL,
            **PROMISED,
            "returns.*": ALL,
            "warehouse.view": ALL,
            "quality.view": ALL,
            "corrections.view": ALL,
            "corrections.raise_nonconformance": ALL,
            "recalls.view": ALL,
            "recalls.record_answer": ALL,
            "parties.do": ALL,
            "bills.view": ALL,
            "manufacturing.view": ALL,
        },
    ),
)


MAKING: tuple[StandardRole, ...] = (
    StandardRole(
        _("Planner"),
        _("Plans supply, releases work and proposes purchases."),
        {
            **dict.fromkeys((*PLANS, *MAKES), ALL),
            "sourcing.view": ALL,
            "requisitions.*": ALL,
            "approvals.view": ALL,
            **BOUGHT,
            "procurement.open_purchase": ALL,
            "procurement.open_purchases": ALL,
            "inventory.reserve": ALL,
            "inventory.release": ALL,
            **PROMISED,
            "sales.expect_lines": ALL,
            "warehouse.view": ALL,
            "quality.view": ALL,
            "risk.view": ALL,
        },
    ),
    StandardRole(
        _("Buyer"),
        _("Suppliers, prices, purchase orders and receipts."),
        {
            **dict.fromkeys(BUYS, ALL),
            "approvals.view": ALL,
            "inbound.view": ALL,
            "trade.view": ALL,
            "parties.do": ALL,
            "planning.view": ALL,
            "planning.order_stage": ALL,
            "planning.receive_stage": ALL,
            "supplyplan.view": ALL,
            "scenarios.view": ALL,
            "supplyplan.firm_orders": ALL,
            "stocking.view": ALL,
            "bills.view": ALL,
            "manufacturing.view": ALL,
            "quality.view": ALL,
            "corrections.view": ALL,
            "corrections.raise_nonconformance": ALL,
            "corrections.complete_step": OWN,
            "finance.view": ALL,
            "payables.view": ALL,
            "payables.enter_supplier_credit": ALL,
            "payables.credit_supplier_invoice": ALL,
            "payables.settle_consumption": ALL,
            "ledger.view_exchangerate": ALL,
            "risk.*": ALL,
        },
    ),
    StandardRole(
        _("Production"),
        _("Work orders: issues material, reports stages and output."),
        {
            "bills.view": ALL,
            "bills.do": ALL,
            "workcentres.view": ALL,
            "manufacturing.view": ALL,
            "manufacturing.do": ALL,
            "shopfloor.*": ALL,
            "scheduling.view": ALL,
            "inventory.move_stock": ALL,
            "inventory.open_lots": ALL,
            "quality.view": ALL,
            "quality.open_check": ALL,
            "quality.record_check": ALL,
            "corrections.view": ALL,
            "corrections.raise_nonconformance": ALL,
            "corrections.complete_step": OWN,
            "planning.view": ALL,
            "planning.receive_stage": ALL,
            "devices.view": ALL,
        },
    ),
    StandardRole(
        _("Warehouse"),
        _("Receives, picks, packs, ships and counts."),
        {
            "warehouse.*": ALL,
            "inventory.*": ALL,
            "storage.*": ALL,
            "counting.*": ALL,
            "inbound.*": ALL,
            "transport.*": ALL,
            **PROMISED,
            **dict.fromkeys(("returns.receive_return", "returns.inspect_return"), ALL),
            "procurement.view": ALL,
            "procurement.receive_goods": ALL,
            "procurement.report_delay": ALL,
            "planning.receive_stage": ALL,
            "bills.view": ALL,
            "manufacturing.view": ALL,
            "quality.view": ALL,
            "corrections.view": ALL,
            "corrections.raise_nonconformance": ALL,
            "recalls.view": ALL,
            "devices.view": ALL,
        },
    ),
    StandardRole(
        _("Quality"),
        _("Checks, holds and releases lots; reads the whole chain."),
        {
            "quality.*": ALL,
            "corrections.*": ALL,
            "recalls.*": ALL,
            "tracing.*": ALL,
            "scorecards.view": ALL,
            "inventory.hold_lot": ALL,
            "inventory.release_lot": ALL,
            "inventory.block_lot": ALL,
            "bills.view": ALL,
            "manufacturing.view": ALL,
            **BOUGHT,
            "warehouse.view": ALL,
            **PROMISED,
            "returns.inspect_return": ALL,
            "service.view": ALL,
        },
    ),
)


VIEWED = (
    "pipeline",
    "sales",
    "procurement",
    "bills",
    "workcentres",
    "manufacturing",
    "shopfloor",
    "warehouse",
    "storage",
    "counting",
    "quality",
    "planning",
    "scheduling",
    "demand",
    "pricing",
    "returns",
)
OFFICE: tuple[StandardRole, ...] = (
    StandardRole(
        _("Finance"),
        _("Invoices, payments and supplier invoices; reads all orders."),
        {
            "finance.*": ALL,
            "dunning.*": ALL,
            "payables.*": ALL,
            "ledger.*": ALL,
            "costing.*": ALL,
            "taxes.*": ALL,
            "trade.*": ALL,
            "approvals.*": ALL,
            "contracts.view": ALL,
            **PROMISED,
            "returns.settle_return": ALL,
            **BOUGHT,
            "warehouse.view": ALL,
            "pricing.view": ALL,
            "parties.do": ALL,
            "insights.view": ALL,
            "kernel.view_activity": ALL,
        },
    ),
    StandardRole(
        _("Viewer"),
        _("Reads everything of the business and changes nothing."),
        {
            **{f"{domain}.view": ALL for domain in VIEWED},
            "timeline.*": Level.NONE,
            "tasks.*": Level.NONE,
            "mail.*": Level.NONE,
            **{name: Level.NONE for name in COLLEAGUES if name.startswith(("requisitions.", "approvals."))},
        },
    ),
)


PORTALS: tuple[StandardRole, ...] = (
    StandardRole(
        _("Customer portal"),
        _("A customer's own people: their quotes, orders, shipments, invoices and returns."),
        {
            "parties.view_party": PARTY,
            **dict.fromkeys(("sales.view_quote", "sales.view_quoteline"), PARTY),
            **dict.fromkeys(("sales.view_order", "sales.view_orderline"), PARTY),
            **dict.fromkeys(("sales.accept_quote", "sales.decline_quote"), PARTY),
            **dict.fromkeys(("quoting.accept_offer", "quoting.decline_offer", "quoting.ask_question"), PARTY),
            **dict.fromkeys(("warehouse.view_shipment", "warehouse.view_shipmentline"), PARTY),
            **dict.fromkeys(("finance.view_invoice", "finance.view_invoiceline"), PARTY),
            **dict.fromkeys(("returns.view_goodsreturn", "returns.view_returnline"), PARTY),
            "returns.ask_for_return": PARTY,
        },
        is_colleague=False,
    ),
    StandardRole(
        _("Supplier portal"),
        _("A supplier's or partner's own people: their purchase orders and stages."),
        {
            "parties.view_party": PARTY,
            "procurement.view_purchase": PARTY,
            "procurement.view_purchaseline": PARTY,
            "procurement.view_receipt": PARTY,
            "procurement.view_receiptline": PARTY,
            "procurement.confirm_purchase": PARTY,
            "procurement.answer_purchase": PARTY,
            "procurement.report_delay": PARTY,
            "manufacturing.view_workstage": PARTY,
            "manufacturing.start_stage": PARTY,
            "manufacturing.finish_stage": PARTY,
            "manufacturing.report_stage_delay": PARTY,
            "sourcing.view_invitation": PARTY,
            "sourcing.view_rfqline": PARTY,
            "sourcing.view_bid": PARTY,
            "sourcing.view_bidprice": PARTY,
            "sourcing.answer_invitation": PARTY,
            "sourcing.decline_invitation": PARTY,
            "inbound.view_shippingnotice": PARTY,
            "inbound.view_noticeline": PARTY,
            "inbound.announce_goods": PARTY,
            "inbound.withdraw_notice": PARTY,
            "scorecards.view_score": PARTY,
            "scorecards.dispute_score": PARTY,
        },
        is_colleague=False,
    ),
)

ADMINISTRATOR = StandardRole(
    _("Administrator"), _("Everything, people and roles included."), {"*": ALL}, is_colleague=False
)
STANDARD_ROLES = (ADMINISTRATOR, *SELLING, *MAKING, *OFFICE, *PORTALS)


def load(ctx: Ctx) -> None:
    """Make the standard roles and actors that are not there yet; what a company has changed stays changed.

    A domain that no role mentions yet is new to this installation: its grants are added to the
    standard roles that are still called so.
    """
    for name in ACTORS:
        queries.system_actor(name)
    held = {queries.Pattern.of(text).domain for text in Grant.objects.values_list("permission", flat=True)}
    present = {role.name: role for role in Role.objects.all()}
    for standard in STANDARD_ROLES:
        grants = {text: level for text, level in standard.all_grants().items() if queries.is_known(text)}
        role = present.get(str(standard.name))
        if role is None:
            reaches = {text: commands.REACH_OF[level] for text, level in grants.items()}
            commands.add_role(
                ctx, name=str(standard.name), description=str(standard.description), grants=reaches
            )
            continue
        for text, level in grants.items():
            if queries.Pattern.of(text).domain not in held:
                commands.grant(ctx, role=role, permission=text, level=commands.REACH_OF[level])
