"""What comes in through forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.leads import queries
from loomline.domains.leads.events import FormSubmitted
from loomline.domains.leads.models import Answer, FirstTouch, FormField, LeadForm, Submission
from loomline.domains.parties.models.fields import mail_address
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import Lead, LeadState
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Invalid, Refused

MOST_OF_A_SENDER = 5
LONGEST = {Answer.INTEREST: 4000, Answer.QUESTION: 2000, Answer.COUNTRY: 2, Answer.PHONE: 40}


class FormClosed(Refused):
    """A form that nobody looks at any more."""

    says = _("This form is closed.")
    status = 404


class TooManySubmissions(Refused):
    """People write once or twice; machines write all day."""

    says = _("That was a lot in a short time. Please try again in a few minutes.")
    status = 429


class AnswersIncomplete(Invalid):
    """A form asks for what is needed to answer."""

    says = _("Some answers are missing or cannot be read.")


@dataclass(frozen=True, kw_only=True)
class Touch:
    """How somebody came to the page of a form."""

    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""
    content: str = ""
    referrer: str = ""
    landing: str = ""


@command(hidden=True)
def submit_form(
    ctx: Ctx,
    *,
    form: LeadForm,
    answers: Mapping[str, str],
    touch: Touch,
    stamp: str,
    sender: str,
    consented: bool = False,
) -> Submission:
    """Take what somebody sent: a new lead, or news of one that is still open under the same address.

    The same stamp again is the same press of a button and changes nothing.
    """
    form = lock(form)
    known = Submission.objects.filter(stamp=stamp).first()

    if known is not None:
        return known
    _refuse_flood(ctx, form, sender)
    fields = list(form.fields.all())
    cleaned = _cleaned(fields, answers)

    lead, is_new = _lead(ctx, form, fields, cleaned, touch)
    if is_new:
        FirstTouch.objects.create(lead=lead, at=ctx.now, **asdict(touch))
    submission = Submission.objects.create(
        form=form,
        at=ctx.now,
        answers={field.words: cleaned[field.key] for field in fields if cleaned.get(field.key)},
        consented=bool(form.consent) and consented,
        stamp=stamp,
        sender=sender,
        lead=lead,
    )

    ctx.emit(
        FormSubmitted(
            lead_id=lead.pk,
            form_id=form.pk,
            form=form.name,
            source=touch.source or form.source,
            campaign=_t(", campaign {campaign}").format(campaign=touch.campaign) if touch.campaign else "",
            consent=form.consent if submission.consented else "",
            email=lead.email if submission.consented else "",
            body="\n".join(_answered(question, said) for question, said in submission.answers.items()),
        )
    )
    return submission


@command(hidden=True)
def refuse_submission(ctx: Ctx, *, form: LeadForm, stamp: str, sender: str, reason: str) -> Submission:
    """Note that something that looks like a machine has sent a form; what it wrote is not kept."""
    _refuse_flood(ctx, form, sender)

    submission, _is_new = Submission.objects.get_or_create(
        stamp=stamp, defaults={"form": form, "at": ctx.now, "sender": sender, "refused": reason[:120]}
    )
    return submission


def _refuse_flood(ctx: Ctx, form: LeadForm, sender: str) -> None:
    if not form.is_active:
        raise FormClosed
    by_sender, by_all = queries.sent_lately(form=form, sender=sender, now=ctx.now)
    if by_sender >= MOST_OF_A_SENDER or by_all >= form.hourly_limit:
        raise TooManySubmissions


def _cleaned(fields: list[FormField], answers: Mapping[str, str]) -> dict[str, str]:
    """The answers without blanks; refuses what is missing or cannot be what it says."""
    faults: dict[str, list[str]] = {}
    cleaned: dict[str, str] = {}
    for field in fields:
        said = str(answers.get(field.key, "")).replace("\x00", "").strip()
        if fault := _fault(field, said):
            faults[field.key] = [fault]
        cleaned[field.key] = said
    told = {field.tells for field in fields if cleaned[field.key]}
    if not told & {Answer.NAME, Answer.COMPANY, Answer.EMAIL} and not faults:
        faults[""] = [_t("Tell us your name, your company or your e-mail address.")]
    if faults:
        raise AnswersIncomplete(faults)
    return cleaned


def _fault(field: FormField, said: str) -> str:
    if not said:
        return _t("Please fill this in.") if field.is_required else ""
    if len(said) > LONGEST.get(Answer(field.tells), 200):
        return _t("This is too long.")
    if field.options and said not in field.options:
        return _t("Please choose one of the options.")
    if field.tells == Answer.EMAIL:
        try:
            validate_email(said)
        except ValidationError:
            return _t("This is not an e-mail address.")
    return ""


def _lead(
    ctx: Ctx, form: LeadForm, fields: list[FormField], cleaned: Mapping[str, str], touch: Touch
) -> tuple[Lead, bool]:
    own = {field.tells: cleaned[field.key] for field in fields if field.tells != Answer.QUESTION}
    email = mail_address(own.get(Answer.EMAIL, ""))
    still_open = (LeadState.NEW, LeadState.WORKING, LeadState.NURTURING)
    known = Lead.objects.filter(email=email, state__in=still_open).order_by("-pk").first() if email else None
    if known is not None:
        return known, False
    asked = [
        _answered(f.words, cleaned[f.key]) for f in fields if f.tells == Answer.QUESTION and cleaned[f.key]
    ]
    # The first line names the deal that may come of it: what they ask for, else the form they filled in.
    interest = "\n".join((own.get(Answer.INTEREST, "") or form.name, *asked))
    lead = pipeline.capture_lead(
        ctx,
        name=own.get(Answer.NAME, ""),
        company=own.get(Answer.COMPANY, ""),
        job_title=own.get(Answer.JOB_TITLE, "")[:120],
        email=email,
        phone=own.get(Answer.PHONE, ""),
        country=own.get(Answer.COUNTRY, "")[:2],
        interest=interest,
        source=(touch.source or form.source or _t("Web form"))[:80],
        source_detail=" / ".join(part for part in (form.name, touch.campaign) if part)[:200],
        owner=form.owner,
        team=form.team,
    )
    return lead, True


def _answered(question: str, said: str) -> str:
    return f"{question} {said}" if question.endswith("?") else f"{question}: {said}"
