"""Ordering what was approved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.models import Party
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement import ports
from loomline.domains.procurement import queries as procurement_queries
from loomline.domains.procurement.models import Purchase
from loomline.domains.requisitions import queries
from loomline.domains.requisitions.events import RequisitionOrdered
from loomline.domains.requisitions.models import Requisition, RequisitionLine
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class SupplierUnknown(Refused):
    """An order goes to somebody."""

    says = _("Nobody is known to sell {items}. Choose a supplier, or ask several for an offer.")


@command(move="order", label=_("Order"), icon="shopping-cart")
def order_requisition(ctx: Ctx, *, requisition: Requisition, supplier: Party | None = None) -> list[Purchase]:
    """Draft a purchase order for each supplier: the one given, the one wished for, or the preferred one."""
    requisition = lock(requisition)
    lines = list(requisition.lines.select_related("item__unit", "supplier").order_by("position", "pk"))
    sources = procurement_queries.sources_of(item_ids=[line.item_id for line in lines])
    chosen = {line.pk: supplier or line.supplier or _first(sources, line) for line in lines}

    unknown = [line.item.name for line in lines if chosen[line.pk] is None]
    if unknown:
        raise SupplierUnknown(items=procurement_queries.names_in_words(unknown), at_field="supplier")

    advance(requisition, "order")
    by_supplier: dict[Party, list[RequisitionLine]] = defaultdict(list)
    for line in lines:
        found = chosen[line.pk]
        if found is not None:
            by_supplier[found].append(line)
    drafts = [_draft(ctx, requisition, party, rows) for party, rows in by_supplier.items()]
    orders = procurement.open_purchases(ctx, drafts=drafts)

    ctx.emit(
        RequisitionOrdered(
            requisition_id=requisition.pk,
            number=requisition.number,
            item_ids=tuple(sorted({line.item_id for line in lines})),
            purchase_ids=tuple(order.pk for order in orders),
            orders=", ".join(order.number for order in orders),
        )
    )
    return orders


def _first(sources: Mapping[int, Sequence[object]], line: RequisitionLine) -> Party | None:
    rows = sources.get(line.item_id)
    found: Party | None = getattr(rows[0], "supplier", None) if rows else None
    return found


def _draft(
    ctx: Ctx, requisition: Requisition, supplier: Party, lines: Sequence[RequisitionLine]
) -> procurement.PurchaseDraft:
    """The order in the supplier's currency; where nothing is agreed, the estimate in our own."""
    terms = procurement_queries.terms_of(
        supplier_ids=[supplier.pk], item_ids=[line.item_id for line in lines]
    )
    currencies = {row.currency for row in terms.values()}
    currency = currencies.pop() if len(currencies) == 1 else ctx.company.currency
    asks = [
        ports.TermsAsk(
            supplier=supplier, item=line.item, quantity=line.quantity, currency=currency, on=ctx.today
        )
        for line in lines
    ]
    agreed = ports.agreed_terms(asks=asks)
    own = currency == ctx.company.currency
    return procurement.PurchaseDraft(
        supplier=supplier,
        site=requisition.site,
        requested_on=requisition.needed_on,
        currency=currency,
        lines=[
            procurement.PurchaseLineDraft(
                item=line.item,
                quantity=line.quantity,
                price=line.price
                if own and said.price is None and (supplier.pk, line.item_id) not in terms
                else None,
                origin_kind=queries.ORIGIN,
                origin_id=line.pk,
            )
            for line, said in zip(lines, agreed, strict=True)
        ],
    )
