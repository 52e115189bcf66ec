"""Requisitions and purchase orders as those see them who approve."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _t

from loomline.domains.approvals import queries as approvals
from loomline.domains.approvals.models import Approval, ApprovalRule, ApprovalState, DocumentKind
from loomline.domains.approvals.queries import Subject
from loomline.domains.ledger import queries as ledger
from loomline.domains.procurement import queries as procurement
from loomline.domains.procurement.models import Purchase, PurchaseLine, PurchaseState
from loomline.domains.requisitions.models import Requisition, RequisitionLine, RequisitionState
from loomline.kernel.context import Ctx

ORIGIN = "requisitions.requisitionline"
REQUISITION, PURCHASE = DocumentKind.REQUISITION.value, DocumentKind.PURCHASE.value
COVERS = (RequisitionState.APPROVED, RequisitionState.ORDERED)
CENT = Decimal("0.01")


class RateMissing(Exception):
    """Nobody can tell what an order comes to in our own currency."""


def of_requisition(*, requisition: Requisition, lines: Sequence[RequisitionLine]) -> Subject:
    """A requisition as it stands."""
    amounts: dict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        amounts[line.item.category_id or 0] += line.amount
    rows = [[line.item_id, f"{line.quantity.normalize():f}", f"{line.amount:f}"] for line in lines]
    return Subject(
        kind=REQUISITION,
        document_id=requisition.pk,
        number=requisition.number,
        title=requisition.title,
        goods=_goods((line.quantity, line.item.unit.code, line.item.name) for line in lines),
        amounts=amounts,
        site_id=requisition.site_id,
        requester_id=requisition.requester_id,
        fingerprint=_print(requisition.site_id, rows),
    )


def of_purchase(ctx: Ctx, *, purchase: Purchase, lines: Sequence[PurchaseLine]) -> Subject:
    """A purchase order as it stands, less what an approved requisition covers; raises RateMissing."""
    rate = _rate(ctx, purchase.currency)
    covered = _covered(lines)
    amounts: dict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        own = (line.amount * rate).quantize(CENT)
        if own > covered.get(line.pk, Decimal(-1)):
            amounts[line.item.category_id or 0] += own
    rows = [[line.item_id, f"{line.quantity.normalize():f}", f"{line.amount:f}"] for line in lines]
    return Subject(
        kind=PURCHASE,
        document_id=purchase.pk,
        number=purchase.number,
        title=purchase.supplier.name,
        goods=_goods((line.quantity, line.item.unit.code, line.item.name) for line in lines),
        amounts=amounts,
        site_id=purchase.site_id,
        requester_id=purchase.buyer_id,
        fingerprint=_print(purchase.supplier_id, purchase.currency, purchase.site_id, rows),
    )


def _rate(ctx: Ctx, currency: str) -> Decimal:
    own = ctx.company.currency
    found = ledger.exchange_rates(currencies=[currency], into=own, on=ctx.today).get(currency)
    if found is None:
        raise RateMissing(_t("there is no exchange rate for {currency}").format(currency=currency))
    return found


def _covered(lines: Sequence[PurchaseLine]) -> Mapping[int, Decimal]:
    """What was approved for each line already, with the requisition that it came from."""
    asked = {line.origin_id: line.pk for line in lines if line.origin_kind == ORIGIN and line.pk}
    if not asked:
        return {}
    rows = RequisitionLine.objects.filter(pk__in=asked, requisition__state__in=COVERS)
    return {asked[pk]: amount for pk, amount in rows.values_list("pk", "amount")}


def release(ctx: Ctx, *, purchase: Purchase) -> str:
    """Why a purchase order may not go to the supplier yet; nothing when it may."""
    if not ApprovalRule.objects.filter(document=PURCHASE, is_active=True).exists():
        return ""
    lines = list(purchase.lines.select_related("item__unit").order_by("position", "pk"))
    try:
        subject = of_purchase(ctx, purchase=purchase, lines=lines)
    except RateMissing as fault:
        return _t("nobody can tell whether it needs approval, because {why}.").format(why=fault)
    if purchase.state != PurchaseState.DRAFT and _was_approved_for(subject):
        return ""
    return approvals.release(ctx, subject=subject)


def _was_approved_for(subject: Subject) -> bool:
    """An order that has left may change within what was approved for it."""
    return Approval.objects.filter(
        kind=subject.kind,
        document_id=subject.document_id,
        state=ApprovalState.APPROVED,
        amount__gte=subject.amount,
    ).exists()


def orders_of(*, requisition: Requisition) -> list[Purchase]:
    """The purchase orders that were drafted for a requisition."""
    ids = requisition.lines.values_list("pk", flat=True)
    lines = procurement.lines_asked_by(kind=ORIGIN, ids=ids)
    return list({line.purchase_id: line.purchase for line in lines}.values())


def _goods(rows: Iterable[tuple[Decimal, str, str]]) -> str:
    return procurement.in_words(list(rows))


def _print(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
