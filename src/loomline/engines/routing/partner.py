"""A second process that searches the same problem with another seed; both tell each other what they find."""

from __future__ import annotations

import multiprocessing
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import pyvrp
else:
    pyvrp = heavy("pyvrp")

PAUSE = 0.2
Work = Callable[["pyvrp.ProblemData", int, float, "Partner"], None]


class Partner:
    """One end of the talk: solutions go out at most five times a second, and come in when asked for."""

    def __init__(self, pipe: Connection | None = None) -> None:
        self._pipe = pipe
        self._told: pyvrp.Solution | None = None
        self._next = 0.0

    def received(self, best: pyvrp.Solution | None) -> pyvrp.Solution | None:
        """Tell the other of `best` when it is new, and take what the other has found, if anything."""
        now = time.monotonic()
        if self._pipe is None or now < self._next:
            return None
        self._next = now + PAUSE
        found: pyvrp.Solution | None = None
        try:
            if best is not None and best is not self._told:
                self._told = best
                self._pipe.send(best)
            while self._pipe.poll():
                found = self._pipe.recv()
        except (OSError, EOFError):
            self._pipe = None
        return found


@contextmanager
def partner(work: Work, data: pyvrp.ProblemData, *, seed: int, seconds: float) -> Iterator[Partner]:
    """Start `work(data, seed, seconds, its partner)` in a process of its own; it ends with the block."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_live, args=(work, data, seed, seconds, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Partner(ours)
    finally:
        process.terminate()
        process.join()
        ours.close()


def _live(work: Work, data: pyvrp.ProblemData, seed: int, seconds: float, pipe: Connection) -> None:
    # The keyboard's Ctrl-C reaches both processes: the first one decides, and ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")
    work(data, seed, seconds, Partner(pipe))
