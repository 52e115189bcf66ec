"""What the worker does for accounts: it mails links and notices, and forgets old traces."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app as queue

from loomline.domains.accounts import commands, queries
from loomline.domains.accounts.models import OneTimeLink, User
from loomline.domains.accounts.queries import sealed
from loomline.kernel.company import Company
from loomline.kernel.context import Ctx

# A mail server that is away for an hour must not cost anybody their link.
AGAIN = RetryStrategy(max_attempts=6, exponential_wait=5, retry_exceptions=[OSError])
PAGES = {
    OneTimeLink.INVITATION: "/welcome/{secret}/",
    OneTimeLink.PASSWORD: "/new-password/{secret}/",
    OneTimeLink.EMAIL: "/new-address/{secret}/",
}


@queue.task(name="accounts.mail_link", retry=AGAIN)
def mail_link(link_id: int) -> None:
    """Mail a one-time link, unless it has become useless in the meantime."""
    link = OneTimeLink.objects.filter(pk=link_id).select_related("user").first()
    if link is None or not link.is_open(datetime.now(UTC)) or not link.user.is_active:
        return
    url = f"{queries.site_address()}{PAGES[link.purpose].format(secret=sealed.link_secret(link))}"
    _send(link.user, to=link.email, template=link.purpose, context={"url": url, "link": link})


@queue.task(name="accounts.mail_notice", retry=AGAIN)
def mail_notice(user_id: int, what: str, email: str) -> None:
    """Tell somebody that one of the ways into their account has changed."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is not None:
        _send(user, to=email, template="notice", context={"what": what, "url": queries.site_address()})


@queue.task(name="accounts.answer_reset_request")
def answer_reset_request(email: str) -> None:
    """Send a link for a new password where somebody with this address has an account."""
    user = queries.person_of(email)
    if user is not None:
        ctx = Ctx.new(actor=queries.system_actor("Sign-in"), via="job")
        commands.send_password_link(ctx, user=user)


@queue.periodic(cron="17 3 * * *")
@queue.task(name="accounts.tidy", queueing_lock="accounts.tidy")
def tidy(timestamp: int) -> None:
    """Each night, forget what serves nobody any more."""
    commands.forget_old_traces(Ctx.new(actor=queries.system_actor("Housekeeping"), via="job"))


def _send(user: User, *, to: str, template: str, context: dict[str, object]) -> None:
    company = Company.current()
    with (
        translation.override(user.language or company.language),
        timezone.override(user.timezone or company.timezone),
    ):
        text = render_to_string(
            f"accounts/mail/{template}.txt", {"user": user, "company": company, "email": to, **context}
        )
    subject, _newline, body = text.strip().partition("\n")
    message = EmailMessage(
        subject=subject,
        body=body.lstrip("\n"),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[to],
        # Automatic answers to automatic mail would only come back to us.
        headers={"Auto-Submitted": "auto-generated"},
    )
    message.send()
