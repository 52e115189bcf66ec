"""Changing an order: a draft freely, a promised one as a revision that says what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.models import Address
from loomline.domains.sales import ports, queries
from loomline.domains.sales.commands.confirming import OrderEmpty
from loomline.domains.sales.commands.delivery import last_day, shipped_event
from loomline.domains.sales.commands.drafts import BATCH, LineDraft, LineElsewhere, Sheet
from loomline.domains.sales.commands.opening import about, add_up, envelope, write_lines
from loomline.domains.sales.events import OrderAmended
from loomline.domains.sales.models import PROMISED, Delivery, Order, OrderLine, OrderRevision, OrderState
from loomline.domains.sales.models.order import OPEN
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance

HEAD = ("wanted_on", "customer_reference", "freight", "note", "ship_to", "ship_address")
SHOWN = ("wanted_on", "customer_reference", "freight", "note", "ship_name", "ship_address")
SAID = ("description", "quantity", "price", "discount", "tax_rate", "wanted_on", "delivery")
KEPT = (
    *PROMISED,
    "expected_on",
    "cause",
    "stage",
    "shipped",
    "invoiced",
    "quote_line_id",
)


class OrderDone(Refused):
    """What is over is not rewritten."""

    says = _("Order {number} is {state}; it can no longer be amended.")


class NothingAmended(Refused):
    """An amendment that changes nothing."""

    says = _("Order {number} would stay as it is. Change something first.")


class BelowShipped(Refused):
    """What has left cannot be unordered."""

    says = _("{item}: {shipped} {unit} have left or were invoiced already. Order at least that much.")


@command(label=_("Amend"), icon="edit", states=(OrderState.DRAFT, *OPEN))
def amend_order(
    ctx: Ctx,
    *,
    order: Order,
    lines: Sequence[LineDraft] | None = None,
    wanted_on: date | None = None,
    customer_reference: str | None = None,
    freight: Decimal | None = None,
    note: str | None = None,
    ship_to: Address | None = None,
    reason: str = "",
) -> Order:
    """Change an order; once it is promised, every change is kept as a revision that says the difference.

    The lines given are all the lines it shall have, each naming the line it was.
    """
    before = {line.pk: line for line in queries.lines_to_promise(order_ids=[order.pk])}
    order = next((line.order for line in before.values()), None) or lock(order)

    if order.state != OrderState.DRAFT and order.state not in OPEN:
        raise OrderDone(number=order.number, state=order.state.label.lower())
    drafts = [_draft_of(line) for line in before.values()] if lines is None else list(lines)
    _refuse_wrong(order, before, drafts)

    was, net = order.total, order.net
    head = {
        "wanted_on": wanted_on,
        "customer_reference": customer_reference,
        "freight": freight,
        "note": note,
    }
    said = _write_head(order, head, ship_to)
    after = _lines_after(order, before, drafts)
    gone = [line for pk, line in before.items() if pk not in {line.pk for line in after}]
    said += _differences(before, after, gone)
    if not said and order.net == net:
        raise NothingAmended(number=order.number)
    news = [line for line in after if not line.pk]
    _settle_delivery(order, before, after)
    moved = [line for line in after if line.pk and _is_changed(before[line.pk], line)]
    _promise_again(ctx, order, [*news, *moved])
    _write(order, after, gone)
    if order.state == OrderState.DRAFT:
        return order
    _revise(ctx, order, after, said, reason)
    complete = order.state == OrderState.PART_SHIPPED and all(line.open_quantity == 0 for line in after)
    if complete:
        advance(order, "ship", shipped_at=ctx.now)

    ctx.emit(
        OrderAmended(
            **about(order, {line.item_id for line in (*after, *gone)}),
            revision=order.revision,
            difference="; ".join(said),
            reason=reason.strip(),
            lines_added=tuple(line.pk for line in news),
            lines_changed=tuple(line.pk for line in moved),
            lines_removed=tuple(line.pk for line in gone),
            total_before=was,
            total=order.total,
            currency=order.currency,
            days=tuple(line.promised for line in (*news, *moved)),
        )
    )
    if complete:
        ctx.emit(shipped_event(ctx, order, {line.item_id for line in after}))
    return order


def _refuse_wrong(order: Order, before: Mapping[int, OrderLine], drafts: Sequence[LineDraft]) -> None:
    if not drafts and order.state != OrderState.DRAFT:
        raise OrderEmpty(number=order.number)
    wanted = {draft.line.pk: draft for draft in drafts if draft.line is not None}
    if set(wanted) - set(before):
        raise LineElsewhere(at_field="lines")
    for pk, line in before.items():
        fixed = max(line.shipped, line.invoiced)
        if fixed and (pk not in wanted or wanted[pk].item.pk != line.item_id):
            raise BelowShipped(
                item=line.item, shipped=plain(fixed), unit=line.item.unit.code, at_field="lines"
            )


def _write_head(order: Order, head: Mapping[str, Any], ship_to: Address | None) -> list[str]:
    """Put the new head on the order; what differs, in words."""
    given = {name: value for name, value in head.items() if value is not None}
    if isinstance(given.get("note"), str):
        given["note"] = given["note"].replace("\r\n", "\n")
    if ship_to is not None and ship_to.pk != order.ship_to_id:
        order.ship_address = envelope(ship_to)
        given["ship_to"] = ship_to
    said = []
    for name, value in given.items():
        old = getattr(order, name)
        if old != value:
            setattr(order, name, value)
            label = str(getattr(Order._meta.get_field(name), "verbose_name", name))
            said.append(
                _t("{what}: {before} → {after}").format(what=label, before=_shown(old), after=_shown(value))
            )
    return said


def _lines_after(
    order: Order, before: Mapping[int, OrderLine], drafts: Sequence[LineDraft]
) -> list[OrderLine]:
    """The lines as they shall be; what has happened to a line stays with it."""
    sheet = Sheet(
        customer=order.customer, currency=order.currency, on=order.ordered_on, lines=drafts,
        site_id=order.site_id, ship_to_id=order.ship_to_id,
    )  # fmt: skip
    after = write_lines([(order, sheet)])
    for draft, line in zip(drafts, after, strict=True):
        old = before.get(draft.line.pk) if draft.line is not None else None
        if old is None:
            continue
        line.pk = old.pk
        for name in KEPT:
            setattr(line, name, getattr(old, name))
        if draft.delivery is None and line.item_id == old.item_id:
            line.delivery = old.delivery
        fixed = max(old.shipped, old.invoiced)
        if line.quantity < fixed:
            raise BelowShipped(item=old.item, shipped=plain(fixed), unit=old.item.unit.code, at_field="lines")
    return after


def _is_changed(old: OrderLine, new: OrderLine) -> bool:
    return any(
        getattr(old, name) != getattr(new, name) for name in ("item_id", "quantity", "wanted_on", "delivery")
    )


def _differences(
    before: Mapping[int, OrderLine], after: Sequence[OrderLine], gone: Sequence[OrderLine]
) -> list[str]:
    said = [_t("{item} dropped").format(item=line.item) for line in gone]
    for line in after:
        old = before.get(line.pk) if line.pk else None
        if old is None:
            said.append(_t("{quantity} {item} added").format(quantity=plain(line.quantity), item=line.item))
            continue
        if old.item_id != line.item_id:
            said.append(_t("{new} instead of {old}").format(new=line.item, old=old.item))
        for name in SAID:
            was, now = getattr(old, name), getattr(line, name)
            if was != now:
                label = str(getattr(OrderLine._meta.get_field(name), "verbose_name", name))
                said.append(
                    _t("{item}: {what} {before} → {after}").format(
                        item=line.item, what=label, before=_shown(was), after=_shown(now)
                    )
                )
    return said


def _settle_delivery(order: Order, before: Mapping[int, OrderLine], after: Sequence[OrderLine]) -> None:
    """Who brings what is new on a promised order; a draft waits for its confirmation."""
    if order.state != OrderState.DRAFT:
        new = [line for line in after if not line.pk or line.item_id != before[line.pk].item_id]
        queries.settle_delivery(lines=new)


def _promise_again(ctx: Ctx, order: Order, lines: Sequence[OrderLine]) -> None:
    """New and changed lines of a promised order are asked for anew; a draft waits for its confirmation."""
    if order.state == OrderState.DRAFT or not lines:
        return
    asks = [
        ports.Ask(
            item=line.item,
            quantity=line.open_quantity,
            wanted_on=line.wanted_on or order.wanted_on,
            site=order.site,
            origin_kind="sales.orderline" if line.pk else "",
            origin_id=line.pk,
            is_direct=line.is_direct,
        )
        for line in lines
    ]
    for line, promise in zip(lines, ports.promise_dates(ctx, asks=asks), strict=True):
        ports.put(line, promise)
        line.expected_on, line.cause = promise.on, ""


def _write(order: Order, after: Sequence[OrderLine], gone: Sequence[OrderLine]) -> None:
    if gone:
        OrderLine.objects.filter(pk__in=[line.pk for line in gone]).delete()
    kept = [line for line in after if line.pk]
    if kept:
        names = [
            f.name for f in OrderLine._meta.concrete_fields if f.name not in ("id", "order", "quote_line")
        ]
        OrderLine.objects.bulk_update(kept, names, batch_size=BATCH)
    OrderLine.objects.bulk_create([line for line in after if not line.pk], batch_size=BATCH)
    add_up(order, after)
    if order.state != OrderState.DRAFT:
        order.revision += 1
        order.promised_on = max(line.promised_on for line in after if line.promised_on)
        order.expected_on = last_day(after)
    columns = (*HEAD, "net", "tax", "total", "revision", "promised_on", "expected_on")
    order.save(update_fields=columns)


def _revise(ctx: Ctx, order: Order, lines: Sequence[OrderLine], said: Sequence[str], reason: str) -> None:
    OrderRevision.objects.create(
        order=order,
        revision=order.revision,
        at=ctx.now,
        author=ctx.actor,
        reason=reason.strip()[:200],
        differences=list(said),
        snapshot={
            **{name: getattr(order, name) for name in (*SHOWN, "net", "tax", "total", "promised_on")},
            "lines": [
                {
                    "line": line.pk,
                    "item": line.item.sku,
                    **{name: getattr(line, name) for name in (*SAID, "amount", "promised_on")},
                }
                for line in lines
            ],
        },
    )


def _draft_of(line: OrderLine) -> LineDraft:
    same_unit = line.unit_id == line.item.unit_id
    return LineDraft(
        item=line.item,
        quantity=line.quantity if same_unit else line.entered_quantity,
        unit=None if same_unit else line.unit,
        price=line.price,
        discount=line.discount,
        tax_rate=line.tax_rate,
        description=line.description,
        wanted_on=line.wanted_on,
        delivery=Delivery(line.delivery) if line.delivery else None,
        line=line,
    )


def _shown(value: Any) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, str):
        return ", ".join(value.splitlines()) or "–"
    return "–" if value in (None, "") else str(value)
