"""Changing what was ordered: freely before it is sent, afterwards as a revision that the supplier hears."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.procurement import queries
from loomline.domains.procurement.commands.opening import (
    PurchaseLineDraft,
    book_of,
    refuse_line,
    written_lines,
)
from loomline.domains.procurement.commands.ordering import LineElsewhere, PurchaseEmpty
from loomline.domains.procurement.events import PurchaseAmended
from loomline.domains.procurement.models import Purchase, PurchaseLine, PurchaseState
from loomline.domains.procurement.models.purchase import AWAITING
from loomline.domains.sites import queries as sites
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused

KEPT = ("received", "rejected", "confirmed_on", "expected_on", "cause", "origin_kind", "origin_id")
FIELDS = [
    *("position", "item", "description", "supplier_sku", "quantity", "entered_quantity", "unit", "price"),
    *("discount", "amount", "requested_on", "expected_on", "over_tolerance"),
]


class NothingChanged(Refused):
    """An amendment that changes nothing."""

    says = _("{number} would stay as it is. Change a line first.")


class BelowAccepted(Refused):
    """What has arrived cannot be unordered."""

    says = _("{item}: {accepted} {unit} have arrived and were taken; order at least that much.")


class LongOver(Refused):
    """A finished order is not changed any more."""

    says = _("{number} is {state}; what was ordered can no longer be changed.")


@command(label=_("Change lines"), icon="edit")
def amend_purchase(ctx: Ctx, *, purchase: Purchase, lines: list[PurchaseLineDraft]) -> Purchase:
    """Order these lines instead: drafts name the lines they change, lines not named are dropped."""
    purchase = lock(purchase)
    before = {line.pk: line for line in lock_all(purchase.lines.select_related("item__unit", "unit"))}

    _refuse_wrong(purchase, before, lines)
    after = written_lines(purchase, lines, book=book_of(lines, supplier_ids=[purchase.supplier_id]))
    _keep(purchase, before, lines, after)
    dropped = [
        line for pk, line in before.items() if pk not in {draft.line.pk for draft in lines if draft.line}
    ]
    difference = _difference(before, lines, after, dropped)
    if not difference:
        raise NothingChanged(number=purchase.number)

    was = purchase.total
    _write(purchase, after, dropped)

    if purchase.state != PurchaseState.DRAFT:
        ctx.emit(
            PurchaseAmended(
                purchase_id=purchase.pk,
                supplier_id=purchase.supplier_id,
                item_ids=tuple(sorted({line.item_id for line in (*after, *dropped)})),
                number=purchase.number,
                revision=purchase.revision,
                difference="; ".join(difference),
                total_before=was,
                total=purchase.total,
                currency=purchase.currency,
            )
        )
    return purchase


def _refuse_wrong(
    purchase: Purchase, before: Mapping[int, PurchaseLine], drafts: Sequence[PurchaseLineDraft]
) -> None:
    if purchase.state != PurchaseState.DRAFT and purchase.state not in AWAITING:
        raise LongOver(number=purchase.number, state=purchase.state.label.lower())
    if not drafts:
        raise PurchaseEmpty(number=purchase.number)
    for draft in drafts:
        refuse_line(draft)
        if draft.line is not None and draft.line.pk not in before:
            raise LineElsewhere(line=draft.line.pk, number=purchase.number)
    kept = {draft.line.pk for draft in drafts if draft.line is not None}
    for pk, line in before.items():
        if pk not in kept and line.received:
            raise BelowAccepted(item=line.item, accepted=plain(line.accepted), unit=line.item.unit)


def _keep(
    purchase: Purchase,
    before: Mapping[int, PurchaseLine],
    drafts: Sequence[PurchaseLineDraft],
    after: Sequence[PurchaseLine],
) -> None:
    """What has happened to a line stays with it; a line without a day of its own keeps the one it had."""
    calendar = sites.work_calendar(site=purchase.site) if purchase.state != PurchaseState.DRAFT else None
    for draft, line in zip(drafts, after, strict=True):
        old = before.get(draft.line.pk) if draft.line is not None else None
        if old is not None:
            line.pk = old.pk
            for name in KEPT:
                setattr(line, name, getattr(old, name))
            line.requested_on = draft.requested_on or old.requested_on
            if line.quantity < old.accepted:
                raise BelowAccepted(item=line.item, accepted=plain(old.accepted), unit=line.item.unit)
        if calendar is not None:
            line.requested_on = line.requested_on or purchase.expected_on
            day = line.expected_on or line.requested_on
            line.expected_on = calendar.on_or_after(day) if day else None


def _difference(
    before: Mapping[int, PurchaseLine],
    drafts: Sequence[PurchaseLineDraft],
    after: Sequence[PurchaseLine],
    dropped: Sequence[PurchaseLine],
) -> list[str]:
    said = [_t("{item} dropped").format(item=line.item) for line in dropped]
    for draft, line in zip(drafts, after, strict=True):
        old = before.get(draft.line.pk) if draft.line is not None else None
        if old is None:
            goods = queries.in_words([(line.quantity, line.item.unit.code, line.item.name)])
            said.append(_t("{goods} added").format(goods=goods))
            continue
        if line.item_id != old.item_id:
            said.append(_t("{new} instead of {old}").format(new=line.item, old=old.item))
        for name, unit in (("quantity", line.item.unit.code), ("price", ""), ("requested_on", "")):
            was, now = getattr(old, name), getattr(line, name)
            if was != now:
                label = line._meta.get_field(name).verbose_name
                said.append(f"{line.item} {label} {_shown(was, unit)} → {_shown(now, unit)}")
        if line.discount != old.discount:
            said.append(f"{line.item} {line._meta.get_field('discount').verbose_name} {plain(line.discount)}")
    return said


def _shown(value: object, unit: str) -> str:
    if isinstance(value, Decimal):
        return f"{plain(value)} {unit}".strip()
    return "–" if value is None else f"{value:%Y-%m-%d}"


def _write(purchase: Purchase, after: Sequence[PurchaseLine], dropped: Sequence[PurchaseLine]) -> None:
    PurchaseLine.objects.filter(pk__in=[line.pk for line in dropped]).delete()
    PurchaseLine.objects.bulk_update([line for line in after if line.pk is not None], FIELDS)
    PurchaseLine.objects.bulk_create([line for line in after if line.pk is None])
    purchase.total = sum((line.amount for line in after), Decimal(0))
    if purchase.state != PurchaseState.DRAFT:
        purchase.revision += 1
        days = [line.expected_on for line in after if line.expected_on and not line.is_closed]
        purchase.expected_on = max(days, default=purchase.expected_on)
    Purchase.objects.filter(pk=purchase.pk).update(
        total=purchase.total, revision=purchase.revision, expected_on=purchase.expected_on
    )
