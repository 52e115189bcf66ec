"""Real mail servers on this machine: one that takes letters (SMTP), one that holds them (IMAP)."""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from pydantic import SecretStr

from loomline.domains.accounts.models import User
from loomline.domains.mail import commands as mail
from loomline.domains.mail.models import Mailbox, Message, Security
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.kernel.context import Ctx
from tests.conftest import DOVECOT, NO_DOVECOT, NOW
from tests.databases import wait_until

PASSWORD = "wool-and-linen"
TRIES = 10
GONE = itertools.count()


@dataclass
class PostOffice:
    """An SMTP server that keeps what it takes, and refuses whom it is told to."""

    port: int = 0
    taken: list[Envelope] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    answers: str = ""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answers:
            return self.answers
        self.taken.append(envelope)
        return "250 Taken"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def office() -> Iterator[PostOffice]:
    """A real SMTP server on a port of this machine; it wants a name and a password."""
    made = PostOffice()
    controller = _opened(made)
    yield made
    controller.stop()


def _opened(office: PostOffice) -> Controller:
    def known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        return AuthResult(success=given.password == PASSWORD.encode(), handled=False)

    for _n in range(TRIES):
        office.port = free_port()
        controller = Controller(
            office,
            hostname="127.0.0.1",
            port=office.port,
            authenticator=known,
            auth_required=True,
            auth_require_tls=False,
        )
        # Between asking for a free port and listening there, another test process may take it.
        with contextlib.suppress(OSError):
            controller.start()
            return controller
    raise RuntimeError("No port is left for a mail server.")


@dataclass(frozen=True)
class Store:
    """An IMAP server; letters are put into its folders as a delivery would."""

    port: int
    home: Path

    def put(self, user: str, raw: bytes, *, folder: str = "") -> None:
        box = self.home / user / "Maildir" / (f".{folder}" if folder else "") / "new"
        box.mkdir(parents=True, exist_ok=True)
        name = f"{time.time_ns()}.M{len(raw)}.test"
        (box / name).write_bytes(raw)
        for place in [*box.parents[:3], box, box / name]:
            _own(place)

    def empty(self, user: str) -> None:
        """Take somebody's letters away: at once, though the server may just be closing a folder there."""
        if (self.home / user).exists():
            (self.home / user).rename(self.home / f"gone-{next(GONE)}")


def _own(place: Path) -> None:
    if os.getuid() == 0:
        who = pwd.getpwnam("nobody")
        os.chown(place, who.pw_uid, who.pw_gid)


CONFIG = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
login_greeting = {greeting}
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
mail_location = maildir:{home}/%u/Maildir
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
auth_failure_delay = 0
"""


@pytest.fixture(scope="session")
def imap() -> Iterator[Store]:
    """Dovecot, without any right of the system's, on a port of this machine."""
    if not DOVECOT:
        pytest.skip(NO_DOVECOT)
    # Not among pytest's folders: every test process that starts shuts them to the server's user again.
    home = Path(tempfile.mkdtemp(prefix="loomline-dovecot-"))
    home.chmod(0o755)
    _own(home)
    try:
        server, port = _started(home)
        try:
            yield Store(port, home)
        finally:
            server.terminate()
            server.wait(timeout=10)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _started(home: Path) -> tuple[subprocess.Popen[bytes], int]:
    user = "nobody" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    group = "nogroup" if os.getuid() == 0 else str(os.getgid())
    config, greeting, said = home / "dovecot.conf", secrets.token_hex(8), ""
    for _n in range(TRIES):
        port = free_port()
        config.write_text(
            CONFIG.format(home=home, user=user, group=group, port=port, password=PASSWORD, greeting=greeting)
        )
        with (home / "errors").open("wb") as errors:
            server = subprocess.Popen([DOVECOT, "-F", "-c", str(config)], stderr=errors)
        if _greets(port, greeting, server):
            return server, port
        server.kill()
        server.wait(timeout=10)
        said = "".join(place.read_text() for place in (home / "errors", home / "log") if place.exists())
    raise RuntimeError(f"Dovecot did not start: {said}")


def _greets(port: int, greeting: str, server: subprocess.Popen[bytes]) -> bool:
    """Whether this very server answers; another test process may have taken the port before it."""

    def answers() -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as one:
            return greeting.encode() in one.recv(1000)
        return False

    wait_until(lambda: server.poll() is not None or answers())
    return server.poll() is None and answers()


@pytest.fixture
def ana(db: None) -> User:
    made: User = User.objects.create(email="ana@halden.example", name="Ana Costa", is_superuser=True)
    return made


@pytest.fixture
def ctx(ana: User) -> Ctx:
    return Ctx.new(actor=ana, via="page", now=NOW)


@pytest.fixture
def nord(ctx: Ctx) -> Party:
    return parties.open_party(ctx, name="Nord Living", roles=["customer"], email="hello@nord.example")


@pytest.fixture
def jurgen(ctx: Ctx, nord: Party) -> Party:
    return parties.open_party(
        ctx, name="Jürgen Nord", kind="person", email="jurgen@nord.example", organisation=nord
    )


@pytest.fixture
def box(ana: User) -> Mailbox:
    """Ana's mailbox, without servers: letters are handed to it."""
    made: Mailbox = Mailbox.objects.create(
        address="ana@halden.example", name="Ana Costa", owner=ana, privacy="full"
    )
    return made


@pytest.fixture
def connected(ctx: Ctx, office: PostOffice, imap: Store) -> Mailbox:
    """Ana's mailbox at real servers."""
    imap.put("ana@halden.example", letter(subject="Welcome", id="<welcome@nord.example>"))
    return mail.connect_mailbox(ctx, **settings(office, imap))


def settings(office: PostOffice, imap: Store | None = None, **others: Any) -> dict[str, Any]:
    """What connects Ana's mailbox."""
    found = {
        "address": "ana@halden.example",
        "name": "Ana Costa",
        "password": SecretStr(PASSWORD),
        "smtp_host": "127.0.0.1",
        "smtp_port": office.port,
        "smtp_security": Security.NONE,
        "privacy": "full",
    }
    if imap is not None:
        found |= {"imap_host": "127.0.0.1", "imap_port": imap.port, "imap_security": Security.NONE}
    return {**found, **others}


def letter(
    *,
    sender: str = "Jürgen Nord <jurgen@nord.example>",
    to: str = "ana@halden.example",
    subject: str = "Question",
    text: str = "When do the jumpers come?",
    id: str = "<q1@nord.example>",
    answers: str = "",
    html: str = "",
    date: str = "Mon, 23 Nov 2026 08:00:00 +0000",
    files: tuple[tuple[str, bytes], ...] = (),
    **heads: str,
) -> bytes:
    """A letter as it travels."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"], made["Message-ID"], made["Date"] = (
        sender,
        to,
        subject,
        id,
        date,
    )
    if answers:
        made["In-Reply-To"] = made["References"] = answers
    for name, value in heads.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    if html:
        made.add_alternative(html, subtype="html")
    for name, data in files:
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()


@pytest.fixture
def arrive(ctx: Ctx, box: Mailbox) -> Callable[..., Message]:
    """Hand a letter to Ana's mailbox, or to another one."""

    def make(*, mailbox: Mailbox | None = None, **given: Any) -> Message:
        return mail.receive_message(ctx, mailbox=mailbox or box, incoming=mail.Incoming(raw=letter(**given)))

    return make
