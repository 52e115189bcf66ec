"""A thread: its letters, whom they are with, what they are about, and the answer in place."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST

from loomline.domains.mail import commands, queries
from loomline.domains.mail.models import (
    Direction,
    Mailbox,
    Message,
    MessageState,
    Place,
    Privacy,
    Template,
    Thread,
    ThreadState,
)
from loomline.domains.mail.pages.write import (
    SEND,
    LetterForm,
    errors_of,
    letter_of,
    sent,
    templates_menu,
)
from loomline.engines.mime import quoting
from loomline.engines.mime.threading import answer_subject
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused, Warned
from loomline.surface import answer, draw_text, registry
from loomline.surface.form_page import warnings
from loomline.surface.page import action, ctx_of, need, page, staff
from loomline.surface.record_page import command_action

Letters = list[tuple[Message, Privacy]]


@staff
def thread_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The letters of a thread, oldest first, with a place to answer."""
    return _shown(request, queries.thread_of(ctx_of(request), pk))


@staff
@require_POST
def answer_page(request: HttpRequest, pk: int) -> HttpResponse:
    """An answer within a thread; one that cannot go stands there again with the reason."""
    ctx = ctx_of(request)
    need(access.may(ctx, SEND), _t("write e-mail"), SEND)
    thread = queries.thread_of(ctx, pk)
    readable = _readable(queries.letters_of(ctx, thread))
    form = LetterForm(ctx, request.POST, auto_id="answer_%s")
    refusal: Refused | None = None
    if readable and form.is_valid():
        try:
            letter = letter_of(request, form, answers=_last(readable))
            message = commands.write_letter(ctx, letter=letter)
        except Warned as warning:
            refusal = warning
        except Refused as told:
            form.refuse(told)
        else:
            return sent(request, message, to=f"/mail/threads/{pk}/")
    return _shown(request, thread, form=form, refusal=refusal, status=422)


def _shown(
    request: HttpRequest,
    thread: Thread,
    *,
    form: LetterForm | None = None,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    ctx, pk = ctx_of(request), thread.pk
    letters = queries.letters_of(ctx, thread)
    is_mine = access.visible(ctx, Thread).filter(pk=pk).exists()
    context = {
        "page": page(
            _title(thread, letters),
            crumbs=[{"title": _t("E-mail"), "url": "/mail/threads/"}],
            actions=_actions(ctx, thread) if is_mine else [],
        ),
        "thread": {
            "title": _title(thread, letters),
            "badges": [{"text": thread.state.label, "tone": thread.state.tone}],
            "callouts": _callouts(thread, letters),
            "letters": [_letter(ctx, message, privacy) for message, privacy in letters],
            "party": _party(thread),
            "guesses": _guesses(thread, letters) if is_mine else [],
            "links": _links(ctx, thread, is_mine=is_mine),
            "answer": _answer(ctx, request, thread, letters, form, refusal),
            "topics": f"mail.thread:{thread.pk}",
        },
    }
    return render(request, "mail/thread.html", context, status=status)


@staff
@require_POST
def link_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Tie a thread to the record that its number names."""
    ctx = ctx_of(request)
    thread = access.visible(ctx, Thread).get(pk=queries.thread_of(ctx, pk).pk)
    kind, _colon, key = request.POST.get("record", "").partition(":")
    commands.link_thread(ctx, thread=thread, kind=kind, object_id=int(key) if key.isdigit() else 0)
    return answer.done(request, _t("Linked."), to=f"/mail/threads/{pk}/")


@staff
@require_POST
def unlink_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Untie a thread from a record."""
    ctx = ctx_of(request)
    thread = access.visible(ctx, Thread).get(pk=queries.thread_of(ctx, pk).pk)
    kind, _colon, key = request.POST.get("record", "").partition(":")
    commands.unlink_thread(ctx, thread=thread, kind=kind, object_id=int(key) if key.isdigit() else 0)
    return answer.done(request, _t("Unlinked."), to=f"/mail/threads/{pk}/")


def _title(thread: Thread, letters: Letters) -> str:
    """The subject, where one may see it."""
    if any(privacy.openness >= Privacy.SUBJECT.openness for _m, privacy in letters):
        return thread.title
    return _t("E-mail with {who}").format(who=thread.correspondent)


def _actions(ctx: Ctx, thread: Thread) -> list[dict[str, Any]]:
    base = "/mail/threads/do"
    found = []
    if thread.state == ThreadState.IGNORED:
        found.append(
            action(
                _t("Take up again"), f"{base}/take_up_thread/?ids={thread.pk}", icon="refresh", method="post"
            )
        )
    else:
        found.append(
            action(
                _t("Ignore"),
                f"{base}/ignore_threads/?ids={thread.pk}",
                icon="eye-off",
                method="post",
                kind="quiet",
                spare=True,
            )
        )
    if thread.awaits_answer:
        url = f"{base}/needs_no_answer/?ids={thread.pk}"
        found.append(action(_t("Needs no answer"), url, icon="check", method="post", short=True))
    if thread.state == ThreadState.UNMATCHED:
        url = f"{base}/match_thread/?ids={thread.pk}"
        found.append(action(_t("Match"), url, icon="user-circle", method="dialog", kind="primary"))
    resource = registry.resources[Thread]
    # What domains above can make of letters.
    others = [c for c in resource.open_commands(ctx, thread) if c.domain != Thread._meta.app_label]
    return [*(command_action(resource, thread, c) for c in others), *found]


def _callouts(thread: Thread, letters: Letters) -> list[dict[str, Any]]:
    found = []
    for message, _privacy in letters:
        if message.state in (MessageState.FAILED, MessageState.BOUNCED):
            title = (
                _t("This letter was not sent.")
                if message.state == MessageState.FAILED
                else _t("This letter came back.")
            )
            again = f"/mail/messages/do/try_again/?ids={message.pk}"
            way = (
                action(_t("Try again"), again, method="post")
                if message.state == MessageState.FAILED
                else None
            )
            found.append({"tone": "bad", "title": title, "text": message.trouble, "action": way})
    if thread.state == ThreadState.UNMATCHED:
        text = _t(
            "Make a lead of it, or match it with a customer or supplier: their page then tells of it."
            " Or ignore it."
        )
        found.append(
            {"tone": "warn", "title": _t("We do not know who this is."), "text": text, "action": None}
        )
    return found


def _letter(ctx: Ctx, message: Message, privacy: Privacy) -> dict[str, Any]:
    is_whole = privacy is Privacy.FULL
    own, quoted = quoting.split(message.text) if is_whole else ("", "")
    waiting = message.state == MessageState.QUEUED and message.due_at is not None
    undo = f"/mail/letters/{message.pk}/undo/"
    return {
        "id": message.pk,
        "sender": message.sender,
        "address": message.from_address,
        "to": _receivers(message),
        "at": message.at,
        "is_out": message.direction == Direction.OUT,
        "badge": None
        if message.state in (MessageState.RECEIVED, MessageState.SENT)
        else {"text": message.state.label, "tone": message.state.tone},
        "is_whole": is_whole,
        "note": "" if is_whole else _t("Its mailbox shows colleagues no more than this."),
        "subject": message.subject if privacy.openness >= Privacy.SUBJECT.openness else "",
        "text": own,
        "quoted": quoted,
        "body_url": f"/mail/letters/{message.pk}/body/" if is_whole and message.html else "",
        "remote": message.remote_images,
        "undo": action(_t("Take back"), undo, icon="arrow-back-up", method="post") if waiting else None,
        "files": [
            {
                "name": file.name,
                "size": _size(file.size),
                "url": f"/mail/attachments/{file.pk}/",
                "risky": file.is_risky,
            }
            for file in message.files.all()
            if is_whole and not (file.is_inline and file.type.startswith("image/"))
        ],
    }


def _receivers(message: Message) -> str:
    names = [p.name or p.address for p in message.parties.all() if p.place != Place.FROM]
    return ", ".join(names[:4]) + (_t(" and {n} more").format(n=len(names) - 4) if len(names) > 4 else "")


def _size(size: int) -> str:
    if size < 1024**2:
        return _t("{n} kB").format(n=max(1, size // 1024))
    return _t("{n} MB").format(n=draw_text.number(size / 1024**2, decimals=1))


def _party(thread: Thread) -> dict[str, str] | None:
    party = thread.party
    if party is None:
        return None
    return {"name": party.name, "url": registry.url(party), "email": party.email, "phone": party.phone}


def _guesses(thread: Thread, letters: Letters) -> list[dict[str, Any]]:
    """Those who write from the same company, for a thread with somebody we do not know."""
    if thread.state != ThreadState.UNMATCHED:
        return []
    address = next((m.from_address for m, _p in letters if m.direction == Direction.IN), "")
    base = "/mail/threads/do/match_thread/"
    return [
        action(
            str(party),
            f"{base}?{urlencode({'ids': thread.pk, 'party': party.pk})}",
            icon="user-circle",
            method="dialog",
        )
        for party in queries.candidates(address)
    ]


def _links(ctx: Ctx, thread: Thread, *, is_mine: bool) -> list[dict[str, Any]]:
    """The records that the letters are about, as far as one may see them."""
    from_letters = {
        (link.kind, link.object_id): link for m in thread.messages.all() for link in m.links.all()
    }
    found = []
    for (kind, pk), link in sorted(from_letters.items()):
        resource = registry.by_kind(kind)
        record = resource.rows(ctx).filter(pk=pk).first() if resource is not None else None
        if resource is None or record is None:
            continue
        fields = [{"name": "record", "value": f"{kind}:{pk}"}]
        untie = action(
            _t("Unlink"),
            f"/mail/threads/{thread.pk}/unlink/",
            icon="x",
            method="post",
            kind="quiet",
            short=True,
            fields=fields,
        )
        found.append(
            {
                "title": f"{resource.title()} {record}",
                "url": resource.url(pk),
                "icon": resource.icon,
                "how": link.get_how_display(),
                "unlink": untie if is_mine else None,
            }
        )
    return found


def _readable(letters: Letters) -> list[Message]:
    return [message for message, privacy in letters if privacy is Privacy.FULL]


def _last(readable: list[Message]) -> Message:
    """The letter that an answer answers: the newest that was not taken back."""
    return next((m for m in reversed(readable) if m.state != MessageState.CANCELLED), readable[-1])


def _answer(
    ctx: Ctx,
    request: HttpRequest,
    thread: Thread,
    letters: Letters,
    typed: LetterForm | None,
    refusal: Refused | None,
) -> dict[str, Any] | None:
    """The form of an answer; what was taken back, or could not go, stands in it again."""
    readable = _readable(letters)
    if not readable or not access.may(ctx, SEND):
        return None
    form = typed or _opened(ctx, request, thread, readable)
    return {
        "url": f"/mail/threads/{thread.pk}/answer/",
        "fields": [form[name] for name in ("mailbox", "to", "cc", "subject")],
        "text": form["text"],
        "to": form["to"].value() or "",
        "errors": errors_of(form) if typed is not None else [],
        "warnings": warnings(refusal),
        "menu": templates_menu(ctx, request, thread.party, url=f"/mail/threads/{thread.pk}/"),
        "draft": f"/mail/threads/{thread.pk}/",
    }


def _opened(ctx: Ctx, request: HttpRequest, thread: Thread, readable: list[Message]) -> LetterForm:
    last = _last(readable)
    taken_back = next((m for m in readable if str(m.pk) == request.GET.get("draft", "")), None)
    to, cc = _answered(ctx, last)
    box = _answers_from(ctx, last)
    text = taken_back.text if taken_back is not None else _from_template(ctx, request, thread)
    if taken_back is None and box is not None and box.signature:
        text = f"{text}\n\n{box.signature}"
    held = {
        "to": ", ".join(to),
        "cc": ", ".join(cc),
        "subject": answer_subject(thread.subject),
        "text": text,
        "mailbox": str(box.pk) if box else "",
    }
    return LetterForm(ctx, initial=held, auto_id="answer_%s")


def _from_template(ctx: Ctx, request: HttpRequest, thread: Thread) -> str:
    given = request.GET.get("template", "")
    found = (
        access.visible(ctx, Template).filter(pk=given).first()
        if given.isdigit() and len(given) < 19
        else None
    )
    return queries.filled(ctx, found, thread.party).text if found is not None else ""


def _answers_from(ctx: Ctx, last: Message) -> Mailbox | None:
    own = queries.mailboxes_of(ctx.actor).filter(copies__message=last).exclude(smtp_host="")
    return own.first() or queries.sender_for(ctx)


def _answered(ctx: Ctx, last: Message) -> tuple[list[str], list[str]]:
    """To whom an answer goes: the sender of what came in, the receivers of what we wrote; never ourselves."""
    people = list(last.parties.all())
    ours = queries.our_addresses(p.address for p in people)
    at = {place: [p.address for p in people if p.place == place and p.address not in ours] for place in Place}
    if last.direction == Direction.OUT:
        return at[Place.TO], at[Place.CC]
    return [last.from_address], [a for a in (*at[Place.TO], *at[Place.CC]) if a != last.from_address]
