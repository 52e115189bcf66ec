"""`loomline up` as a person meets it: it starts, stays up whatever is killed, and stops without orphans."""

from __future__ import annotations

import http.client
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from loomline.app import processes
from loomline.app.embedded import Cluster
from tests.databases import wait_until
from tests.installations import COMMAND, Running, any_free_port, copied, environ_of, new_home, up

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("up")]

SESSION = """
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, BACKEND_SESSION_KEY
from django.conf import settings
from importlib import import_module
from loomline.domains.accounts.models import Role, RoleHolder, User
user, _made = User.objects.get_or_create(email="{email}", defaults={{"name": "Mei Lin"}})
for role in Role.objects.filter(name="{role}"):
    RoleHolder.objects.get_or_create(user=user, role=role)
store = import_module(settings.SESSION_ENGINE).SessionStore()
store[SESSION_KEY] = str(user.pk)
store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
store[HASH_SESSION_KEY] = user.get_session_auth_hash()
store.create()
print("key:" + store.session_key)
"""


@pytest.fixture(scope="module")
def running(made: Path) -> Iterator[Running]:
    """One installation that stays up for the tests of this file."""
    for home in new_home():
        with up(environ_of(copied(made, home), any_free_port())) as found:
            yield found


def test_the_address_is_printed_and_answers(running: Running) -> None:
    assert f"  Open http://localhost:{running.port}/\n" in running.lines
    assert running.healthy()
    assert running.get("/sign-in/")[0] == 200
    assert running.get("/live/events/?topics=a")[0] == 401


def test_a_second_start_on_the_same_folder_is_refused(running: Running) -> None:
    environ = environ_of(running.data, any_free_port())
    other = subprocess.run([*COMMAND, "up"], env=environ, capture_output=True, text=True, check=False)

    assert (other.returncode, other.stdout) == (1, "")
    assert other.stderr == (
        f"loomline: Loomline already runs on the data folder {running.data} (process {running.process.pid}). "
        "Use that one, stop it with Ctrl-C, or choose another folder with LOOMLINE_DATA.\n"
    )


@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_killed_process_is_started_again(running: Running, name: str) -> None:
    (before,) = running.children(f"loomline.app.{name}")
    os.kill(before, signal.SIGKILL)

    assert wait_until(lambda: running.children(f"loomline.app.{name}") not in ([], [before]), seconds=60)
    assert wait_until(running.healthy, seconds=60)
    assert running.says(f"The {name} process ended by itself (signal 9); it is started again.")


def test_a_notification_reaches_an_open_page_and_a_lost_database_is_told(running: Running) -> None:
    cluster = Cluster(running.data / "postgres")
    cookie = _session(running)
    assert running.get("/live/events/", Cookie=cookie)[0] == 400
    assert running.get("/live/events/?topics=pipeline.nothing,accounts.grant", Cookie=cookie)[0] == 403
    guest = _session(running, email="guest@example.com", role="")
    assert running.get("/live/events/?topics=sales.order,jobs,job:1", Cookie=guest)[0] == 403
    events: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_listen, args=(running.port, cookie, events), daemon=True).start()
    assert events.get(timeout=20) == ": welcome"
    time.sleep(0.5)

    _notify(cluster, '{"topics": ["sales.order:7", "other"], "event": "sales.OrderConfirmed", "id": 12}')
    assert events.get(timeout=20) == "event: sales.OrderConfirmed"
    assert events.get(timeout=20) == 'data: {"topic":"sales.order:7","id":12}'

    os.kill(int((cluster.folder / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    assert running.says("The database ended by itself; it has recovered and runs again.")
    assert events.get(timeout=60) == "event: refresh"
    assert events.get(timeout=20) == 'data: {"topic":"*","id":null}'
    assert running.get("/sign-in/")[0] == 200

    _notify(cluster, "not json")
    _notify(cluster, '{"topics": ["parties.party"], "event": "parties.PartyChanged", "id": 3}')
    assert events.get(timeout=20) == "event: parties.PartyChanged"


def test_ctrl_c_stops_everything_even_with_an_open_page(running: Running) -> None:
    threading.Thread(
        target=_listen, args=(running.port, _session(running), queue.Queue()), daemon=True
    ).start()
    time.sleep(1)

    running.process.send_signal(signal.SIGINT)

    assert running.process.wait(timeout=60) == 0
    assert wait_until(lambda: "Stopped. The data is kept.\n" in running.lines)
    assert running.everybody() == []


def test_when_the_supervisor_is_killed_its_children_stop_and_the_next_start_takes_over(
    made: Path, home: Path
) -> None:
    environ = environ_of(copied(made, home), any_free_port())
    with up(environ) as killed:
        killed.process.kill()
        killed.process.wait()
        server = processes.inside(home / "postgres", named="postgres")
        assert server != []
        assert wait_until(lambda: set(killed.everybody()) <= set(server), seconds=60)

    with up(environ) as again:
        assert again.healthy()
    assert again.everybody() == []


def _session(running: Running, email: str = "mei@example.com", role: str = "Sales manager") -> str:
    """The cookie of somebody who has signed in."""
    environ = environ_of(running.data, running.port)
    words = [
        *COMMAND,
        "manage",
        "shell",
        "--verbosity",
        "0",
        "--command",
        SESSION.format(email=email, role=role),
    ]
    answer = subprocess.run(words, env=environ, capture_output=True, text=True, check=False)
    assert "key:" in answer.stdout, answer.stderr
    return "sessionid=" + answer.stdout.split("key:")[1].strip()


def _listen(port: int, cookie: str, events: queue.Queue[str]) -> None:
    ask = http.client.HTTPConnection("127.0.0.1", port)
    ask.request("GET", "/live/events/?topics=sales.order:7,parties.party", headers={"Cookie": cookie})
    answer = ask.getresponse()
    for raw in answer:
        line = raw.decode().strip()
        if line and not line.startswith(("retry", ": beat")):
            events.put(line)


def _notify(cluster: Cluster, payload: str) -> None:
    assert wait_until(cluster.answers, seconds=60)
    with cluster.connect(name="loomline") as session:
        session.execute("SELECT pg_notify('loomline', %s)", [payload])
