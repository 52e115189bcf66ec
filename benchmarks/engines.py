"""The engines on public instances: ours beside a library's plain default, the published result and the aim.

LOOMLINE_BENCH_SECONDS is the time for all of them together (900), LOOMLINE_BENCH_ENGINES names single ones
(forecast,routing), LOOMLINE_TEST_DATA says where the public files are. With LOOMLINE_BENCH_WRITE=1 the tables
and plots of docs/engines are written. Each engine runs in a process of its own: one that fails is told and
hides nothing of the others.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import cast

from benchmarks import _engines_report as report
from benchmarks._engines_report import Measured
from benchmarks._server import INTERRUPTED, say, table
from benchmarks._table import Row
from loomline.app import environment, supervisor

FOLDER = Path(__file__).resolve().parent
PREFIX = "_engine_"
DATA = Path(os.environ.get("LOOMLINE_TEST_DATA", "") or environment.ROOT.parent / "shared" / "data")
SECONDS = 900.0
# Of the time; what the small ones leave over goes to the large ones.
SHARES = {
    "forecast": 6.0,
    "routing": 6.0,
    "scheduling": 6.0,
    "mrp": 3.0,
    "prediction": 3.0,
    "customer_value": 2.0,
}
# An engine that takes more than this much of its time and grace is ended.
PATIENCE, GRACE = 2.0, 180.0


class Badly(Exception):
    """The benchmark was asked wrongly; the message says how."""


@dataclass(frozen=True)
class Asked:
    """Which engines, for how many seconds together, and whether the docs are written."""

    names: tuple[str, ...]
    seconds: float
    writes: bool


def asked(settings: Mapping[str, str]) -> Asked:
    """Read the settings of the run."""
    known = sorted(file.stem.removeprefix(PREFIX) for file in FOLDER.glob(f"{PREFIX}*.py"))
    wanted = settings.get("LOOMLINE_BENCH_ENGINES", "").replace(",", " ").split() or known
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise Badly(f"There is no benchmark of the engine {unknown[0]}. There is: {', '.join(known)}.")
    try:
        seconds = float(settings.get("LOOMLINE_BENCH_SECONDS", "") or SECONDS)
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds < float("inf"):
        raise Badly("LOOMLINE_BENCH_SECONDS is not a number of seconds of 1 or more.")
    return Asked(tuple(dict.fromkeys(wanted)), seconds, settings.get("LOOMLINE_BENCH_WRITE", "") == "1")


def ordered(names: Sequence[str]) -> list[str]:
    """The quick ones first, so that the others know how much time is left."""
    return sorted(names, key=lambda name: (SHARES.get(name, 1.0), name))


def budget(name: str, left: Sequence[str], seconds: float) -> float:
    """The seconds of an engine: its share of what is left."""
    return max(1.0, seconds * SHARES.get(name, 1.0) / sum(SHARES.get(one, 1.0) for one in left))


def measured(name: str, seconds: float) -> Measured | str:
    """The rows of one engine from a process of its own, or why there are none."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_measure, args=(name, seconds, DATA, theirs), name=f"bench {name}")
    begin, machine = time.monotonic(), report.machine()
    process.start()
    theirs.close()
    try:
        found = _heard(ours, name, seconds, begin, machine)
    finally:
        _end(process)
        ours.close()
    return found or f"its process ended with code {process.exitcode} and no result"


def _heard(pipe: Connection, name: str, seconds: float, begin: float, machine: str) -> Measured | str | None:
    """Pass on what the process tells until it has its rows; None when it ends without a word."""
    last = begin + PATIENCE * seconds + GRACE
    while pipe.poll(max(0.0, last - time.monotonic())):
        try:
            kind, told = pipe.recv()
        except EOFError:
            return None
        if kind == "rows":
            return Measured(name, tuple(told), round(time.monotonic() - begin, 1), seconds, machine)
        if kind == "failed":
            return str(told)
        say(f"  {name}: {told}")
    return f"it was ended after {time.monotonic() - begin:.0f} s; it had been given {seconds:.0f} s"


def _measure(name: str, seconds: float, data: Path, pipe: Connection) -> None:
    # A group of its own, so that what an engine starts can be ended with it.
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        module = import_module(f"benchmarks.{PREFIX}{name}")
        measure = cast(Callable[[float, Path, Callable[[str], None]], list[Row]], module.measure)
        pipe.send(("rows", measure(seconds, data, lambda told: pipe.send(("tell", told)))))
    except Exception as fault:
        pipe.send(("tell", "".join(traceback.format_exception(fault)).rstrip()))
        pipe.send(("failed", f"{type(fault).__name__}: {fault}"))


def _end(process: SpawnProcess) -> None:
    """End the process and what it has started."""
    process.join(5)
    if process.pid is not None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            process.kill()
    process.join()


def run(order: Asked) -> int:
    """Measure, print, and write when asked; 1 when an engine has failed."""
    if not DATA.is_dir():
        say(f"!!! THERE IS NO FOLDER {DATA}: what needs public files fails (set LOOMLINE_TEST_DATA)")
    say(report.machine())
    say(f"{', '.join(order.names)}: {order.seconds:.0f} s together")
    found: list[Measured] = []
    failed: dict[str, str] = {}
    end, left = time.monotonic() + order.seconds, ordered(order.names)
    while left:
        seconds = budget(left[0], left, end - time.monotonic())
        say(f"{left[0]}: {seconds:.0f} s")
        result = measured(left[0], seconds)
        if isinstance(result, str):
            failed[left[0]] = result
            say(f"!!! {left[0]} HAS FAILED: {result}")
        else:
            found.append(result)
        left = left[1:]
    found.sort(key=lambda one: one.engine)
    table(report.HEADS, *(cells for one in found for cells in report.lines(one)))
    say()
    for one in found:
        for row in one.rows:
            if row.note:
                say(f"{one.engine}, {row.case}, {row.measure}: {row.note}")
    for name, why in failed.items():
        say(f"!!! {name} HAS FAILED: {why}")
    if order.writes:
        for sentence in report.write(found):
            say(sentence)
    return 1 if failed else 0


def main() -> int:
    """The command; Ctrl-C leaves no process behind."""
    supervisor.end_like_ctrl_c()
    try:
        return run(asked(os.environ))
    except Badly as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    except KeyboardInterrupt:
        say("Stopped.")
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
