"""People to test with, a clock that stands still, a mail server that really listens."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pydantic import SecretStr

from loomline.domains.accounts import commands
from loomline.domains.accounts.models import Role, User
from loomline.kernel.context import Ctx
from tests.domains.accounts.doors import FIREFOX, PASSWORD, SOME_DAYS_AGO, code_at


@pytest.fixture
def mei(ctx: Ctx) -> User:
    """A colleague who has joined and has no role."""
    return commands.add_person(ctx, email="mei@example.org", name="Mei Lin", password=SecretStr(PASSWORD))


@pytest.fixture
def sam(ctx: Ctx) -> User:
    """Another colleague."""
    return commands.add_person(ctx, email="sam@example.org", name="Sam Weaver", password=SecretStr(PASSWORD))


@pytest.fixture
def as_(ctx: Ctx) -> Callable[[User], Ctx]:
    """The same context with another person, fresh from the database as a request has them."""
    return lambda user: replace(ctx, actor=User.objects.get(pk=user.pk))


@pytest.fixture
def role(ctx: Ctx) -> Callable[..., Role]:
    """Make a role: role("Clerk", {"accounts.view": "all"})."""
    return lambda name, grants=None: commands.add_role(ctx, name=name, grants=grants or {})


@pytest.fixture
def browser() -> Client:
    """A browser that checks cross-site posts as the real site does not for tests by default."""
    return Client(headers={"user-agent": FIREFOX})


@pytest.fixture
def with_factor(mei: User, as_: Callable[[User], Ctx]) -> tuple[User, tuple[str, ...]]:
    """Mei with her second factor on since some days, and her recovery codes."""
    ctx = as_(mei).at(SOME_DAYS_AGO)
    commands.begin_second_factor(ctx)
    codes = commands.confirm_second_factor(ctx, code=SecretStr(code_at(mei, ctx.now)))
    return mei, codes.codes


@dataclass
class Mailbox:
    """What arrived at the mail server."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == address]


class _Dialogue(socketserver.StreamRequestHandler):
    """One SMTP conversation."""

    def handle(self) -> None:
        self.say("220 ready")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "DATA":
                self.take_mail()
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def take_mail(self) -> None:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        raw = b"".join(lines)
        self.server.mailbox.mails.append(  # type: ignore[attr-defined]
            email.message_from_bytes(raw, policy=email.policy.default)
        )
        self.say("250 kept")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """A mail server on this machine, with Django's own SMTP backend talking to it."""
    box = Mailbox()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Dialogue) as server:
        server.daemon_threads = True
        server.mailbox = box  # type: ignore[attr-defined]
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.DEFAULT_FROM_EMAIL = "loom@example.org"
        yield box
        server.shutdown()


@pytest.fixture
def in_threads() -> Callable[..., list[Any]]:
    """Do the same thing many times at the same moment, each time on a connection of its own."""

    def run(work: Callable[[int], Any], times: int) -> list[Any]:
        barrier = threading.Barrier(times)
        answers: list[Any] = [None] * times

        def one(number: int) -> None:
            barrier.wait()
            try:
                answers[number] = work(number)
            finally:
                connection.close()

        threads = [threading.Thread(target=one, args=(n,)) for n in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    return run
