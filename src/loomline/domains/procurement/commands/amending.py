"""Changing a purchase order: freely before it is sent, afterwards as a revision that the supplier hears."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import User
from loomline.domains.catalog.models import Item, Unit
from loomline.domains.parties.models import Party
from loomline.domains.procurement import ports, queries
from loomline.domains.procurement.commands.opening import (
    PurchaseLineDraft,
    book_of,
    refuse_line,
    written_lines,
)
from loomline.domains.procurement.commands.ordering import (
    GoesToCustomer,
    LineElsewhere,
    NotApproved,
    PurchaseEmpty,
    said_of,
)
from loomline.domains.procurement.commands.versions import keep_version
from loomline.domains.procurement.events import PurchaseAmended
from loomline.domains.procurement.models import Purchase, PurchaseLine, PurchaseState
from loomline.domains.procurement.models.purchase import AWAITING
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import Site
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.edit import FieldClosed
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused

KEPT = (
    "received",
    "rejected",
    "confirmed_on",
    "expected_on",
    "cause",
    "answer",
    "confirmed_quantity",
    "confirmed_price",
    "answer_note",
    "is_closed",
    "description",
    "origin_kind",
    "origin_id",
)
FIELDS = [
    *("position", "item", "description", "supplier_sku", "quantity", "entered_quantity", "unit", "price"),
    *("discount", "amount", "requested_on", "expected_on", "over_tolerance", "under_tolerance"),
]
Pairs = Sequence[tuple[PurchaseLine | None, PurchaseLine]]


class NothingChanged(Refused):
    """An amendment that changes nothing."""

    says = _("{number} would stay as it is. Change a line first.")


class BelowAccepted(Refused):
    """What has arrived cannot be unordered."""

    says = _("{item}: {accepted} {unit} have arrived and were taken; order at least that much.")


class LongOver(Refused):
    """A finished order is not changed any more."""

    says = _("{number} is {state}; what was ordered can no longer be changed.")


class GrowsUnapproved(NotApproved):
    """More was approved of no one."""

    says = _("{number} has left and cannot grow so: {reason} Write another order for what is more.")


@dataclass(frozen=True, kw_only=True)
class PurchaseLineChange:
    """A line as it shall be; `line` names the one it was. The price is for one of the unit."""

    line: PurchaseLine | None = None
    item: Item
    quantity: Decimal
    unit: Unit | None = None
    price: Decimal | None = None
    discount: Decimal = Decimal(0)
    requested_on: date | None = None


@command(label=_("Edit"), icon="pencil", undo=True)
def change_purchase(
    ctx: Ctx,
    *,
    purchase: Purchase,
    contact: Party | None = None,
    site: Site | None = None,
    buyer: User | None = None,
    requested_on: date | None = None,
    delivery_terms: str = "",
    supplier_reference: str = "",
    note: str = "",
) -> Purchase:
    """Write the head of a purchase order as it shall be; its state says what may still change."""
    purchase = lock(purchase)
    given = {
        "contact": contact, "site": site, "buyer": buyer, "requested_on": requested_on,
        "delivery_terms": delivery_terms, "supplier_reference": supplier_reference, "note": note,
    }  # fmt: skip
    changed = {name: value for name, value in given.items() if getattr(purchase, name) != value}

    for name in changed:
        if not purchase.may_edit(name):
            label = getattr(purchase._meta.get_field(name), "verbose_name", name)
            raise FieldClosed(what=purchase.sentence_name(), state=purchase.state.label.lower(), field=label)

    if site is not None and purchase.customer is not None:
        raise GoesToCustomer(number=purchase.number, customer=purchase.customer, at_field="site")

    for name, value in changed.items():
        setattr(purchase, name, value)
    purchase.save(update_fields=list(changed))
    return purchase


@command(label=_("Change lines"), icon="list-details")
def amend_purchase(ctx: Ctx, *, purchase: Purchase, lines: list[PurchaseLineChange]) -> Purchase:
    """Order these lines instead: each names the line it changes, lines not named are dropped."""
    purchase = lock(purchase)
    before = {line.pk: line for line in lock_all(purchase.lines.select_related("item__unit", "unit"))}

    drafts = [_draft(change) for change in lines]
    _refuse_wrong(purchase, before, lines, drafts)
    book = book_of(drafts, supplier_ids=[purchase.supplier_id])
    [after] = written_lines([(purchase, drafts)], book=book, on=ctx.today)
    pairs = [
        (before.get(change.line.pk) if change.line else None, line)
        for change, line in zip(lines, after, strict=True)
    ]
    _keep(purchase, pairs)
    kept = {old.pk for old, _line in pairs if old is not None}
    dropped = [line for pk, line in before.items() if pk not in kept]
    difference = _difference(pairs, dropped)
    if not difference:
        raise NothingChanged(number=purchase.number)

    was = purchase.total
    _write(purchase, after, dropped)
    if purchase.state != PurchaseState.DRAFT and purchase.total > was:
        _refuse_unapproved(ctx, purchase)

    if purchase.state != PurchaseState.DRAFT:
        keep_version(ctx, purchase, after, said=difference)
        _tell(ctx, purchase, [*after, *dropped], "; ".join(difference), was=was)
    return purchase


def _refuse_unapproved(ctx: Ctx, purchase: Purchase) -> None:
    """More than what was approved is another order."""
    missing = ports.may_send(ctx, purchase=purchase)
    if missing:
        raise GrowsUnapproved(number=purchase.number, reason=missing)


def _tell(
    ctx: Ctx, purchase: Purchase, lines: Sequence[PurchaseLine], difference: str, *, was: Decimal
) -> None:
    ctx.emit(
        PurchaseAmended(
            **said_of(purchase, lines),
            revision=purchase.revision,
            difference=difference,
            total_before=was,
            total=purchase.total,
            currency=purchase.currency,
        )
    )


def _draft(change: PurchaseLineChange) -> PurchaseLineDraft:
    return PurchaseLineDraft(
        item=change.item,
        quantity=change.quantity,
        unit=change.unit,
        price=change.price,
        discount=change.discount,
        requested_on=change.requested_on,
    )


def _refuse_wrong(
    purchase: Purchase,
    before: Mapping[int, PurchaseLine],
    changes: Sequence[PurchaseLineChange],
    drafts: Sequence[PurchaseLineDraft],
) -> None:
    if purchase.state != PurchaseState.DRAFT and purchase.state not in AWAITING:
        raise LongOver(number=purchase.number, state=purchase.state.label.lower())
    if not changes:
        raise PurchaseEmpty(number=purchase.number)
    kept = {change.line.pk for change in changes if change.line is not None}
    for draft in drafts:
        refuse_line(draft)
    if kept - set(before):
        raise LineElsewhere(line=min(kept - set(before)), number=purchase.number)
    for pk, line in before.items():
        if pk not in kept and line.received:
            raise BelowAccepted(item=line.item, accepted=plain(line.accepted), unit=line.item.unit)


def _keep(purchase: Purchase, pairs: Pairs) -> None:
    """What has happened to a line stays with it; a line without a day of its own keeps the one it had."""
    calendar = sites.work_calendar(site=purchase.site)
    for old, line in pairs:
        if old is not None:
            line.pk = old.pk
            for name in KEPT:
                setattr(line, name, getattr(old, name))
            line.requested_on = line.requested_on or old.requested_on
            if line.quantity < old.accepted:
                raise BelowAccepted(item=line.item, accepted=plain(old.accepted), unit=line.item.unit)
        if purchase.state != PurchaseState.DRAFT:
            line.requested_on = line.requested_on or purchase.expected_on
            day = line.expected_on or line.requested_on
            line.expected_on = calendar.on_or_after(day) if day else None


def _difference(pairs: Pairs, dropped: Sequence[PurchaseLine]) -> list[str]:
    said = [_t("{item} dropped").format(item=line.item) for line in dropped]
    for old, line in pairs:
        if old is None:
            goods = queries.in_words([(line.quantity, line.item.unit.code, line.item.name)])
            said.append(_t("{goods} added").format(goods=goods))
        else:
            said += _changes(old, line)
    return said


def _changes(old: PurchaseLine, line: PurchaseLine) -> Iterator[str]:
    if line.item_id != old.item_id:
        yield _t("{new} instead of {old}").format(new=line.item, old=old.item)
    units = {"quantity": line.item.unit.code}
    for name in ("quantity", "price", "discount", "requested_on"):
        was, now = getattr(old, name), getattr(line, name)
        if was != now:
            label, unit = getattr(line._meta.get_field(name), "verbose_name", name), units.get(name, "")
            yield f"{line.item} {label} {_shown(was, unit)} → {_shown(now, unit)}"


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
