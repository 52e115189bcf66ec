"""My day: one list of what waits, each line with the way on."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loomline.domains.insights import queries
from loomline.domains.insights.pages.tower import greeting
from loomline.domains.insights.queries import Day, OrderAtRisk, Waiting
from loomline.domains.mail.models import Thread
from loomline.domains.pipeline.models import Lead, Opportunity
from loomline.domains.promises.models import Promise
from loomline.domains.tasks import queries as tasks
from loomline.domains.tasks.models import Task
from loomline.domains.timeline.models import Note
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, registry
from loomline.surface.page import action, ctx_of, page, staff

TOPICS = (
    "tasks.task timeline.note pipeline.opportunity pipeline.lead sales.order mail.thread promises.promise"
)
PROMISES = "/promises/promises/?made_by=me&binds=true&status=open,broken&kept_on.empty=true&due_on.to=today"
Line = dict[str, Any]


@staff
def day_page(request: HttpRequest) -> HttpResponse:
    """What waits for the person who is signed in."""
    ctx = ctx_of(request)
    held = queries.day_of(ctx)
    now = timezone.localtime(ctx.now, ctx.company.zone)
    context = {
        "page": page(_("My day"), actions=_new(ctx)),
        "day": {
            "greeting": greeting(now, ctx),
            "text": _opening(date_format(now, "l j F"), held),
            "parts": [part for part in _parts(ctx, held) if part["rows"]],
            "empty": _(
                "Nothing waits for you. Tasks, letters, leads, deals and promises of yours will stand here."
            ),
            "first": _first(ctx),
            "topics": TOPICS,
        },
    }
    return render(request, "insights/day.html", context)


def _parts(ctx: Ctx, held: Day) -> list[Line]:
    new, free = "/pipeline/leads/?state=new&owner=me", "/pipeline/leads/?state=new&owner.empty=true"
    deals, promises = "/pipeline/opportunities/?owner=me&state=open&sort=closes_on", f"{PROMISES}&sort=due_on"
    return [
        _part(
            _("To do"),
            "checklist",
            held.tasks,
            [_task(ctx, one) for one in held.tasks],
            "/tasks/tasks/?view=s0",
        ),
        _part(_("Meetings"), "users", held.meetings, [_meeting(ctx, one) for one in held.meetings]),
        _part(
            _("Letters to answer"),
            "mail",
            held.letters,
            [_letter(one) for one in held.letters],
            "/mail/threads/?view=s1",
        ),
        _part(
            _("Leads to answer"),
            "user-plus",
            held.leads,
            [_lead(ctx, one) for one in held.leads],
            f"{new}&sort=captured_at",
            is_same=True,
        ),
        _part(
            _("Leads that nobody has"),
            "user-plus",
            held.free_leads,
            [_lead(ctx, one) for one in held.free_leads],
            f"{free}&sort=captured_at",
            is_same=True,
        ),
        _part(
            _("Deals"),
            "target-arrow",
            held.deals,
            [_deal(ctx, one, held.slips.get(one.pk, 0)) for one in held.deals],
            deals,
        ),
        _part(
            _("Promised for today"),
            "clipboard-check",
            held.promises,
            [_promised(ctx, one) for one in held.promises],
            promises,
            is_same=True,
        ),
        _part(_("Promises that slip"), "lock", held.orders, [_promise(one) for one in held.orders]),
    ]


def _opening(day: str, held: Day) -> str:
    if not held.count:
        return _("{day}. Nothing waits for you.").format(day=day)
    if held.is_more:
        return _("{day}. More than {n} things wait for you.").format(day=day, n=held.count - 1)
    words = ngettext("{n} thing waits for you.", "{n} things wait for you.", held.count)
    return f"{day}. {words.format(n=held.count)}"


def _new(ctx: Ctx) -> list[Line]:
    if not access.may(ctx, "tasks.write_task"):
        return []
    return [action(_("Add a task"), "/tasks/add/", icon="plus", method="dialog", kind="primary")]


def _first(ctx: Ctx) -> Line | None:
    """What an empty day can begin with."""
    leads = registry.by_kind("pipeline.lead")
    if leads is None or not leads.may_create(ctx):
        return None
    words = _("New {what}").format(what=leads.title().lower())
    return action(words, f"{leads.path()}new/", icon="user-plus")


def _part(
    title: str, icon: str, held: Waiting[Any], rows: list[Line], url: str = "", *, is_same: bool = False
) -> Line:
    """A part of the day; `is_same` says that the list behind the address holds just these."""
    count = f"{queries.COUNTED - 1}+" if held.number >= queries.COUNTED else str(held.number)
    words = _("All {n}").format(n=count) if is_same else _("All")
    return {"title": title, "icon": icon, "rows": rows, "count": count, "url": url, "all": words}


def _line(title: str, url: str, *, facts: list[tuple[str, str]], actions: list[Line]) -> Line:
    return {
        "title": title,
        "url": url,
        "facts": [{"text": text, "tone": tone} for text, tone in facts if text],
        "actions": actions,
    }


def _task(ctx: Ctx, task: Task) -> Line:
    base, ids = "/tasks/tasks/do", f"?ids={task.pk}"
    tone = ""
    if task.due_on is not None:
        tone = "bad" if task.due_on < ctx.today else "warn"
    due = _("due {day}").format(day=draw_text.day(task.due_on)) if task.due_on else ""
    return _line(
        task.title,
        f"/tasks/tasks/{task.pk}/",
        facts=[(due, tone), (task.about, "")],
        actions=[
            action(
                _("Snooze"),
                f"{base}/snooze_tasks/{ids}",
                icon="clock",
                method="dialog",
                kind="quiet",
                short=True,
            ),
            action(_("Done"), f"{base}/finish_tasks/{ids}", icon="check", method="post", short=True),
        ],
    )


def _meeting(ctx: Ctx, note: Note) -> Line:
    at = timezone.localtime(note.at, ctx.company.zone)
    url = registry.url_of_kind(note.about_kind, note.about_id)
    return _line(
        note.headline, url, facts=[(draw_text.clock(at), ""), (str(note.party or ""), "")], actions=[]
    )


def _letter(thread: Thread) -> Line:
    url = f"/mail/threads/{thread.pk}/"
    aside = f"/mail/threads/do/needs_no_answer/?ids={thread.pk}"
    return _line(
        thread.title,
        url,
        facts=[(draw_text.ago(thread.last_at), ""), (thread.correspondent, ""), (thread.opening, "")],
        actions=[
            action(_("Needs no answer"), aside, icon="check", method="post", kind="quiet", short=True),
            action(_("Answer"), f"{url}#answer-h", icon="mail"),
        ],
    )


def _lead(ctx: Ctx, lead: Lead) -> Line:
    url = registry.url_of_kind("pipeline.lead", lead.pk)
    work = f"/pipeline/leads/do/work_lead/?ids={lead.pk}"
    return _line(
        lead.title,
        url,
        facts=[
            (_("past its response target") if queries.is_late(ctx, lead) else "", "bad"),
            (_("came {ago}").format(ago=draw_text.ago(lead.captured_at)), "warn"),
            ("" if lead.owner_id else _("nobody has taken it"), "warn"),
            (lead.source, ""),
        ],
        actions=[action(_("Start working"), work, icon="phone", method="post")],
    )


def _deal(ctx: Ctx, deal: Opportunity, slips: int) -> Line:
    slipped = ngettext("moved later once", "moved later {n} times", slips).format(n=slips) if slips else ""
    url = registry.url_of_kind("pipeline.opportunity", deal.pk)
    about = urlencode({"about": f"pipeline.opportunity:{deal.pk}"})
    plan = f"/pipeline/opportunities/do/plan_next_step/?ids={deal.pk}"
    return _line(
        f"{deal.party}: {deal.name}",
        url,
        facts=[
            (draw_text.money(deal.amount, deal.currency, decimals=0), ""),
            _closes(ctx, deal),
            (slipped, "warn"),
            _next_step(ctx, deal),
        ],
        actions=[
            action(_("Write e-mail"), f"/mail/write/?{about}", icon="mail", kind="quiet", short=True),
            action(_("Next step"), plan, icon="arrow-narrow-right", method="dialog"),
        ],
    )


def _closes(ctx: Ctx, deal: Opportunity) -> tuple[str, str]:
    if deal.closes_on is None:
        return _("no closing day"), "warn"
    day = draw_text.day(deal.closes_on)
    if deal.closes_on < ctx.today:
        return _("should have closed {day}").format(day=day), "bad"
    return _("closes {day}").format(day=day), ""


def _next_step(ctx: Ctx, deal: Opportunity) -> tuple[str, str]:
    if not deal.next_step:
        return _("no next step"), "warn"
    if deal.next_step_on is None:
        return _("{step}, no day yet").format(step=deal.next_step), "warn"
    if deal.next_step_on <= ctx.today:
        due = draw_text.day(deal.next_step_on)
        return _("{step}, due {day}").format(step=deal.next_step, day=due), "warn"
    return deal.next_step, ""


def _promised(ctx: Ctx, promise: Promise) -> Line:
    is_past = promise.due_on < ctx.today
    due = draw_text.day(promise.due_on) if is_past else _("today")
    return _line(
        f"{promise.document} {promise.customer}",
        registry.url_of_kind("promises.promise", promise.pk),
        facts=[
            (_("promised for {day}").format(day=due), "bad" if is_past else "warn"),
            (str(promise.item or ""), ""),
        ],
        actions=[],
    )


def _promise(row: OrderAtRisk) -> Line:
    way = registry.url_of_kind(row.way.kind, row.way.object_id)
    expected = draw_text.day(row.expected_on) if row.expected_on else _("no date")
    return _line(
        f"{row.number} {row.customer}",
        registry.url_of_kind("sales.order", row.order_id),
        facts=[
            (
                _("promised {day}, now {then}").format(day=draw_text.day(row.promised_on), then=expected),
                row.tone,
            ),
            (row.cause, ""),
        ],
        actions=[action(row.way.label, way)] if way else [],
    )


def tasks_about(ctx: Ctx, record: Any) -> Line | None:
    """What is to be done about a record, for its page; nothing while there is nothing."""
    rows = list(tasks.open_about(ctx, record)[:20])
    return {"rows": [_task(ctx, task) for task in rows]} if rows else None
