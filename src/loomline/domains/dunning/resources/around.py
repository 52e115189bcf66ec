"""What dunning adds to the pages of a customer and of an invoice."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.dunning import queries
from loomline.domains.dunning.pages import by_age
from loomline.domains.finance.models import Invoice, InvoiceState
from loomline.domains.parties.models import Party
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, registry
from loomline.surface.page import action
from loomline.surface.plain_table import TABLE
from loomline.surface.resource import Callouts, Column, Panel, Related


def at_customer(ctx: Ctx, record: Party) -> dict[str, Any] | None:
    """What the customer owes by age today."""
    rows = queries.ageing(ctx, on=ctx.today, customer_id=record.pk)
    return by_age(rows, on=ctx.today, title=_t("Owes by age")) if rows else None


def on_hold(ctx: Ctx, record: Party) -> list[dict[str, Any]]:
    """Why the customer gets nothing more on credit."""
    terms = getattr(record, "customer_terms", None)
    # A hold sets the limit to 0, so whoever has one needs no look.
    if terms is None or terms.credit_limit != 0 or not access.may(ctx, "dunning.view_credithold"):
        return []
    held = queries.open_hold(customer_id=record.pk)
    if held is None:
        return []
    text = _t(
        "Reminder {number} reached level {level} on {day}. The credit limit is 0 until it is paid."
    ).format(number=held.reminder, level=held.level, day=draw_text.day(held.since))
    way = action(_t("See"), registry.url(held))
    return [{"tone": "bad", "title": _t("On credit hold."), "text": text, "action": way}]


def at_invoice(ctx: Ctx, record: Invoice) -> list[dict[str, Any]]:
    """Why it is not reminded of."""
    if record.state != InvoiceState.POSTED:
        return []
    found: list[dict[str, Any]] = []
    dispute = queries.dispute_of(invoice=record)
    if dispute is not None:
        title = _t("In dispute since {day}.").format(day=draw_text.day(dispute.since))
        way = action(_t("See"), registry.url(dispute))
        found.append({"tone": "warn", "title": title, "text": dispute.reason, "action": way})
    day = queries.promised(invoice_ids=[record.pk]).get(record.pk)
    if day is not None:
        is_kept = day >= ctx.today
        title = _t("Promised to be paid by {day}.") if is_kept else _t("Was promised to be paid by {day}.")
        said = {"tone": "info" if is_kept else "warn", "title": title.format(day=draw_text.day(day))}
        found.append({**said, "text": "", "action": None})
    return found


registry.contribute(Invoice, Callouts(at_invoice, name="rests"), after="callouts")
registry.contribute(
    Invoice,
    Related(
        "reminder_lines",
        "reminder",
        "reminder.state",
        "level",
        "days",
        Column("open_amount", currency="reminder.currency"),
        Column("interest", currency="reminder.currency"),
        "is_left_out",
        "sent_on",
        title=_("Reminders"),
    ),
    before="history",
)
registry.contribute(Party, Callouts(on_hold, name="on_hold"), after="summary")
registry.contribute(
    Party,
    Panel(TABLE, read=at_customer, title=_("Receivables"), name="ageing"),
    before="history",
)
# With what is owed, not among the documents of the overview.
registry.contribute(Party, Related("reminders", title=_("Reminders"), tab="ageing"), instead_of="reminders")
registry.contribute(Party, Related("disputes", title=_("Disputes"), tab="ageing"), instead_of="disputes")
