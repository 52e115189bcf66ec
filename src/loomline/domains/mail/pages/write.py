"""Writing a letter: about a record, to somebody, or as an answer."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from loomline.domains.mail import commands, queries
from loomline.domains.mail.commands import File, Letter, smtp
from loomline.domains.mail.models import Mailbox, Message, Template
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused, Warned
from loomline.surface import answer, registry
from loomline.surface.form_page import warnings
from loomline.surface.page import action, ctx_of, need, page, staff

URL = "/mail/write/"
SEND = "mail.write_letter"
# What an address may bring of a letter that another page has drafted.
LONGEST = 4000


class LetterForm(forms.Form):
    """A letter as it is typed."""

    mailbox = forms.ChoiceField(label=_("From"), required=False)
    to = forms.CharField(label=_("To"), required=False, help_text=_("Several are set apart by commas."))
    cc = forms.CharField(label=_("Copy to"), required=False)
    subject = forms.CharField(label=_("Subject"), required=False, max_length=998)
    text = forms.CharField(label=_("Text"), required=False, widget=forms.Textarea(attrs={"rows": 12}))

    def __init__(self, ctx: Ctx, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        boxes = [box for box in queries.mailboxes_of(ctx.actor) if box.smtp_host]
        usual = (
            _t("Our server: {name}").format(name=smtp.server_name())
            if smtp.server_name()
            else _t("No server yet: letters are kept in the folder data/mail")
        )
        self.boxes = {str(box.pk): box for box in boxes}
        choices = [(key, str(box)) for key, box in self.boxes.items()] or [("", usual)]
        self.fields["mailbox"].choices = choices  # type: ignore[attr-defined]

    def refuse(self, refusal: Refused) -> None:
        """Put the sentence where the writer can do something about it."""
        self.add_error(refusal.at_field if refusal.at_field in self.fields else None, str(refusal))


@staff
@require_http_methods(["GET", "POST"])
def write_page(request: HttpRequest) -> HttpResponse:
    """A new letter, about a record when one is named in the address."""
    ctx = ctx_of(request)
    need(access.may(ctx, SEND), _t("write e-mail"), SEND)
    about = record_of(ctx, request.GET.get("about", ""))
    form = LetterForm(ctx, request.POST or None, initial=_opened(ctx, request, about))
    refusal: Refused | None = None
    if request.method == "POST" and form.is_valid():
        try:
            message = commands.write_letter(ctx, letter=letter_of(request, form, about=about))
        except Warned as warning:
            refusal = warning
        except Refused as told:
            form.refuse(told)
        else:
            return sent(request, message, to=registry.url(about) or f"/mail/threads/{message.thread_id}/")
    status = 422 if request.method == "POST" else 200
    return render(request, "mail/write.html", _context(ctx, request, form, about, refusal), status=status)


def sent(request: HttpRequest, message: Message, *, to: str) -> HttpResponse:
    """Say that a letter waits half a minute, and offer to take it back."""
    return answer.done(
        request,
        _t("The letter goes out in 30 seconds."),
        undo=f"/mail/letters/{message.pk}/undo/",
        to=to,
    )


def record_of(ctx: Ctx, text: str) -> Any:
    """The visible record that an address names: "sales.order:12"; None when it names none."""
    kind, _colon, pk = text.partition(":")
    resource = registry.by_kind(kind)
    if resource is None or not pk.isdigit() or len(pk) > 18:
        return None
    return resource.rows(ctx).filter(pk=pk).first()


def _opened(ctx: Ctx, request: HttpRequest, about: Any) -> dict[str, str]:
    """What the form is opened with: the record's address, and the words of a template or another page."""
    held = {
        "to": request.GET.get("to", "")
        or (", ".join(queries.addressees(about)) if about is not None else ""),
        "subject": request.GET.get("subject", ""),
        "text": request.GET.get("text", "")[:LONGEST],
    }
    template = _template(ctx, request)
    if template is not None:
        made = queries.filled(ctx, template, about)
        held |= {"subject": made.subject or held["subject"], "text": made.text}
    elif about is not None and str(getattr(about, "number", "")):
        held["subject"] = held["subject"] or f"{about._meta.verbose_name} {about.number}".capitalize()
    box = queries.sender_for(ctx)
    if box is not None and box.signature:
        held["text"] = f"{held['text']}\n\n{box.signature}"
    return held


def _template(ctx: Ctx, request: HttpRequest) -> Template | None:
    given = request.GET.get("template", "")
    if not given.isdigit() or len(given) > 18:
        return None
    return access.visible(ctx, Template).filter(pk=given).first()


def letter_of(
    request: HttpRequest, form: LetterForm, *, about: Any = None, answers: Message | None = None
) -> Letter:
    """The letter that was typed."""
    held = form.cleaned_data
    box: Mailbox | None = form.boxes.get(held["mailbox"])
    return Letter(
        to=[held["to"]] if held["to"].strip() else [],
        cc=[held["cc"]] if held["cc"].strip() else [],
        subject=held["subject"],
        text=held["text"].replace("\r\n", "\n"),
        attachments=[_file(one) for one in request.FILES.getlist("files")],
        about=about,
        mailbox=box if answers is None or held["mailbox"] else None,
        answers=answers,
    )


def _file(given: UploadedFile[Any]) -> File:
    return File(name=given.name or "file", data=given.read())


def _context(
    ctx: Ctx, request: HttpRequest, form: LetterForm, about: Any, refusal: Refused | None
) -> dict[str, Any]:
    back = registry.url(about) or "/mail/threads/"
    template = _template(ctx, request)
    missing = queries.filled(ctx, template, about).missing if template is not None else ()
    return {
        "page": page(
            _t("Write e-mail"),
            crumbs=[{"title": str(about) if about is not None else _t("E-mail"), "url": back}],
            actions=[menu] if (menu := templates_menu(ctx, request, about)) else [],
        ),
        "letter": {
            "url": request.get_full_path(),
            "title": _t("Write e-mail"),
            "sub": _t("About {what}").format(what=about) if about is not None else "",
            "fields": [form[name] for name in ("mailbox", "to", "cc", "subject", "text")],
            "errors": errors_of(form),
            "warnings": warnings(refusal),
            "missing": ", ".join(f"{{{name}}}" for name in missing),
            "cancel_url": back,
            "draft": request.get_full_path(),
        },
    }


def templates_menu(ctx: Ctx, request: HttpRequest, about: Any, *, url: str = URL) -> dict[str, Any] | None:
    """The letters with gaps that fit, as a menu; None while there is none."""
    kind = about._meta.label_lower if about is not None else ""
    kept = {k: v for k, v in request.GET.items() if k in ("about", "to")}
    items = [
        action(str(one), f"{url}?{urlencode({**kept, 'template': one.pk})}", icon="file-text")
        for one in queries.templates_for(kind)
    ]
    if not items:
        return None
    return action(_t("Template"), icon="file-text", method="menu", items=items, id="templates", kind="quiet")


def errors_of(form: forms.Form) -> list[dict[str, str]]:
    """Why a form was not taken, for the summary on top."""
    found = [{"text": str(text), "target": ""} for text in form.non_field_errors()]
    for bound in form:
        found += [{"text": f"{bound.label}: {text}", "target": bound.auto_id or ""} for text in bound.errors]
    return found


def offer(ctx: Ctx, record: Any) -> dict[str, Any] | None:
    """ "Write e-mail" on the page of a record that has somebody to write to."""
    if not access.may(ctx, SEND) or not queries.is_with_somebody(record):
        return None
    about = f"{record._meta.label_lower}:{record.pk}"
    return action(_t("Write e-mail"), f"{URL}?{urlencode({'about': about})}", icon="mail", beside=True)
