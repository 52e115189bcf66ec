"""Sending a purchase order, hearing when the goods will come, and hearing that they will come later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.parties import queries as parties
from loomline.domains.procurement import ports, queries
from loomline.domains.procurement.commands.versions import keep_version
from loomline.domains.procurement.events import PurchaseConfirmed, PurchaseDelayed, PurchaseSent
from loomline.domains.procurement.models import Purchase, PurchaseLine, SupplierItem
from loomline.domains.procurement.models.purchase import AWAITING
from loomline.domains.sites import queries as sites
from loomline.kernel.calendar import WorkCalendar
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused, Warned
from loomline.kernel.state import advance
from loomline.kernel.wording import moved_by

PRICE_PLACES = Decimal("0.000001")
DATES = ["requested_on", "confirmed_on", "expected_on", "cause"]


class PurchaseEmpty(Refused):
    """An order without lines asks for nothing."""

    says = _("Purchase order {number} has no lines. Add at least one before sending it.")


class NotApproved(Refused):
    """Somebody has to agree first."""

    says = _("Purchase order {number} cannot be sent yet: {reason}")


class SupplierBlocked(Refused):
    """We do not buy there now."""

    says = _("{number} cannot be sent, because nothing is bought from {supplier} now: {reason}")


class PriceMissing(Warned):
    """The supplier would set the price."""

    says = _("{number}: no price for {items}. Send it without, or fill the prices in first.")


class BelowMinimum(Warned):
    """The supplier does not sell so little, or not in such portions."""

    says = _("{number}: {supplier} takes orders of {quantity} {unit} {item} here, not of {wanted}.")


class AboveAgreed(Warned):
    """Who has agreed on a price pays it."""

    says = _("{number}: {item} at {price}, above the {agreed} of {source}. Ask the supplier, or order so.")


class SoonerThanAgreed(Warned):
    """A day before the lead time that was agreed may not be kept."""

    says = _("{number}: {item} is asked for on {day}; {source} gives {days} working days, until {soonest}.")


class ConfirmedBeforeOrdered(Refused):
    """Goods cannot come before they are asked for."""

    says = _("{number} was ordered on {ordered_on}; the supplier cannot have confirmed {confirmed_on}.")


class LineElsewhere(Refused):
    """A line of another order."""

    says = _("Line {line} does not belong to {number}.")


class GoesToCustomer(Refused):
    """What never comes to us is neither received nor handled here."""

    says = _(
        "The goods of {number} go straight to {customer} and not to a site of ours."
        " Note there what the supplier has delivered, with “Delivered to customer”."
    )


class ReasonMissing(Refused):
    """Those who wait want to know why."""

    says = _("Say why the goods come later: those who wait for them will ask.")


class NothingAwaited(Refused):
    """Nothing of the order is still to come."""

    says = _("{number}: nothing of it is still to come, so nothing can be late.")


class NotLater(Refused):
    """A delay moves goods to a later day."""

    says = _(
        "{number} is expected on {expected_on} already. A delay needs a later day; "
        "for an earlier one, confirm the order anew."
    )


@command(move="send", label=_("Send"), icon="send")
def send_purchase(ctx: Ctx, *, purchase: Purchase) -> Purchase:
    """Ask the supplier to deliver."""
    purchase = lock(purchase)
    lines = _lines(purchase)
    ordered_on = purchase.ordered_on or ctx.today

    if not lines:
        raise PurchaseEmpty(number=purchase.number)
    _refuse_held(ctx, purchase)
    terms = queries.terms_of(supplier_ids=[purchase.supplier_id], item_ids=[line.item_id for line in lines])
    _warn_of_terms(ctx, purchase, lines, {item: row for (_supplier, item), row in terms.items()})

    agreed = _agreed(purchase, lines, ordered_on)
    _warn_of_contracts(ctx, purchase, lines, agreed, ordered_on)

    _ask_for(purchase, lines, agreed, terms, ordered_on)
    expected_on = max(line.expected_on for line in lines if line.expected_on)
    advance(purchase, "send", ordered_on=ordered_on, expected_on=expected_on)
    keep_version(ctx, purchase, lines, said=[])

    ctx.emit(
        PurchaseSent(
            **said_of(purchase, lines),
            total=purchase.total,
            currency=purchase.currency,
            expected_on=expected_on,
        )
    )
    return purchase


@command(move="confirm", label=_("Confirm"), icon="circle-check")
def confirm_purchase(
    ctx: Ctx,
    *,
    purchase: Purchase,
    confirmed_on: date | None = None,
    dates: dict[int, date] | None = None,
    supplier_reference: str = "",
) -> Purchase:
    """Note when the supplier says the goods will come: one day for all, or one a line."""
    purchase = lock(purchase)
    lines = _lines(purchase)

    answers = _answers(purchase, lines, confirmed_on, dates or {})
    for day in answers.values():
        if purchase.ordered_on and day < purchase.ordered_on:
            raise ConfirmedBeforeOrdered(
                number=purchase.number, ordered_on=purchase.ordered_on, confirmed_on=day
            )

    calendar = _calendar(purchase)
    before = {line.pk: line.expected_on for line in lines}
    was_on = purchase.expected_on
    for line in lines:
        line.confirmed_on = answers[line.pk]
        line.expected_on = calendar.on_or_after(line.confirmed_on)
        line.cause = ""
    PurchaseLine.objects.bulk_update(lines, DATES)
    advance(
        purchase,
        "confirm",
        confirmed_on=max(answers.values()),
        expected_on=max(line.expected_on for line in lines if line.expected_on),
        supplier_reference=supplier_reference or purchase.supplier_reference,
    )

    _tell_confirmed(ctx, purchase, lines, was_on)
    tell_delays(ctx, purchase, lines, before, reason=_t("confirmed later than asked for"))
    return purchase


@command(label=_("Report delay"), icon="clock", states=AWAITING)
def report_delay(
    ctx: Ctx, *, purchase: Purchase, expected_on: date, reason: str, lines: list[PurchaseLine] | None = None
) -> Purchase:
    """Note that goods will come later, and why; everybody who waits for them hears it."""
    purchase = lock(purchase)
    awaited = [line for line in _lines(purchase) if line.open_quantity > 0]

    if not reason.strip():
        raise ReasonMissing(at_field="reason")
    chosen = {line.pk for line in lines} if lines else {line.pk for line in awaited}
    moved = [line for line in awaited if line.pk in chosen]
    if not moved or purchase.state not in AWAITING:
        raise NothingAwaited(number=purchase.number)
    arrives = _calendar(purchase).on_or_after(expected_on)
    before = {line.pk: line.expected_on for line in moved}
    moved = [line for line in moved if line.expected_on is None or line.expected_on < arrives]
    if not moved:
        raise NotLater(number=purchase.number, expected_on=max(day for day in before.values() if day))

    for line in moved:
        line.expected_on = arrives
        line.cause = reason.strip()[:300]
    PurchaseLine.objects.bulk_update(moved, DATES)
    purchase.expected_on = max(day for day in (purchase.expected_on, arrives) if day)
    Purchase.objects.filter(pk=purchase.pk).update(expected_on=purchase.expected_on)

    tell_delays(ctx, purchase, moved, before, reason=reason.strip())
    return purchase


def _refuse_held(ctx: Ctx, purchase: Purchase) -> None:
    blocked = ports.may_buy_from(supplier=purchase.supplier)
    if blocked:
        raise SupplierBlocked(number=purchase.number, supplier=purchase.supplier, reason=blocked)
    missing = ports.may_send(ctx, purchase=purchase)
    if missing:
        raise NotApproved(number=purchase.number, reason=missing)


def _lines(purchase: Purchase) -> list[PurchaseLine]:
    rows: list[PurchaseLine] = lock_all(purchase.lines.select_related("item__unit"))
    return sorted(rows, key=lambda line: (line.position, line.pk))


def _calendar(purchase: Purchase) -> WorkCalendar:
    return sites.work_calendar(site=purchase.site)


def said_of(purchase: Purchase, lines: Sequence[PurchaseLine]) -> dict[str, Any]:
    """The fields that facts about a purchase order have in common."""
    return {
        "purchase_id": purchase.pk,
        "supplier_id": purchase.supplier_id,
        "item_ids": tuple(sorted({line.item_id for line in lines})),
        "number": purchase.number,
        "supplier": purchase.supplier.name,
    }


def _agreed(purchase: Purchase, lines: Sequence[PurchaseLine], day: date) -> Sequence[ports.Terms]:
    """What contracts say of each line."""
    asks = [
        ports.TermsAsk(
            supplier=purchase.supplier, item=line.item, quantity=line.quantity,
            currency=purchase.currency, on=day,
        )
        for line in lines
    ]  # fmt: skip
    return ports.agreed_terms(asks=asks)


def _ask_for(
    purchase: Purchase,
    lines: Sequence[PurchaseLine],
    agreed: Sequence[ports.Terms],
    terms: Mapping[Any, SupplierItem],
    day: date,
) -> None:
    """Every line gets the day it is asked for, if it has none: after the lead time, on a working day."""
    calendar = _calendar(purchase)
    usual = parties.supplier_terms(party=purchase.supplier).lead_days
    for line, said in zip(lines, agreed, strict=True):
        listed = terms.get((purchase.supplier_id, line.item_id))
        lead_days = said.lead_days if said.lead_days is not None else listed.lead_days if listed else usual
        soonest = calendar.add(day, lead_days)
        line.requested_on = line.requested_on or purchase.requested_on or soonest
        line.expected_on = calendar.on_or_after(line.requested_on)
    PurchaseLine.objects.bulk_update(lines, DATES)


def _warn_of_contracts(
    ctx: Ctx, purchase: Purchase, lines: Sequence[PurchaseLine], agreed: Sequence[ports.Terms], day: date
) -> None:
    """Prices above, and days before, what a contract says."""
    calendar = _calendar(purchase)
    for line, said in zip(lines, agreed, strict=True):
        facts = {"number": purchase.number, "item": line.item, "source": said.source}
        if said.price is not None and line.net_price > said.price.quantize(PRICE_PLACES):
            prices = {"price": plain(line.net_price), "agreed": plain(said.price)}
            ctx.warn(AboveAgreed(**facts, **prices))
        wanted = line.requested_on or purchase.requested_on
        if said.lead_days is not None and wanted is not None:
            soonest = calendar.add(day, said.lead_days)
            if wanted < soonest:
                ctx.warn(SoonerThanAgreed(**facts, day=wanted, days=said.lead_days, soonest=soonest))


def _warn_of_terms(
    ctx: Ctx, purchase: Purchase, lines: Sequence[PurchaseLine], terms: Mapping[int, SupplierItem]
) -> None:
    free = [line.item.name for line in lines if not line.price]
    if free:
        ctx.warn(PriceMissing(number=purchase.number, items=queries.names_in_words(free)))
    for line in lines:
        agreed = terms.get(line.item_id)
        takes = agreed.orderable(line.quantity) if agreed is not None else line.quantity
        if takes != line.quantity:
            ctx.warn(
                BelowMinimum(
                    number=purchase.number,
                    supplier=purchase.supplier,
                    item=line.item,
                    unit=line.item.unit,
                    quantity=plain(takes),
                    wanted=plain(line.quantity),
                )
            )


def _answers(
    purchase: Purchase, lines: Sequence[PurchaseLine], confirmed_on: date | None, dates: Mapping[int, date]
) -> dict[int, date]:
    strangers = set(dates) - {line.pk for line in lines}
    if strangers:
        raise LineElsewhere(line=min(strangers), number=purchase.number)
    answers = {
        line.pk: dates.get(line.pk)
        or confirmed_on
        or line.confirmed_on
        or line.requested_on
        or line.expected_on
        for line in lines
    }
    return {pk: day for pk, day in answers.items() if day is not None}


def _tell_confirmed(ctx: Ctx, purchase: Purchase, lines: Sequence[PurchaseLine], was_on: date | None) -> None:
    expected = purchase.expected_on or ctx.today
    days = (expected - was_on).days if was_on else 0
    ctx.emit(
        PurchaseConfirmed(
            **said_of(purchase, lines),
            line_ids=tuple(line.pk for line in lines),
            confirmed_on=purchase.confirmed_on or expected,
            was_on=was_on,
            expected_on=expected,
            days=days,
            tone="warn" if days > 0 else "ok",
        )
    )


def tell_delays(
    ctx: Ctx,
    purchase: Purchase,
    lines: Sequence[PurchaseLine],
    before: Mapping[int, date | None],
    *,
    reason: str,
) -> None:
    groups: dict[tuple[date, date], list[PurchaseLine]] = defaultdict(list)
    for line in lines:
        was, now = before[line.pk], line.expected_on
        if was is not None and now is not None and now > was:
            groups[was, now].append(line)
    for (was, now), moved in sorted(groups.items()):
        ctx.emit(
            PurchaseDelayed(
                **said_of(purchase, moved),
                line_ids=tuple(line.pk for line in moved),
                was_on=was,
                expected_on=now,
                days=(now - was).days,
                by=moved_by((now - was).days),
                reason=reason,
            )
        )
