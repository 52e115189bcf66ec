"""Run an engine on files, without a database.

  loomline solve --list
  loomline solve forecast SERIES.csv --horizon 12 --freq MS --out F.csv
  loomline solve routes C101.txt --seconds 10 --out C101.sol

Each engine says more: loomline solve forecast --help.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import FrameType
from typing import Any, Protocol, cast

from loomline.app.environment import Environment
from loomline.app.fault import Fault
from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import NotInstalled
from loomline.engines.watch import Stopped, Watch

ENGINES = {
    "forecast": ("loomline.engines.forecast.solve", "demand of many series, with quantiles"),
    "stocking": ("loomline.engines.stocking.solve", "order quantities, reorder points and safety stock"),
    "mrp": ("loomline.engines.mrp.solve", "what to make and buy, when, and for whom"),
    "jobshop": ("loomline.engines.scheduling.solve", "a schedule of operations on machines"),
    "routes": ("loomline.engines.routing.solve", "tours of vehicles"),
    "freight": ("loomline.engines.freight.solve", "freight charges and CO2e of shipments"),
    "sourcing": ("loomline.engines.sourcing.solve", "rank suppliers and split an award"),
    "clv": ("loomline.engines.customer_value.solve", "what each customer is worth"),
    "predict": ("loomline.engines.prediction.solve", "how likely a case ends one way, and when"),
}
BAR = 30


class Solver(Protocol):
    """What the `solve` module of an engine offers."""

    __doc__: str

    def arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, options: argparse.Namespace, watch: Watch) -> str: ...


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which engine; the rest is the engine's own."""
    parser.add_argument("engine", nargs="?", metavar="ENGINE", help=f"one of {', '.join(ENGINES)}")
    parser.add_argument("--list", action="store_true", help="say what each engine does")
    parser.add_argument("words", nargs=argparse.REMAINDER, metavar="...", help="what the engine asks for")


def run(options: argparse.Namespace, env: Environment) -> int:
    """Run the engine with a progress bar; Ctrl-C stops it within a second."""
    if options.list or options.engine is None:
        width = max(map(len, ENGINES))
        sys.stdout.write("".join(f"{name:<{width}}  {does}\n" for name, (_, does) in ENGINES.items()))
        return 0
    if options.engine not in ENGINES:
        raise Fault(
            f"There is no engine {options.engine}.", way_out=f"There is: {', '.join(ENGINES)}.", code=2
        )
    engine = cast(Solver, import_module(ENGINES[options.engine][0]))
    parser = argparse.ArgumentParser(
        prog=f"loomline solve {options.engine}",
        description=engine.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    engine.arguments(parser)
    try:
        asked = parser.parse_args(options.words)
    except SystemExit as end:
        return int(end.code or 0)
    try:
        with _watched() as watch:
            said = engine.run(asked, watch)
    except (BadInput, NotInstalled) as fault:
        raise Fault(str(fault)) from fault
    except Stopped as stop:
        raise KeyboardInterrupt from stop
    sys.stdout.write(said if said.endswith("\n") or not said else f"{said}\n")
    return 0


@contextmanager
def _watched() -> Iterator[Watch]:
    """A bar with the time left on a terminal; silent in a pipe. The second Ctrl-C ends the process."""
    asked = threading.Event()

    def stop(_sign: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    before: dict[int, Any] = {sign: signal.signal(sign, stop) for sign in (signal.SIGINT, signal.SIGTERM)}
    bar = _Bar() if sys.stderr.isatty() else None
    try:
        yield Watch(bar.show, asked.is_set) if bar else Watch(is_stopped=asked.is_set)
    finally:
        if bar:
            bar.clear()
        for sign, handler in before.items():
            signal.signal(sign, handler)


class _Bar:
    def __init__(self) -> None:
        self.started = time.monotonic()
        self.shown = 0.0

    def show(self, done: float, says: str) -> None:
        now = time.monotonic()
        if done < 1 and now - self.shown < 0.1:
            return
        self.shown = now
        filled = round(done * BAR)
        left = (now - self.started) * (1 - done) / done if done > 0.01 else None
        clock = f"{left:4.0f} s left" if left is not None else ""
        text = f"[{'#' * filled}{'.' * (BAR - filled)}] {done:4.0%} {clock} {says}"
        sys.stderr.write(f"\r{text[:110]:<110}")
        sys.stderr.flush()

    def clear(self) -> None:
        sys.stderr.write(f"\r{'':<110}\r")
        sys.stderr.flush()
