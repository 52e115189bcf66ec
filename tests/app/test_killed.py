"""Killed in the middle of a command: what was committed stays, nothing is half done, again is once."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from loomline.app.embedded import NAME, Cluster
from tests.databases import wait_until
from tests.installations import COMMAND, Running, any_free_port, copied, environ_of, new_home, up

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("up")]

TOKEN = """
from loomline.domains.accounts import commands
from loomline.domains.accounts.models import User
from loomline.kernel.context import Ctx
user = User.objects.create(email="robot@example.com", name="Robot", is_superuser=True)
print("key:" + commands.make_token(Ctx.new(actor=user, via="cli"), name="Tests", scopes=["*"]).secret)
"""
KEPT = """
SELECT (SELECT array_agg(name::text ORDER BY id) FROM accounts_team),
       (SELECT count(*) FROM kernel_activity WHERE kind = 'accounts.team'),
       (SELECT count(*) FROM kernel_idempotencykey)
"""
# The command has written its row and waits here, with the activity still to be written.
WAITING = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%kernel_activity%'"


@pytest.fixture(scope="module")
def running(made: Path) -> Iterator[Running]:
    for home in new_home():
        with up(environ_of(copied(made, home), any_free_port())) as found:
            yield found


@pytest.fixture(scope="module")
def token(running: Running) -> str:
    words = [*COMMAND, "manage", "shell", "--verbosity", "0", "--command", TOKEN]
    environ = environ_of(running.data, running.port)
    answer = subprocess.run(words, env=environ, capture_output=True, text=True, check=False)
    assert "key:" in answer.stdout, answer.stderr
    return answer.stdout.split("key:")[1].strip()


def _add(running: Running, token: str, name: str, key: str) -> int:
    """The status with which a team is added; 0 where nobody answers any more."""
    ask = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": key,
    }
    try:
        ask.request("POST", "/api/v1/accounts/teams", json.dumps({"name": name}), headers)
        return ask.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        ask.close()


def _web(running: Running) -> list[int]:
    """The server and those of its processes that carry commands out."""
    (server,) = running.children("loomline.app.web")
    found = [pid for pid in running.everybody() if _parent(pid) == server]
    assert found != []
    return [server, *found]


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _postmaster(running: Running) -> list[int]:
    return [int((Cluster(running.data / "postgres").folder / "postmaster.pid").read_text().split()[0])]


@pytest.mark.parametrize(("name", "victim"), [("Web", _web), ("Database", _postmaster)])
def test_a_command_that_is_cut_off_is_whole_or_not_at_all_and_once_when_asked_again(
    running: Running, token: str, name: str, victim: Callable[[Running], list[int]]
) -> None:
    cluster = Cluster(running.data / "postgres")

    def kept() -> tuple[Any, ...] | None:
        with cluster.connect(name=NAME) as session:
            return session.execute(KEPT).fetchone()

    assert _add(running, token, f"{name} before", f"{name}-1") == 201
    before = kept()
    assert before is not None
    done = ([*before[0], f"{name} cut off"], before[1] + 1, before[2] + 1)
    with ThreadPoolExecutor(1) as pool:
        cut_off = _cut_off(running, token, name, victim, pool)
        # Nobody answers any more, or the web process that has lost its database says so. A session of the
        # database outlives its postmaster for a moment: it may end its work, but never a part of it.
        answer = cut_off.result(timeout=90)

    assert wait_until(lambda: cluster.answers() and running.healthy(), seconds=90)
    assert (answer, kept()) in [(0, before), (500, before), (0, done), (500, done), (201, done)]
    assert [_add(running, token, f"{name} cut off", f"{name}-2") for _again in range(2)] == [201, 201]
    assert kept() == done


def _cut_off(
    running: Running,
    token: str,
    name: str,
    victim: Callable[[Running], list[int]],
    pool: ThreadPoolExecutor,
) -> Future[int]:
    """Kill a process while a command that has written its row waits for another table."""
    cluster = Cluster(running.data / "postgres")
    holder: psycopg.Connection[object] = cluster.connect(name=NAME)

    def waits() -> bool:
        # Inside a transaction the answer would stay that of the first time.
        with cluster.connect(name=NAME) as session:
            return session.execute(WAITING).fetchone() is not None

    try:
        holder.autocommit = False
        holder.execute("LOCK TABLE kernel_activity IN SHARE MODE")
        asked = pool.submit(_add, running, token, f"{name} cut off", f"{name}-2")
        assert wait_until(waits, seconds=30)
        for pid in victim(running):
            os.kill(pid, signal.SIGKILL)
        return asked
    finally:
        holder.close()
