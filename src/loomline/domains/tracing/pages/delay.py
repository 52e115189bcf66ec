"""Why a line is late, in days that add up, what could be done, and letters to those who should know."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loomline.domains.tracing.queries import Thread, WayOut
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.surface import draw_text, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.page import action
from loomline.surface.plain_table import plain_table

WRITE = "/mail/write/"
MAY_WRITE = "mail.write_letter"


def delay(ctx: Ctx, thread: Thread | None) -> dict[str, Any] | None:
    """The causes of a delay and their days, and a letter to the customer; nothing for a line in time."""
    if thread is None or not thread.reasons:
        return None
    cells = [
        (
            Cell(
                text=one.text,
                icon=one.icon,
                url=registry.url_of_kind(one.kind, one.object_id) if one.kind else "",
                wrap=True,
            ),
            Cell(kind="number", value=one.days, tone="bad" if one.days > 0 else "ok"),
        )
        for one in thread.reasons
    ]
    found = plain_table(
        _("Why it is late"), (_("What happened"), _("Days")), cells, slots=("a1", "a2"), sub=_sub()
    )
    total = sum(one.days for one in thread.reasons)
    words = ngettext("{n} day", "{n} days", total).format(n=total)
    found["table"]["totals"] = [{"label": _("Later than promised"), "text": words, "strong": True}]
    letter = _to_customer(thread) if thread.at is None and access.may(ctx, MAY_WRITE) else None
    return {**found, "id": "delay", "end_action": letter}


def ways(ctx: Ctx, thread: Thread | None) -> dict[str, Any] | None:
    """What could be done, by when it helps and what it costs."""
    if thread is None or not thread.ways:
        return None
    may_write = access.may(ctx, MAY_WRITE)
    cells = [
        (
            Cell(text=way.text, url=registry.url_of_kind(way.kind, way.object_id), wrap=True),
            Cell(kind="date", value=way.arrives_on)
            if way.arrives_on
            else Cell(text=_("to be asked") if way.asks else ""),
            Cell(kind="money", value=way.cost.amount, unit=way.cost.currency)
            if way.cost
            else Cell(text=_("not known")),
            Cell(text=_("Write"), icon="mail", url=_to_supplier(thread, way))
            if way.asks and may_write
            else Cell(),
        )
        for way in thread.ways
    ]
    heads = _("What could be done"), _("With the customer"), _("Cost"), _("Letter")
    found = plain_table(_("Ways out"), heads, cells, slots=("a1", "b1", "a2", "b2"))
    return {**found, "id": "ways"}


def _sub() -> str:
    return _("In days of the calendar; what slack took up is no cause")


def _to_customer(thread: Thread) -> dict[str, Any]:
    words = {
        "item": thread.item.name,
        "quantity": plain(thread.line.open_quantity),
        "unit": thread.unit,
        "order": thread.order.number,
        "promised": draw_text.full_day(thread.line.promised_on),
        "day": draw_text.full_day(thread.projected_on),
    }
    if thread.projected_on is None:
        text = _(
            "{quantity} {unit} {item} of order {order} will not be with you on {promised}.\n\n"
            "We do not know the new day yet and will write as soon as we do."
        )
    else:
        text = _(
            "{quantity} {unit} {item} of order {order} will be with you on {day} instead of {promised}.\n\n"
            "We are sorry for the delay. Please tell us if a part of it would help you earlier."
        )
    subject = _("Order {order}: a new day for {item}").format(**words)
    asked = {
        "about": f"sales.order:{thread.order.pk}",
        "subject": subject,
        "text": text.format(**words),
    }
    return action(
        _("Write to {customer}").format(customer=thread.customer), _url(asked), icon="mail", short=True
    )


def _to_supplier(thread: Thread, way: WayOut) -> str:
    text = _(
        "A customer waits for goods that need this order. Can you send it, or a part of it, earlier?\n\n"
        "Please tell us the earliest day, and what sending it faster costs."
    )
    stretch = next(
        one for one in thread.stretches if one.kind == "sourcing" and one.document_id == way.object_id
    )
    subject = _("{order}: can it come earlier?").format(order=stretch.document)
    return _url({"about": f"{way.kind}:{way.object_id}", "subject": subject, "text": text})


def _url(asked: dict[str, str]) -> str:
    return f"{WRITE}?{urlencode(asked)}"
