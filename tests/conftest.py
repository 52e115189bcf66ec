"""A database of its own for every test run, and no way out of the machine."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

import pytest
import pytest_django
from django.conf import settings
from django.db import connections
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.kernel.context import Ctx
from loomline.surface import registry
from tests.databases import Databases

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LOCAL = ("127.", "::1", "localhost", "0.0.0.0")
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), ""
)
NO_BROWSER = "There is no Chromium here: the BROWSER TESTS WERE LEFT OUT (Debian: apt install chromium)"
# Debian keeps it where only root looks.
DOVECOT = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin") or ""
NO_DOVECOT = "There is no Dovecot here: the IMAP TESTS WERE LEFT OUT (Debian: apt install dovecot-imapd)"
PUBLIC_DATA = Path(
    os.environ.get("LOOMLINE_TEST_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data"
)
NO_DATA = (
    f"There is no folder {PUBLIC_DATA}: the TESTS ON PUBLIC FILES WERE LEFT OUT (set LOOMLINE_TEST_DATA)"
)


def pytest_configure() -> None:
    """Fast passwords, files of their own, and one connection a thread instead of a pool."""
    settings.MEDIA_ROOT = tempfile.mkdtemp(prefix="loomline-files-")
    settings.EMAIL_FILE_PATH = settings.MEDIA_ROOT
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ALLOWED_HOSTS = ["*"]
    at = settings.DATABASES["default"]
    at["OPTIONS"] = {name: value for name, value in at["OPTIONS"].items() if name != "pool"}


def pytest_unconfigure() -> None:
    """Remove the files that tests have written."""
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the browser tests out where there is no browser; the summary says so loudly."""
    for item in items:
        if "browser" in item.path.parent.parts:
            item.add_marker(pytest.mark.browser)
        if item.get_closest_marker("browser") and not CHROMIUM:
            item.add_marker(pytest.mark.skip(reason=NO_BROWSER))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Nobody should believe that what was left out has passed."""
    if not CHROMIUM:
        terminalreporter.write_sep("!", NO_BROWSER, red=True, bold=True)
    if not DOVECOT:
        terminalreporter.write_sep("!", NO_DOVECOT, red=True, bold=True)
    if not PUBLIC_DATA.is_dir():
        terminalreporter.write_sep("!", NO_DATA, red=True, bold=True)


@pytest.fixture(scope="session", autouse=True)
def declared() -> None:
    """Every Resource, policy and port is known, as in each process of the application."""
    registry.load()


@pytest.fixture
def admin(db: None) -> User:
    """Somebody who may do everything."""
    made: User = User.objects.create(email="ada@example.org", name="Ada Boss", is_superuser=True)
    return made


@pytest.fixture
def ctx(admin: User) -> Ctx:
    """The administrator at work, at an instant that does not move."""
    return Ctx.new(actor=admin, via="page", now=NOW)


class _Still(datetime):
    """A clock that stands at the instant of `ctx`."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> _Still:
        """The same each time."""
        return cls.fromtimestamp(NOW.timestamp(), tz)


@pytest.fixture
def standing_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages and jobs stand at the instant of `ctx` too, so that their days can be written down."""
    monkeypatch.setattr("loomline.kernel.context.datetime", _Still)


@pytest.fixture
def client(admin: User) -> Client:
    """The administrator's browser."""
    made = Client()
    made.force_login(admin)
    return made


@pytest.fixture(scope="session")
def chromium() -> str:
    """The program of the browser."""
    if not CHROMIUM:
        pytest.skip(NO_BROWSER)
    return CHROMIUM


@pytest.fixture(scope="session")
def public_data() -> Path:
    """The folder of public files that the recipes are tested on."""
    if not PUBLIC_DATA.is_dir():
        pytest.skip(NO_DATA)
    return PUBLIC_DATA


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Iterator[None]:
    """A copy of a migrated database instead of a migration for each run and worker."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    at = connections["default"].settings_dict
    with django_db_blocker.unblock(), Databases(at, worker).ready() as name:
        before, at["NAME"] = at["NAME"], name
        yield
        at["NAME"] = before


@pytest.fixture(autouse=True, scope="session")
def _no_way_out() -> Iterator[None]:
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not str(address[0]).startswith(LOCAL):
            raise PermissionError(f"A test reached for {address[0]}: tests stay on this machine.")
        return real(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        yield
