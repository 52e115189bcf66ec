"""From nothing to the first page, and again with the data kept: seconds from the command to the answer.

Each start is `loomline up` in a process of its own, as `make run` calls it once everything is installed:
with an empty company and with the demo, first in an empty folder, then in the one that the first start left.
The aims are 60 s for the first start with the demo and 10 s for a warm one. Work is processor time of all
processes until they have stopped again; other programs on the machine make the seconds longer, not the work.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import platform
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import FOLDER
from benchmarks._server import INTERRUPTED, say, table
from loomline.app import supervisor

FIRST_AIM, WARM_AIM = 60, 10
LONGEST = 900
WARM = 3
PAGE = "/sign-in/"


@dataclass(frozen=True)
class Start:
    """The seconds until the first page came, and the work until all had stopped."""

    seconds: float
    worked: float


def start(data: Path, *, demo: str) -> Start:
    """Start, ask for a page until it comes, stop."""
    port = _free_port()
    settings = {"LOOMLINE_DATA": str(data), "LOOMLINE_PORT": str(port), "LOOMLINE_DEMO": demo}
    before, begin = _worked(), time.perf_counter()
    with _running(os.environ | settings) as process:
        while not _answers(port):
            if process.poll() is not None or time.perf_counter() - begin > LONGEST:
                raise SystemExit(f"It does not start: code {process.poll()}.")
            time.sleep(0.02)
        seconds = time.perf_counter() - begin
    return Start(seconds, _worked() - before)


@contextlib.contextmanager
def _running(environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "loomline", "up"]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def _answers(port: int) -> bool:
    ask = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        ask.request("GET", PAGE)
        return ask.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        ask.close()


def _worked() -> float:
    """Of all processes that were started here and have ended, those that they started among them."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure() -> None:
    """Both companies, first and warm."""
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    python = f"Python {platform.python_version()}"
    say(f"{os.cpu_count()} cores, {platform.machine()}, load before {load}, {python}")
    rows: list[tuple[object, ...]] = [("Start", "s", "s of work", "aim s", "to the aim")]
    for demo, title in (("none", "empty company"), ("knitwear", "with the demo")):
        data = FOLDER / demo
        first = start(data, demo=demo)
        warm = min((start(data, demo=demo) for _round in range(WARM)), key=lambda one: one.seconds)
        for kind, found, aim in (("first", first, FIRST_AIM), ("warm", warm, WARM_AIM)):
            figures = (f"{found.seconds:.1f}", f"{found.worked:.1f}", aim, f"{found.seconds / aim:.2f}")
            rows.append((f"{kind}, {title}", *figures))
        say(f"{title}: first page after {first.seconds:.1f} s, warm {warm.seconds:.1f} s")
    table(*rows)
    say()
    say(f"Warm is the quickest of {WARM}. To the aim: less than 1 keeps it.")


def main() -> None:
    """Ctrl-C stops what was started and leaves nothing behind."""
    supervisor.end_like_ctrl_c()
    try:
        measure()
    except KeyboardInterrupt:
        say("Stopped.")
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
