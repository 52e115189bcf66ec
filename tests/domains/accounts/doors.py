"""What tests of the ways in do again and again."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from django.test import Client
from pydantic import SecretStr

from loomline.domains.accounts import jobs
from loomline.domains.accounts.models import OneTimeLink, SecondFactor, User
from loomline.domains.accounts.queries import sealed
from loomline.engines import otp

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SOME_DAYS_AGO = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
PASSWORD = "undyed cloth, one thread"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


def sign_in(browser: Client, user: User, *, password: str = PASSWORD, **more: Any) -> Any:
    """Fill in the sign-in form."""
    return browser.post("/sign-in/", {"email": user.email, "password": password, **more})


def shown(response: Any) -> str:
    """What a person reads on the page: without tags, blanks squeezed."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", text).replace("&#x27;", "'").replace("&amp;", "&")


def code_at(user: User, moment: datetime) -> str:
    """What the person's authenticator app shows at a moment."""
    secret = sealed.unseal(SecondFactor.objects.get(user=user).secret)
    assert secret is not None
    return otp.hotp(secret, otp.step_of(moment.timestamp()))


def path_in(mail: EmailMessage) -> str:
    """The path of the link that a mail holds."""
    body = mail.get_content()
    found = re.search(r"https?://[^/\s]+(/\S+)", body)
    assert found is not None, body
    return found[1]


def link_path(user: User, purpose: str) -> str:
    """The path of the person's latest link, without the mail around it."""
    link = OneTimeLink.objects.filter(user=user, purpose=purpose).latest("pk")
    return jobs.PAGES[purpose].format(secret=sealed.link_secret(link))


def secret(text: str) -> SecretStr:
    """A password as commands take it."""
    return SecretStr(text)
