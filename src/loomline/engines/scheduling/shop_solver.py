"""The best schedule of a shop in the time there is: tabu search, and a second worker beside it."""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from loomline.engines.heavy import heavy
from loomline.engines.scheduling import shop_model
from loomline.engines.scheduling.shop import Shop, ShopSchedule
from loomline.engines.scheduling.shop_bound import lower_bound
from loomline.engines.scheduling.shop_dispatching import dispatched
from loomline.engines.scheduling.shop_search import search
from loomline.engines.scheduling.shop_worker import Worker
from loomline.engines.scheduling.solver_run import Effort, run
from loomline.engines.scheduling.tabu_search import ENDLESS, TabuSearch
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    from ortools.sat.python import cp_model
else:
    cp_model = heavy("ortools.sat.python.cp_model")

# Beyond this many ways of operations CP-SAT proves nothing in minutes; a second tabu search finds more.
SOLVER_WAYS = 240
FIRST_SLICE = 3.0


@dataclass(frozen=True)
class ShopAnswer:
    """The best schedule found, what no schedule can be shorter than, and how it went.

    `history` are (seconds, makespan, who found it); `moves` is the work of the tabu search.
    """

    schedule: ShopSchedule
    lower_bound: int
    history: tuple[tuple[float, int, str], ...]
    moves: int

    @property
    def is_optimal(self) -> bool:
        """Whether there is no better schedule."""
        return self.schedule.makespan <= self.lower_bound

    @property
    def gap(self) -> float:
        """(makespan - lower bound) / makespan."""
        return (self.schedule.makespan - self.lower_bound) / max(self.schedule.makespan, 1)


@dataclass
class Board:
    """What the workers know together; each may write to it from its own thread."""

    best: ShopSchedule
    bound: int
    until: float
    watch: Watch
    began: float
    tell: Callable[[ShopSchedule], None]
    history: list[tuple[float, int, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    ended: bool = False
    is_proving: bool = False

    def offer(self, made: ShopSchedule, who: str) -> None:
        """Keep the schedule when it is better."""
        with self.lock:
            if made.makespan >= self.best.makespan or self.ended:
                return
            self.best = made
            self.history.append((time.monotonic() - self.began, made.makespan, who))
        self.tell(made)

    def raise_bound(self, bound: int) -> None:
        """Keep the lower bound when it is higher."""
        with self.lock:
            self.bound = max(self.bound, bound)

    def is_over(self) -> bool:
        """Whether time is up, the best is proven, or somebody said stop."""
        return (
            self.ended
            or self.best.makespan <= self.bound
            or time.monotonic() >= self.until
            or self.watch.is_stopped()
        )

    def says(self) -> None:
        """Show on the watch how far it is."""
        now = time.monotonic()
        share = (now - self.began) / max(self.until - self.began, 1e-9)
        text = f"makespan {self.best.makespan}, at least {self.bound}"
        self.watch.tell(min(max(share, 0.0), 1.0), text)


def solve_shop(
    shop: Shop,
    *,
    seconds: float = 10.0,
    seed: int = 0,
    workers: int = 2,
    most_moves: int | None = None,
    watch: Watch | None = None,
    found: Callable[[ShopSchedule], None] = lambda _: None,
) -> ShopAnswer:
    """The shortest schedule found in `seconds` of wall clock.

    With `workers=1` there is tabu search only; with 2, CP-SAT runs beside it for small shops and a second
    tabu search in a process of its own for large ones. With `most_moves` and `workers=1` the answer is the
    same on every machine as long as `seconds` do not run out first; otherwise the clock has a say. Ends at
    once when the watch is stopped, with the best so far.
    """
    began = time.monotonic()
    starts = dispatched(shop, seed)
    board = Board(starts[0], lower_bound(shop), began + seconds, watch or Watch(), began, found)
    board.history.append((time.monotonic() - began, board.best.makespan, "dispatching"))
    found(board.best)
    end = _beside(shop, board, seed) if workers > 1 and not board.is_over() else _nothing
    try:
        moves = _tabu(shop, board, starts[::2], seed, most_moves)
    finally:
        board.ended = True
        end()
    return ShopAnswer(board.best, min(board.bound, board.best.makespan), tuple(board.history), moves)


def _nothing() -> None:
    pass


def _tabu(shop: Shop, board: Board, starts: Sequence[ShopSchedule], seed: int, most_moves: int | None) -> int:
    said = [0.0]
    tabu = TabuSearch(shop, board.bound, random.Random(seed), board.is_over, most_moves=most_moves or ENDLESS)

    def is_over() -> bool:
        now = time.monotonic()
        if now - said[0] > 0.1:
            said[0] = now
            board.says()
            board.raise_bound(tabu.bound)
        return board.is_over()

    tabu.is_over = is_over
    tabu.found = lambda made: board.offer(made, "tabu search")
    search(tabu, starts)
    board.raise_bound(tabu.bound)
    return tabu.moves


def _beside(shop: Shop, board: Board, seed: int) -> Callable[[], None]:
    """Start the second worker; returns what ends it."""
    if sum(map(len, shop.ways)) > SOLVER_WAYS:

        def found(made: ShopSchedule) -> None:
            board.offer(made, "second tabu search")

        left = board.until - time.monotonic()
        return Worker(shop, bound=board.bound, seed=seed + 1, seconds=left, found=found).end
    thread = threading.Thread(target=_prove, args=(shop, board, seed), daemon=True)
    thread.start()

    def end() -> None:
        # A thread that still loads the library may be left behind, one inside the solver may not.
        if board.is_proving:
            thread.join()

    return end


def _prove(shop: Shop, board: Board, seed: int) -> None:
    """Solve with CP-SAT again and again, each time below the best that is known by then."""
    slice_ = FIRST_SLICE
    cp_model.CpModel()
    board.is_proving = True
    while not board.is_over():
        made = shop_model.build(shop, board.best.makespan, board.bound)
        made.hint(board.best)
        _prove_once(made, board, slice_, seed)
        slice_, seed = slice_ * 2, seed + 1


def _prove_once(made: shop_model.ShopModel, board: Board, slice_: float, seed: int) -> None:
    """Run the solver until it is done, the board is, or the tabu search has overtaken it for long."""
    began, least = time.monotonic(), board.best.makespan

    def is_stopped() -> bool:
        return board.is_over() or (board.best.makespan < least and time.monotonic() - began > slice_)

    def found(value: Callable[[Any], int]) -> None:
        nonlocal least
        schedule = made.schedule(value)
        least = min(least, schedule.makespan)
        board.offer(schedule, "CP-SAT")

    def bounded(bound: float) -> None:
        if math.isfinite(bound):
            board.raise_bound(round(bound))

    outcome = run(
        made.model,
        Effort(board.until - began, workers=1, seed=seed),
        is_stopped=is_stopped,
        found=found,
        bounded=bounded,
    )
    if outcome.status == "optimal":
        found(outcome.value)
        board.raise_bound(round(outcome.objective))
