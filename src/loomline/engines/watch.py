"""How far a long run is, and whether it shall stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


class Stopped(Exception):
    """The run was told to stop, and nothing of it is kept."""


def _quiet(done: float, says: str) -> None:
    pass


def _never() -> bool:
    return False


@dataclass(frozen=True)
class Watch:
    """What an engine tells and asks while it runs; `Watch()` listens to nothing and never stops.

    `tell(done, says)` gets the share that is done (0 to 1) and what is going on now. `is_stopped()` is
    asked often and must be cheap; it may be called from a thread of a solver.
    """

    tell: Callable[[float, str], None] = _quiet
    is_stopped: Callable[[], bool] = _never

    def at(self, done: float, says: str = "") -> None:
        """Tell how far the run is; raises Stopped when it was told to stop."""
        if self.is_stopped():
            raise Stopped
        self.tell(min(max(done, 0.0), 1.0), says)

    def part(self, start: float, end: float) -> Watch:
        """The watch of a part of the run, whose 0 to 1 is `start` to `end` of the whole."""
        return Watch(lambda done, says: self.tell(start + done * (end - start), says), self.is_stopped)
