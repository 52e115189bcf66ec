"""Reminders as PDF and as mail, and the page of receivables by age."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from loomline.domains.dunning import ports, queries
from loomline.domains.dunning.models import Reminder, ReminderLine
from loomline.domains.finance.models import Invoice
from loomline.domains.parties import queries as people
from loomline.domains.parties.models import AddressPurpose, Party
from loomline.domains.privacy import queries as privacy
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.port import fill
from loomline.kernel.refusal import NotPermitted
from loomline.surface import draw_text, menu, paper, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.page import ctx_of, page, record_of, staff
from loomline.surface.paper import Data, day
from loomline.surface.plain_table import plain_table

TEMPLATE = Path(__file__).parent / "templates" / "dunning" / "reminder.typ"
HERE = "/dunning/ageing/"
SEE = "finance.view_invoice"
GAP = re.compile(r"\{(customer|total|day|number)\}")


@fill(ports.letter_of)
def letter_of(ctx: Ctx, *, reminder: Reminder) -> ports.Letter:
    """A reminder in the words of its level, in the customer's language."""
    language = reminder.customer.language or ctx.company.language
    with paper.in_language(language):
        data = reminder_data(ctx, reminder)
        subject = _("{title} {number} from {company}").format(
            title=data["title"], number=reminder.number, company=ctx.company.name
        )
        parts = [
            _("Dear {name},").format(name=reminder.customer.name),
            data["opening"],
            *(f"{row['number']}: {row['open']} ({row['said']})" for row in data["rows"]),
            *data["closing"],
            _("The letter is attached."),
            _("Kind regards") + f"\n{reminder.sent_by or ctx.actor}\n{ctx.company.name}",
        ]
        return ports.Letter(paper.typeset(TEMPLATE, data), language, subject, "\n\n".join(parts))


def reminder_data(ctx: Ctx, reminder: Reminder) -> Data:
    """What a reminder says, as plain values."""
    lines = list(reminder.lines.filter(is_left_out=False).select_related("invoice").order_by("pk"))
    currency = reminder.currency
    title, opening, closing = _words(ctx, reminder)
    facts = [
        (_("Date"), day(reminder.on_day)),
        (_("Pay by"), day(reminder.pay_by)),
        (_("Your VAT number"), reminder.customer.vat_number),
    ]
    sums = [(_("Overdue"), reminder.open_amount)]
    sums += [(_("Fee"), reminder.fee)] if reminder.fee else []
    sums += [(_("Interest"), reminder.interest)] if reminder.interest else []
    return {
        **paper.letter(
            ctx.company, recipient=_recipient(reminder), facts=facts, closing=[reminder.note, *closing]
        ),
        "title": title,
        "number": reminder.number,
        "opening": opening,
        "words": {
            "invoice": _("Invoice"),
            "due": _("Due"),
            "days": _("Overdue"),
            "asked": _("Invoiced"),
            "open": _("Open, {currency}").format(currency=currency),
            "interest": _("Interest, {currency}").format(currency=currency),
            "total": _("Please pay"),
        },
        "rows": [_row(line, currency) for line in lines],
        "has_interest": bool(reminder.interest),
        "sums": paper.amounts(sums, currency),
        "total": draw_text.money(reminder.total, currency),
    }


def _row(line: ReminderLine, currency: str) -> Data:
    said = ngettext("{n} day", "{n} days", line.days).format(n=line.days)
    return {
        "number": str(line.invoice),
        "due": day(line.invoice.due_on, short=True),
        "days": said,
        "said": _("due on {day}").format(day=day(line.invoice.due_on)),
        "asked": paper.price(line.invoice.total, currency),
        "open": paper.price(line.open_amount, currency),
        "interest": paper.price(line.interest, currency) if line.interest else "–",
    }


def _recipient(reminder: Reminder) -> list[str]:
    customer = reminder.customer
    found = people.main_addresses(party_ids=[customer.pk], purpose=AddressPurpose.BILLING)
    return [customer.legal_name or customer.name, *(found[customer.pk].lines if customer.pk in found else ())]


def _words(ctx: Ctx, reminder: Reminder) -> tuple[str, str, list[str]]:
    """Title, opening and closing: as the policy words the level, else in the house's own words."""
    values = {
        "customer": reminder.customer.name,
        "total": draw_text.money(reminder.total, reminder.currency),
        "day": day(reminder.pay_by),
        "number": reminder.number,
    }
    rules = queries.rules_for(customers={reminder.customer_id})
    rule = rules.get(reminder.customer_id) or rules.get(None)
    wished = [reminder.customer.language, ctx.company.language]
    text = rule.text(level=reminder.level, languages=[key for key in wished if key]) if rule else None
    if text is not None:
        return text.title, _filled(text.opening, values), [_filled(text.closing, values)]
    title = (
        _("Payment reminder") if reminder.level == 1 else _("Reminder, level {n}").format(n=reminder.level)
    )
    opening = _("We have not seen your payment for these invoices yet:")
    closing = _(
        "Please pay {total} by {day} and name {number} as the reference."
        " If you have paid in the meantime, please take this letter as done."
    )
    return title, opening, [_filled(closing, values)]


def _filled(text: str, values: dict[str, str]) -> str:
    return GAP.sub(lambda found: values[found.group(1)], text)


@staff
def reminder_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A reminder: the file that was sent, or as it would be written today."""
    ctx = ctx_of(request)
    resource = registry.of(Reminder)
    assert resource is not None
    reminder = record_of(resource, ctx, pk, ("customer",))
    privacy.refuse_paper(ctx, reminder)
    sent = queries.letter_sent(reminder=reminder)
    body = bytes(sent.body) if sent is not None else letter_of(ctx, reminder=reminder).body
    return paper.answer(body, reminder.number)


@staff
def ageing_page(request: HttpRequest) -> HttpResponse:
    """What customers owe by age, as of a day."""
    ctx = ctx_of(request)
    if not access.may(ctx, SEE):
        raise NotPermitted(verb=_("see invoices"), permission=SEE)
    on = _asked(ctx, request.GET.get("day", ""))
    rows = queries.ageing(ctx, on=on)
    is_past = on < ctx.today
    context = {
        "page": page(_("Receivables by age")),
        "ageing": {
            "text": _said(rows),
            "day": on.isoformat(),
            "max": ctx.today.isoformat(),
            "past": _("As it was on {day}").format(day=draw_text.full_day(on)) if is_past else "",
            "table": {
                **by_age(rows, on=on),
                "id": "customers",
                "empty": _("Nobody owes anything."),
                "empty_action": None,
            },
        },
    }
    return render(request, "dunning/ageing.html", context)


def by_age(rows: Sequence[queries.Ageing], *, on: date, title: str = "") -> dict[str, Any]:
    """Customers and currencies with what they owe by age, and a line for the sum of each currency."""
    parties, invoices = registry.of(Party), registry.of(Invoice)
    cells = []
    for row in rows:
        query = urlencode(
            {"customer": row.customer_id, "state": "posted", "kind": "invoice", "sort": "due_on"}
        )
        cells.append(
            [
                Cell(kind="party", text=row.customer, url=parties.url(row.customer_id) if parties else ""),
                *_amounts(row, f"/finance/invoices/?{query}" if invoices else ""),
            ]
        )
    for currency in sorted({row.currency for row in rows}):
        same = [row for row in rows if row.currency == currency]
        if len(same) > 1:
            words = _("All in {currency}").format(currency=currency)
            cells.append([Cell(text=words, strong=True), *_amounts(_sum(same, currency), "")])
    heads = (
        *(_("Customer"), _("Not due"), _("1–30 days"), _("31–60 days"), _("61–90 days")),
        *(_("Over 90 days"), _("Total"), _("Oldest")),
    )
    slots = ("a1", "hide", "hide", "hide", "hide", "hide", "a2", "b2")
    return plain_table(title or _("By customer"), heads, cells, slots=slots)


def _amounts(row: queries.Ageing, url: str) -> list[Cell]:
    ages = (
        (row.not_due, ""),
        (row.to_30, "warn"),
        (row.to_60, "warn"),
        (row.to_90, "bad"),
        (row.beyond, "bad"),
    )
    oldest = ngettext("{n} day", "{n} days", row.oldest).format(n=row.oldest) if row.oldest > 0 else "–"
    return [
        *(
            Cell(kind="money", value=amount, unit=row.currency, tone=tone if amount > 0 else "")
            if amount
            else Cell(kind="money", text="–")
            for amount, tone in ages
        ),
        Cell(kind="money", value=row.total, unit=row.currency, strong=True, url=url),
        Cell(text=oldest),
    ]


def _sum(rows: Sequence[queries.Ageing], currency: str) -> queries.Ageing:
    names = "not_due", "to_30", "to_60", "to_90", "beyond"
    sums = {name: sum((getattr(row, name) for row in rows), Decimal(0)) for name in names}
    return queries.Ageing(0, "", currency, oldest=max(row.oldest for row in rows), **sums)


def _said(rows: Sequence[queries.Ageing]) -> str:
    if not rows:
        return _("Nobody owes anything.")
    parts = []
    for currency in sorted({row.currency for row in rows}):
        whole = _sum([row for row in rows if row.currency == currency], currency)
        parts.append(
            _("{total} open, {overdue} of it overdue").format(
                total=draw_text.money(whole.total, currency), overdue=draw_text.money(whole.overdue, currency)
            )
        )
    return "; ".join(parts) + "."


def _asked(ctx: Ctx, given: str) -> date:
    try:
        return min(date.fromisoformat(given), ctx.today)
    except ValueError:
        return ctx.today


menu.entry(_l("Receivables by age"), HERE, icon="hourglass", group="Finance", order=15, permission=SEE)

urlpatterns = [
    path("dunning/ageing/", ageing_page),
    path("dunning/reminders/<int:pk>/reminder.pdf", reminder_page),
]
