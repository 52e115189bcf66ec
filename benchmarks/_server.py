"""The database of one benchmark, durable and fresh, and how its figures are printed."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from benchmarks import FOLDER
from loomline.app import database, environment, supervisor, upkeep
from loomline.app.embedded import NAME, Cluster

INTERRUPTED = 130


@dataclass(frozen=True)
class Server:
    """The running database of a benchmark and how to reach it without Django."""

    cluster: Cluster

    def connect(self) -> psycopg.Connection[Any]:
        """A session outside Django, in transactions as psycopg opens them."""
        session = self.cluster.connect(name=NAME)
        session.autocommit = False
        return session

    def setting(self, name: str) -> str:
        """What the server was told."""
        with self.connect() as session:
            row = session.execute("SELECT current_setting(%s)", [name]).fetchone()
        assert row is not None
        return str(row[0])


def here() -> Server:
    """The database of this benchmark, for the processes it has started."""
    cluster = database.cluster_of(environment.read())
    assert cluster is not None, "the environment of a benchmark names no other server"
    return Server(cluster)


def measure(work: Callable[[Server], None]) -> None:
    """Run a benchmark on a database of its own and end the process; Ctrl-C leaves nothing behind either."""
    supervisor.end_like_ctrl_c()
    try:
        with running() as server:
            work(server)
    except KeyboardInterrupt:
        say("Stopped.")
        sys.exit(INTERRUPTED)


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """A database with tables and reference rows as the first start makes them, gone at the end."""
    env = environment.read()
    env.files.mkdir()
    server = here()
    try:
        with database.in_use(env):
            begin = time.perf_counter()
            upkeep.prepare()
            print_machine(server, prepared=time.perf_counter() - begin)
            yield server
    finally:
        _remove(server.cluster)


def _remove(cluster: Cluster) -> None:
    """The database and its neighbours, which root may have had to put elsewhere."""
    if cluster.folder.parent != FOLDER:
        shutil.rmtree(cluster.folder.parent, ignore_errors=True)
    shutil.rmtree(FOLDER, ignore_errors=True)


# Printing


def print_machine(server: Server, *, prepared: float) -> None:
    """What all figures below depend on."""
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    told = [f"{name} {server.setting(name)}" for name in ("fsync", "synchronous_commit", "shared_buffers")]
    python = f"Python {platform.python_version()}"
    say(f"{os.cpu_count()} cores, {platform.machine()}, load before {load}, {python}")
    say(f"PostgreSQL {server.setting('server_version')}: {', '.join(told)}")
    say(f"Fresh database, tables and reference rows made in {prepared:.1f} s")


def say(line: str = "") -> None:
    """Print one line now, also into a file or a pipe."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def table(*rows: Sequence[object]) -> None:
    """Rows under their headings: the first column to the left, figures to the right."""
    texts = [[str(cell) for cell in row] for row in rows]
    first, *others = [max(map(len, column)) for column in zip(*texts, strict=True)]
    say()
    for name, *cells in texts:
        figures = [cell.rjust(width) for cell, width in zip(cells, others, strict=True)]
        say("  ".join([name.ljust(first), *figures]))


def milliseconds(seconds: float) -> str:
    """A short time as people compare it."""
    return f"{seconds * 1000:.1f} ms"


def percent(part: float, whole: float) -> str:
    """One figure as a share of another."""
    return f"{100 * part / whole:.0f} %" if whole else "–"


def percentile(values: Sequence[float], share: int) -> float:
    """The value that this many of a hundred do not exceed."""
    if len(values) < 2:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]
