"""One run of CP-SAT that tells each better solution, can be stopped, and repeats when it has to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    from ortools.sat.python import cp_model
else:
    cp_model = heavy("ortools.sat.python.cp_model")


@dataclass(frozen=True)
class Effort:
    """How much a run may do.

    `seconds` of wall clock; `workers` threads. With `work` (CP-SAT's deterministic time, about a second
    each) the run is interleaved and gives the same answer each time, unless the seconds run out first.
    """

    seconds: float
    workers: int = 2
    seed: int = 0
    work: float | None = None


@dataclass(frozen=True)
class Outcome:
    """How a run ended: "optimal", "feasible", "infeasible" or "unknown"; `value` reads the last solution."""

    status: str
    objective: float
    bound: float
    value: Callable[[Any], int]


def run(
    model: Any,
    effort: Effort,
    *,
    is_stopped: Callable[[], bool],
    found: Callable[[Callable[[Any], int]], None] = lambda _: None,
    bounded: Callable[[float], None] = lambda _: None,
) -> Outcome:
    """Solve; `found(value)` is called for each better solution, from a thread of the solver."""
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(effort.seconds, 0.01)
    solver.parameters.num_workers = effort.workers
    solver.parameters.random_seed = effort.seed
    # The solver's own handler breaks down when it runs beside the main thread; the watch knows Ctrl-C.
    solver.parameters.catch_sigint_signal = False
    if effort.work is not None:
        solver.parameters.interleave_search = True
        solver.parameters.max_deterministic_time = effort.work
    solver.best_bound_callback = bounded
    status = _watched(solver, model, _callback(found), is_stopped)
    words = {cp_model.OPTIMAL: "optimal", cp_model.FEASIBLE: "feasible", cp_model.INFEASIBLE: "infeasible"}
    word = words.get(status, "unknown")
    solved = word in ("optimal", "feasible")
    objective = solver.objective_value if solved else float("inf")
    return Outcome(word, objective, solver.best_objective_bound, solver.value)


def _watched(solver: Any, model: Any, callback: Any, is_stopped: Callable[[], bool]) -> Any:
    """Solve in a thread, so that this one is free to hear that it shall stop (Ctrl-C comes here only)."""
    ended: list[Any] = []
    done = threading.Event()

    def solve() -> None:
        try:
            ended.append(solver.solve(model, callback))
        finally:
            done.set()

    thread = threading.Thread(target=solve, daemon=True)
    thread.start()
    while not done.wait(0.1):
        if is_stopped():
            solver.stop_search()
    thread.join()
    return ended[0] if ended else cp_model.UNKNOWN


def _callback(found: Callable[[Callable[[Any], int]], None]) -> Any:
    # The class of the library is there only once the library is loaded.
    class Callback(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            found(self.value)

    return Callback()
