"""Some of what was scanned is bad: how much of it, and why, before the receipt is written."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loomline.domains.scanning.pages.delivery import HERE, Delivery, Got
from loomline.domains.scanning.pages.step import amount, ask, button, fields, number, show
from loomline.kernel.refusal import Refused

LONG = 100


class NotSoMany(Refused):
    """No more is bad than came."""

    says = _l("{quantity} came. Say how much of it is rejected: more than 0, and no more than that.")


class NoReason(Refused):
    """The supplier will ask."""

    says = _l("Say why it is rejected: the supplier will ask.")


def next_of(delivery: Delivery, place: int, scanned: str) -> Delivery:
    """The step after this answer: it said how much is bad, or why."""
    one = delivery.got[place]
    if not one.rejected:
        bad = number(scanned)
        if not 0 < bad <= one.quantity:
            raise NotSoMany(quantity=amount(one.quantity, one.line.item.unit))
        return _with(delivery, place, replace(one, rejected=bad), bad=place)
    if not scanned.strip():
        raise NoReason
    return _with(delivery, place, replace(one, fault=scanned.strip()[:LONG]), bad=None)


def asked(delivery: Delivery, place: int) -> dict[str, Any]:
    """The question of this step, with what it is about."""
    one = delivery.got[place]
    came = amount(one.quantity, one.line.item.unit)
    shows = [
        show(_("Item"), one.line.item.name, one.line.item.sku, is_big=True),
        show(_("Came"), came, one.lot),
    ]
    whole = replace(one, rejected=Decimal(0), fault="")
    back = button(_("All of it is good"), _with(delivery, place, whole, bad=None).url, "arrow-left")
    if not one.rejected:
        field = ask(
            _("How much is rejected?"),
            HERE,
            fields=fields(delivery.values()),
            is_number=True,
            unit=str(one.line.item.unit),
        )
    else:
        shows.append(show(_("Rejected"), amount(one.rejected, one.line.item.unit)))
        field = ask(_("Why is it rejected?"), HERE, fields=fields(delivery.values()), button=_("Go"))
    return {"shows": shows, "ask": field, "buttons": [back]}


def said_of(one: Got) -> str:
    """What of it is rejected, and why; nothing when all is good."""
    if not one.rejected:
        return ""
    return _("{quantity} rejected: {reason}").format(
        quantity=amount(one.rejected, one.line.item.unit), reason=one.fault
    )


def _with(delivery: Delivery, place: int, one: Got, *, bad: int | None) -> Delivery:
    return replace(delivery, got=(*delivery.got[:place], one, *delivery.got[place + 1 :]), bad=bad)
