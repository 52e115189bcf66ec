"""Handing letters to servers: a mailbox's own (SMTP), else the company's outgoing one."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from loomline.domains.mail.commands.files import place_of
from loomline.domains.mail.models import Mailbox, Message, Place, Security
from loomline.domains.mail.queries import grants
from loomline.domains.mail.queries.imap import on_the_way, opened

TIMEOUT = 20
Trouble = (OSError, smtplib.SMTPException, ssl.SSLError, ValueError)


@dataclass(frozen=True)
class Failure:
    """Why a server did not take a letter, and whether trying again makes no sense."""

    reason: str
    is_final: bool


def deliver(message: Message) -> Mapping[str, str]:
    """Hand a letter over; tells whom the server refused, with its reasons, when it took it for others."""
    letter = compose(message)
    if message.mailbox is None or not message.mailbox.smtp_host:
        letter.send()
        return {}
    with connected(message.mailbox, password=opened(message.mailbox)) as client:
        # A line ends with both signs on the wire; a dot at the beginning of one is the client's to double.
        data = b"\r\n".join(letter.message().as_bytes().splitlines()) + b"\r\n"
        refused = client.sendmail(message.from_address, letter.recipients(), data)
    return {address.lower(): _words(*answer) for address, answer in refused.items()}


def connected(mailbox: Mailbox, *, password: str) -> smtplib.SMTP:
    """The mailbox's outgoing server, logged in to where it asks for that."""
    context = ssl.create_default_context()
    host, port = mailbox.smtp_host, mailbox.smtp_port
    if mailbox.smtp_security == Security.TLS:
        client: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=context)
    else:
        client = smtplib.SMTP(host, port, timeout=TIMEOUT)
    try:
        client.ehlo_or_helo_if_needed()
        if mailbox.smtp_security == Security.STARTTLS:
            client.starttls(context=context)
            client.ehlo()
        if client.has_extn("auth"):
            _log_in(client, mailbox, password)
    except BaseException:
        client.close()
        raise
    return client


def _log_in(client: smtplib.SMTP, mailbox: Mailbox, password: str) -> None:
    login = mailbox.login or mailbox.address
    if mailbox.provider_id is None:
        client.login(login, password)
        return
    # The challenge to a refused token is answered by nothing; then the server says its refusal.
    client.auth("XOAUTH2", lambda challenge=None: "" if challenge else grants.spoken(login, password))


def compose(message: Message) -> EmailMultiAlternatives:
    """A letter as it travels."""
    people = list(message.parties.all())
    at = {place: [p.address for p in people if p.place == place] for place in Place}
    letter = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        from_email=formataddr((message.from_name, message.from_address)),
        to=at[Place.TO],
        cc=at[Place.CC],
        bcc=at[Place.BCC],
        headers=_headers(message),
    )
    for file in message.files.all():
        letter.attach(file.name, place_of(file.digest).read_bytes(), file.type)
    return letter


def _headers(message: Message) -> dict[str, str]:
    found = {"Message-ID": message.message_id}
    if message.references:
        found["In-Reply-To"] = message.references[0]
        found["References"] = " ".join(reversed(message.references[:20]))
    return found


def failure_of(fault: BaseException) -> Failure:
    """What a fault on the wire means: a permanent refusal, or something that passes."""
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        codes = [answer[0] for answer in fault.recipients.values()]
        reasons = "; ".join(f"{a}: {_words(*answer)}" for a, answer in fault.recipients.items())
        return Failure(reasons[:300], all(500 <= code < 600 for code in codes))
    if isinstance(fault, smtplib.SMTPAuthenticationError):
        return Failure(_words(fault.smtp_code, fault.smtp_error), is_final=True)
    if isinstance(fault, smtplib.SMTPResponseException):
        return Failure(_words(fault.smtp_code, fault.smtp_error), 500 <= fault.smtp_code < 600)
    if isinstance(fault, FileNotFoundError):
        return Failure(str(fault), is_final=True)
    return Failure(on_the_way(fault) or str(fault) or type(fault).__name__, is_final=False)


def _words(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {' '.join(text.split())}"[:300]


def server_name() -> str:
    """The company's own outgoing server in words; empty while letters are only written to a folder."""
    return str(getattr(settings, "EMAIL_HOST", "")) if settings.ENV.mail_url else ""
