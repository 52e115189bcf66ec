"""A database of its own for every test run, and no way out of the machine."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from loomline.app.embedded import Cluster, connection

LOCAL = ("127.", "::1", "localhost", "0.0.0.0")
FOLDER = "LOOMLINE_TEST_FOLDER"
PREFIX = "loomline-test-"
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), ""
)
NO_BROWSER = "There is no Chromium here: the BROWSER TESTS WERE LEFT OUT (Debian: apt install chromium)"
PUBLIC_DATA = Path(
    os.environ.get("LOOMLINE_TEST_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data"
)
NO_DATA = (
    f"There is no folder {PUBLIC_DATA}: the TESTS ON PUBLIC FILES WERE LEFT OUT (set LOOMLINE_TEST_DATA)"
)


def pytest_configure(config: pytest.Config) -> None:
    """Point Django at the run's own folder and server before the first test asks for either."""
    config.stash[_KEY] = run = _Run(config)
    run.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server and remove the folder."""
    run = config.stash.get(_KEY, None)
    if run is not None:
        run.end()


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
    if not PUBLIC_DATA.is_dir():
        terminalreporter.write_sep("!", NO_DATA, red=True, bold=True)


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


class _Run:
    """What one test run owns; workers of pytest-xdist use what their controller began."""

    def __init__(self, config: pytest.Config) -> None:
        self.worker = hasattr(config, "workerinput")
        self.keep = bool(config.getoption("reuse_db", default=False))
        self.folder = Path(os.environ.get(FOLDER) or self._new_folder())
        self.cluster = Cluster(self.folder / "postgres", durable=False)

    def _new_folder(self) -> str:
        if not self.keep:
            return tempfile.mkdtemp(prefix=PREFIX)
        return str(Path(tempfile.gettempdir()) / f"{PREFIX}kept-{os.getuid()}")

    def begin(self) -> None:
        if not self.worker:
            _sweep()
        self.folder.mkdir(exist_ok=True)
        self.folder.chmod(0o711)
        settings.MEDIA_ROOT = self.folder / "files"
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        settings.ALLOWED_HOSTS = ["*"]
        database = settings.DATABASES["default"]
        # One connection a thread, not a pool: tests open and drop databases under it.
        database["OPTIONS"] = {k: v for k, v in database["OPTIONS"].items() if k != "pool"}
        if not settings.ENV.database_url:
            database.update(connection(self.cluster.folder))
            self.cluster.start()
        if not self.worker:
            os.environ[FOLDER] = str(self.folder)

    def end(self) -> None:
        if not settings.ENV.database_url:
            self.cluster.stop()
        if not self.worker and not self.keep:
            os.environ.pop(FOLDER, None)
            shutil.rmtree(self.folder, ignore_errors=True)


def _sweep() -> None:
    """Stop the servers of runs that were killed: nobody holds their lock any more."""
    for users in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/postgres.users"):
        with users.open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
        left = Cluster(users.with_name("postgres"))
        left.start()
        left.stop()
        if "kept" not in users.parent.name:
            shutil.rmtree(users.parent, ignore_errors=True)


_KEY = pytest.StashKey[_Run]()


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Cluster:
    """The run's embedded server; tests that need its programs ask for it."""
    return request.config.stash[_KEY].cluster


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
