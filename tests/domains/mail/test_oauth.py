"""Mailboxes that a provider opens: a real one on this machine, and real servers that ask it about tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from django.test import Client
from pydantic import SecretStr

from loomline.domains.mail import commands as mail
from loomline.domains.mail import jobs
from loomline.domains.mail.models import Mailbox, MailboxState, Message, Provider, Security
from loomline.domains.mail.queries import grants
from loomline.kernel.context import Ctx
from tests.conftest import DOVECOT, NO_DOVECOT
from tests.domains.mail import conftest
from tests.domains.mail.conftest import PostOffice, Store, letter

ADDRESS = "ana@halden.example"
BACK = "http://testserver/mail/connect/back/"


@dataclass
class House:
    """An OAuth 2 provider: codes bound to a challenge, tokens that end, refresh tokens that change."""

    port: int = 0
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    refresh: str = ""
    count: int = 0
    is_withdrawn: bool = False
    seen: list[dict[str, str]] = field(default_factory=list)

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def allow(self, way: str) -> tuple[str, str]:
        """Somebody presses Allow; the code and the state that the browser comes back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(way).query).items()}
        assert (asked["client_id"], asked["code_challenge_method"]) == ("loom", "S256")
        code = f"code-{len(self.codes)}"
        self.codes[code] = (asked["code_challenge"], asked["redirect_uri"])
        return code, asked["state"]

    def answer(self, asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.seen.append(asked)
        if asked.get("client_secret") != "hush":
            return 401, {"error": "invalid_client"}
        if asked["grant_type"] == "authorization_code":
            challenge, back = self.codes.pop(asked["code"], ("", ""))
            digest = hashlib.sha256(asked["code_verifier"].encode()).digest()
            given = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            if (given, asked["redirect_uri"]) != (challenge, back):
                return 400, {"error": "invalid_grant"}
        elif self.is_withdrawn or asked["refresh_token"] != self.refresh:
            return 400, {"error": "invalid_grant"}
        self.count += 1
        self.tokens = {f"access-{self.count}"}
        self.refresh = f"refresh-{self.count}"
        told = {"access_token": f"access-{self.count}", "refresh_token": self.refresh, "expires_in": 600}
        return 200, told


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    made = House()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say(*made.answer({name: values[0] for name, values in parse_qs(body).items()}))

        def do_GET(self) -> None:
            token = parse_qs(urlsplit(self.path).query).get("token", [""])[0]
            known = token in made.tokens
            self._say(200, {"active": known, **({"email": ADDRESS} if known else {})})

        def _say(self, status: int, told: dict[str, Any]) -> None:
            data = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *words: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    made.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()


@pytest.fixture(scope="module")
def store(house: House) -> Iterator[Store]:
    """Dovecot, which asks the provider about every token."""
    if not DOVECOT:
        pytest.skip(NO_DOVECOT)
    home = Path(tempfile.mkdtemp(prefix="loomline-dovecot-"))
    home.chmod(0o755)
    conftest._own(home)
    (home / "oauth2.conf").write_text(
        f"introspection_mode = get\nintrospection_url = {house.root}/introspect?token=\n"
        "username_attribute = email\nactive_attribute = active\nactive_value = true\n"
    )
    config = conftest.CONFIG
    door = f"driver = oauth2\n  mechanisms = xoauth2\n  args = {home}/oauth2.conf"
    wanted = config.replace("driver = static\n  args = password={password}", door)
    conftest.CONFIG = wanted + "auth_mechanisms = xoauth2\n"
    try:
        server, port = conftest._started(home)
    finally:
        conftest.CONFIG = config
    try:
        yield Store(port, home)
    finally:
        server.terminate()
        server.wait(timeout=10)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def post(house: House) -> Iterator[PostOffice]:
    """An SMTP server that takes XOAUTH2 and nothing else."""

    class Office(PostOffice):
        async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
            said = base64.b64decode(args[1]).decode()
            user, token = said.split("\x01")[0], said.split("auth=Bearer ")[1].split("\x01")[0]
            if user == f"user={ADDRESS}" and token in house.tokens:
                return AuthResult(success=True)
            await server.challenge_auth(b'{"status":"401"}', encode_to_b64=True)
            return AuthResult(success=False, handled=False)

    office = Office()
    office.port = conftest.free_port()
    made = Controller(
        office,
        hostname="127.0.0.1",
        port=office.port,
        auth_required=True,
        auth_require_tls=False,
        auth_exclude_mechanism=["LOGIN", "PLAIN"],
    )
    made.start()
    yield office
    made.stop()


@pytest.fixture
def provider(ctx: Ctx, house: House, store: Store, post: PostOffice) -> Provider:
    made: Provider = Provider.objects.create(
        name="Halden ID",
        authorize_url=f"{house.root}/authorize",
        token_url=f"{house.root}/token",
        scopes="mail offline",
        extra="prompt=consent",
        client_id="loom",
        imap_host="127.0.0.1",
        imap_port=store.port,
        imap_security=Security.NONE,
        smtp_host="127.0.0.1",
        smtp_port=post.port,
        smtp_security=Security.NONE,
    )
    house.is_withdrawn = False
    store.empty(ADDRESS)
    store.put(ADDRESS, letter(subject="Welcome", id="<welcome@nord.example>"))
    return mail.keep_client_secret(ctx, provider=made, client_secret=SecretStr("hush"))


def connected(ctx: Ctx, house: House, provider: Provider, client: Client) -> Mailbox:
    """Through the pages, as a browser does it."""
    client.force_login(ctx.actor)
    asked = {"address": ADDRESS, "name": "Ana", "privacy": "subject", "folders": "INBOX"}
    page = client.post(f"/mail/connect/{provider.pk}/", asked)
    way = page.context["go"]["url"]
    assert way.startswith(f"{house.root}/authorize?")
    assert way.endswith("&prompt=consent")
    code, state = house.allow(way)
    client.get("/mail/connect/back/", {"code": code, "state": state})
    return Mailbox.objects.get(address=ADDRESS)


def test_a_mailbox_is_connected_read_and_written_with_without_a_password(
    ctx: Ctx, house: House, provider: Provider, post: PostOffice, client: Client
) -> None:
    box = connected(ctx, house, provider, client)

    assert (box.provider, box.owner, box.state) == (provider, ctx.actor, MailboxState.ACTIVE)
    assert house.seen[-1]["code_verifier"] not in box.secret
    assert not {"access-", "refresh-"} & {box.secret[at : at + 7] for at in range(len(box.secret))}
    now = replace(ctx.fresh(), now=grants_until(box) - timedelta(minutes=5))
    assert jobs.poll(now, box) == 1
    sent = mail.send_message(
        now.fresh(), mailbox=box, to=["jurgen@nord.example"], subject="Hello", text="From us"
    )
    jobs.post(replace(now.fresh(), now=now.now + timedelta(minutes=1)), sent)
    assert [envelope.rcpt_tos for envelope in post.taken] == [["jurgen@nord.example"]]


def grants_until(box: Mailbox) -> Any:
    grant = grants.grant_of(box)
    assert grant is not None
    return grants.datetime.fromisoformat(grant.until)


def test_a_token_that_ends_is_renewed_and_a_withdrawn_grant_says_so(
    ctx: Ctx, house: House, provider: Provider, client: Client
) -> None:
    box = connected(ctx, house, provider, client)
    before = grants.grant_of(box)
    late = replace(ctx.fresh(), now=grants_until(box) + timedelta(hours=1))

    assert jobs.poll(late, box) == 1
    box.refresh_from_db()
    after = grants.grant_of(box)
    assert before is not None
    assert after is not None
    assert (after.access, after.refresh) == (f"access-{house.count}", f"refresh-{house.count}")
    assert after.access != before.access

    house.is_withdrawn = True
    jobs.poll(replace(late.fresh(), now=late.now + timedelta(hours=2)), box)
    box.refresh_from_db()
    assert box.state == MailboxState.FAILING
    assert box.trouble == "Halden ID does not allow it any more. Connect the mailbox again."

    house.is_withdrawn = False
    again = connected(ctx, house, provider, client)
    assert (again.pk, again.state, again.trouble) == (box.pk, MailboxState.ACTIVE, "")
    assert Message.objects.count() == 1


def test_an_answer_without_a_question_connects_nothing(
    ctx: Ctx, house: House, provider: Provider, client: Client
) -> None:
    client.force_login(ctx.actor)
    client.get("/mail/connect/back/", {"code": "stolen", "state": "guessed"})
    asked = {"address": ADDRESS, "name": "", "privacy": "subject", "folders": "INBOX"}
    way = client.post(f"/mail/connect/{provider.pk}/", asked).context["go"]["url"]
    code, state = house.allow(way)
    client.get("/mail/connect/back/", {"code": code, "state": f"{state}x"})
    client.get("/mail/connect/back/", {"code": code, "state": state})
    assert not Mailbox.objects.exists()
