"""How runs and reminders are shown, changed and found."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.dunning import commands, models
from loomline.domains.dunning.models import ReminderState
from loomline.kernel.context import Ctx
from loomline.surface import draw_text
from loomline.surface.resource import (
    Board,
    Callouts,
    Changes,
    Chart,
    Column,
    Facts,
    Panel,
    Related,
    Resource,
    Sum,
    Table,
    Timeline,
    everyone,
    needs,
    territory,
    through,
)

AMOUNTS = tuple(Column(name, currency="currency") for name in ("open_amount", "fee", "interest", "total"))


class DunningRun(Resource):
    """Looks at all that is overdue, and the letters proposed and sent."""

    model = models.DunningRun
    menu = "Finance", needs("finance.invoice")
    order = 17
    secondary = True
    icon = "list-check"
    slug = "runs"
    columns = "number", "on_day", "state", "proposed_by", "note"
    filters = "state", "on_day", "proposed_by"
    search = "number", "note"
    form = ("note",)
    head = "on_day", "proposed_by"
    detail = (
        Related(
            "reminders",
            "number",
            "customer",
            "state",
            "level",
            *AMOUNTS,
            Column("send_to", label=_("E-mail")),
            title=_("Reminders"),
        ),
        Changes(),
        Facts("on_day", "proposed_by", "note"),
        Timeline(),
    )
    key = "number"
    joins = ("proposed_by",)
    access = everyone()
    create = commands.propose_reminders
    delete = False
    actions = ("close_run",)
    empty = _("No run yet. Propose reminders: what is overdue is put into one letter for each customer.")


def what_now(ctx: Ctx, record: models.Reminder) -> list[dict[str, Any]]:
    """What there is to decide before it is sent, and what is left to do afterwards."""
    if record.state == ReminderState.PROPOSED and not record.send_to:
        text = _t("Write one, or send it and post the paper.")
        return [{"tone": "warn", "title": _t("No e-mail address."), "text": text, "action": None}]
    if record.state == ReminderState.SENT and record.fee + record.interest and not record.charged_by_id:
        amount = draw_text.money(record.fee + record.interest, record.currency)
        text = _t("Fee and interest of {amount} stand in no books until they are invoiced.").format(
            amount=amount
        )
        return [{"tone": "info", "title": _t("Not charged yet."), "text": text, "action": None}]
    return []


def paper(ctx: Ctx, record: models.Reminder) -> dict[str, Any]:
    """The letter: as it was sent, or as it would be written now."""
    is_sent = record.state == ReminderState.SENT
    name = _t("{number} as sent") if is_sent else _t("{number}, draft")
    file = {
        "name": name.format(number=record.number),
        "icon": "file-text",
        "url": f"/dunning/reminders/{record.pk}/reminder.pdf",
        "size": "PDF",
        "at": record.sent_at or ctx.now,
        "by": ctx.company.name,
        "actions": [],
    }
    return {"files": [file], "empty": ""}


class Reminder(Resource):
    """Letters about what is overdue: proposed, sent, dropped."""

    model = models.Reminder
    menu = "Finance", needs("finance.invoice")
    order = 16
    icon = "bell"
    columns = "number", "customer", "state", "level", *AMOUNTS, "on_day", "pay_by", "sent_at", "send_to"
    filters = "state", "customer", "level", "run", "on_day", "sent_at", "currency", "total"
    search = "number", "customer.name", "lines.invoice.number"
    form = "send_to", "note"
    views = (
        Table(),
        Board(by="state", sum="total", title="number", party="customer", date="pay_by"),
        Chart(Sum("total"), by="month of sent_at"),
    )
    saved = {_("To send"): "state=proposed&sort=-total", _("Sent"): "state=sent&sort=-sent_at"}
    head = "customer", "level", Column("total", currency="currency"), "pay_by"
    detail = (
        Callouts(what_now),
        Related(
            "lines",
            "invoice",
            "level",
            "days",
            Column("open_amount", currency="reminder.currency"),
            "interest_days",
            Column("interest", currency="reminder.currency"),
            "is_left_out",
            Column("reason", wrap=True),
            title=_("Invoices"),
            sort="pk",
        ),
        Panel("loom/panels/documents.html", read=paper, title=_("Papers"), name="papers", place="side"),
        Facts("run", "on_day", *AMOUNTS, "send_to", "note", "sent_by", "reason", "charged_by"),
        Changes(),
        Timeline(),
    )
    key = "number"
    joins = "customer", "run"
    access = territory("customer.territory_place.territory") | everyone()
    create = False
    delete = False
    actions = "send_reminders", "drop_reminders", "charge_reminder"
    empty = _("No reminders yet. A dunning run proposes them.")


class ReminderLine(Resource):
    """Invoices in reminders, as they stood then."""

    model = models.ReminderLine
    menu = None
    icon = "list-details"
    columns = (
        "invoice",
        "reminder",
        "level",
        "days",
        Column("open_amount", currency="reminder.currency"),
        "interest_days",
        Column("interest", currency="reminder.currency"),
        "is_left_out",
        Column("reason", wrap=True),
        "sent_on",
    )
    filters = "reminder", "invoice", "reminder.customer", "level", "is_left_out", "sent_on"
    search = "invoice.number", "reminder.number"
    key = "pk"
    joins = "invoice", "reminder"
    access = through("reminder", models.Reminder)
    create = False
    edit = False
    delete = False
    actions = "leave_out", "put_back"
    empty = _("No invoices yet. They stand in reminders.")
