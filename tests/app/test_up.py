"""`loomline up` as a person meets it: it starts, stays up whatever is killed, and stops without orphans."""

from __future__ import annotations

import contextlib
import http.client
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from loomline.app import processes
from loomline.app.embedded import Cluster
from tests.app.conftest import COMMAND, Loomline
from tests.databases import wait_until

pytestmark = pytest.mark.slow

SESSION = """
from datetime import timedelta
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, BACKEND_SESSION_KEY
from django.conf import settings
from importlib import import_module
from loomline.domains.accounts.models import User
user = User.objects.get(email="mei@example.com")
store = import_module(settings.SESSION_ENGINE).SessionStore()
store[SESSION_KEY] = str(user.pk)
store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
store[HASH_SESSION_KEY] = user.get_session_auth_hash()
store.create()
print("key:" + store.session_key)
"""


@dataclass
class Running:
    """One `loomline up` and what it has printed."""

    process: subprocess.Popen[str]
    port: int
    data: Path
    lines: list[str] = field(default_factory=list)

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        ask = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            ask.request("GET", path, headers=headers)
            answer = ask.getresponse()
            return answer.status, answer.read()
        finally:
            ask.close()

    def healthy(self) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.get("/health/")[0] == 200
        return False

    def says(self, text: str) -> bool:
        return wait_until(lambda: any(text in line for line in self.lines), seconds=60)

    def children(self, named: str) -> list[int]:
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == self.process.pid and any(named.encode() in word for word in words):
                    found.append(int(entry.name))
        return found

    def everybody(self) -> list[int]:
        """Every process of this installation: they carry its data folder in their environment."""
        mark = f"LOOMLINE_DATA={self.data}".encode()
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (entry / "environ").read_bytes().split(b"\0") and int(entry.name) != os.getpid():
                    found.append(int(entry.name))
        return found


@contextlib.contextmanager
def up(environ: dict[str, str]) -> Iterator[Running]:
    process = subprocess.Popen(
        [*COMMAND, "up"], env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    running = Running(process, int(environ["LOOMLINE_PORT"]), Path(environ["LOOMLINE_DATA"]))

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            running.lines.append(line)

    threading.Thread(target=read, daemon=True).start()
    try:
        assert running.says("Ready in"), running.lines
        yield running
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=60)
        process.kill()


@pytest.fixture
def session(installed: Path, loomline: Loomline) -> str:
    """The cookie of somebody who has signed in."""
    words = ("user", "create", "mei@example.com", "--admin", "--name", "Mei Lin")
    made = loomline(*words, stdin="warp and weft 1\n")
    assert made.returncode == 0, made.stderr
    answer = loomline("manage", "shell", "--verbosity", "0", "--command", SESSION)
    assert "key:" in answer.stdout, answer.stderr
    return "sessionid=" + answer.stdout.split("key:")[1].strip()


def test_it_starts_answers_and_stops_without_orphans(environ: dict[str, str]) -> None:
    with up(environ) as running:
        assert running.healthy()
        assert running.get("/live/events/?topics=a")[0] == 401
        assert f"  Open http://localhost:{running.port}/\n" in running.lines
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(timeout=60) == 0

    assert running.lines[-2:] == ["Stopping ...\n", "Stopped. The data is kept.\n"]
    assert running.everybody() == []


@pytest.mark.usefixtures("installed")
def test_a_second_start_on_the_same_folder_is_refused(environ: dict[str, str], loomline: Loomline) -> None:
    with up(environ) as running:
        other = loomline("up", LOOMLINE_PORT=str(running.port + 1))

    assert other.returncode == 1
    assert other.stderr == (
        f"loomline: Loomline already runs on the data folder {running.data} (process {running.process.pid}). "
        "Use that one, stop it with Ctrl-C, or choose another folder with LOOMLINE_DATA.\n"
    )


@pytest.mark.usefixtures("installed")
def test_whatever_is_killed_comes_back(environ: dict[str, str]) -> None:
    with up(environ) as running:
        for name in ("loomline.app.web", "loomline.app.worker"):
            (before,) = running.children(name)
            os.kill(before, signal.SIGKILL)
            assert wait_until(lambda n=name, b=before: running.children(n) not in ([], [b]), seconds=30)
            assert wait_until(running.healthy, seconds=30)
        cluster = Cluster(running.data / "postgres")
        os.kill(int((cluster.folder / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

        assert running.says("The database ended by itself; it has recovered and runs again.")
        assert wait_until(cluster.answers, seconds=30)
        assert running.healthy()
    assert running.everybody() == []


@pytest.mark.usefixtures("installed")
def test_when_the_supervisor_is_killed_its_children_stop_and_the_next_start_takes_over(
    environ: dict[str, str],
) -> None:
    with up(environ) as running:
        running.process.kill()
        running.process.wait()
        cluster = running.data / "postgres"
        assert wait_until(
            lambda: running.everybody() == [] or set(running.everybody()) <= set(_server(cluster)), seconds=40
        )

    with up(environ) as again:
        assert again.healthy()
    assert again.everybody() == []


def test_a_notification_reaches_an_open_page_and_survives_a_lost_database(
    environ: dict[str, str], session: str
) -> None:
    with up(environ) as running:
        assert running.get("/live/events/", Cookie=session)[0] == 400
        events: queue.Queue[str] = queue.Queue()
        threading.Thread(target=_listen, args=(running.port, session, events), daemon=True).start()
        assert events.get(timeout=10) == ": welcome"
        cluster = Cluster(running.data / "postgres")

        _notify(cluster, '{"topics": ["sales.order:7", "other"], "event": "sales.OrderConfirmed", "id": 12}')
        assert events.get(timeout=10) == "event: sales.OrderConfirmed"
        assert events.get(timeout=10) == 'data: {"topic":"sales.order:7","id":12}'

        os.kill(int((cluster.folder / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        assert events.get(timeout=30) == "event: refresh"
        assert events.get(timeout=10) == 'data: {"topic":"*","id":null}'

        _notify(cluster, "not json")
        _notify(cluster, '{"topics": ["parties.party"], "event": "parties.PartyChanged", "id": 3}')
        assert events.get(timeout=10) == "event: parties.PartyChanged"

        begin = time.monotonic()
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(timeout=60) == 0
        assert time.monotonic() - begin < 15


def _server(cluster: Path) -> list[int]:
    return processes.inside(cluster, named="postgres")


def _listen(port: int, cookie: str, events: queue.Queue[str]) -> None:
    ask = http.client.HTTPConnection("127.0.0.1", port)
    ask.request("GET", "/live/events/?topics=sales.order:7,parties.party", headers={"Cookie": cookie})
    answer = ask.getresponse()
    for raw in answer:
        line = raw.decode().strip()
        if line and not line.startswith(("retry", ": beat")):
            events.put(line)


def _notify(cluster: Cluster, payload: str) -> None:
    wait_until(cluster.answers, seconds=30)
    time.sleep(0.5)
    with contextlib.closing(psycopg.connect(cluster_address(cluster), autocommit=True)) as session:
        session.execute("SELECT pg_notify('loomline', %s)", [payload])


def cluster_address(cluster: Cluster) -> str:
    return f"host={cluster.socket} port={cluster.port} user=loomline dbname=loomline"
