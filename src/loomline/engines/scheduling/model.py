"""The constraint model of a problem (CP-SAT of OR-tools), with everything that limits the floor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from loomline.engines.heavy import heavy
from loomline.engines.scheduling.calendar import ENDLESS, Span, Windows
from loomline.engines.scheduling.compiled import Compiled, Task
from loomline.engines.scheduling.problem import Link, Measure

if TYPE_CHECKING:
    from ortools.sat.python import cp_model
else:
    cp_model = heavy("ortools.sat.python.cp_model")


class Model:
    """Variables and constraints; `expressions` are the measures that can be minimised."""

    def __init__(self, compiled: Compiled, horizon: int) -> None:
        """All schedules that end by `horizon`; frozen tasks may lie beyond it."""
        self.compiled = compiled
        self.horizon = max([horizon, *(task.fixed[1] for task in compiled.tasks if task.fixed is not None)])
        self.model = cp_model.CpModel()
        self.start: list[Any] = []
        self.end: list[Any] = []
        self.chosen: list[list[Any]] = []
        self.setups: list[tuple[int, Any]] = []
        for task in compiled.tasks:
            self._task(task)
        for a, b, link in compiled.links:
            self._link(a, b, link)
        for p in range(len(compiled.pools)):
            self._pool(p)
        self.job_end = [self._job_end(j) for j in range(len(compiled.problem.jobs))]
        self.moved = self._moved()

    def spans(self, value: Callable[[Any], int]) -> tuple[list[Span], list[int]]:
        """Spans and modes that these values of the variables mean."""
        spans = [(value(start), value(end)) for start, end in zip(self.start, self.end, strict=True)]
        modes = [
            next((m for m, literal in enumerate(literals) if value(literal)), 0) for literals in self.chosen
        ]
        return spans, modes

    def hint(self, spans: Sequence[Span], modes: Sequence[int]) -> None:
        """Start the search from this schedule; to be called once."""
        for t, (start, end) in enumerate(spans):
            self.model.add_hint(self.start[t], start)
            self.model.add_hint(self.end[t], end)
            if len(self.chosen[t]) > 1:
                for m, literal in enumerate(self.chosen[t]):
                    self.model.add_hint(literal, m == modes[t])

    def expression(self, measure: Measure) -> Any:
        """The measure as an expression to minimise."""
        jobs = self.compiled.problem.jobs
        if measure == "makespan":
            makespan = self.model.new_int_var(0, self.horizon, "")
            for end in self.job_end:
                self.model.add(makespan >= end)
            return makespan
        if measure == "flow":
            return sum(job.weight * end for job, end in zip(jobs, self.job_end, strict=True))
        if measure == "setup":
            return sum(time * literal for time, literal in self.setups)
        if measure == "moved":
            return sum(self.moved)
        due = [(job, end) for job, end in zip(jobs, self.job_end, strict=True) if job.due is not None]
        return sum(self._tardy(job.due or 0, end, job.weight, measure == "late") for job, end in due)

    def _tardy(self, due: int, end: Any, weight: int, counts: bool) -> Any:
        if counts:
            late = self.model.new_bool_var("")
            self.model.add(end <= due).only_enforce_if(~late)
            return late
        by = self.model.new_int_var(0, max(self.horizon - due, 0), "")
        self.model.add(by >= end - due)
        return weight * by

    def _task(self, task: Task) -> None:
        model = self.model
        if task.fixed is not None:
            start, end = (model.new_constant(at) for at in task.fixed)
        else:
            start = model.new_int_var(min(task.earliest, self.horizon), self.horizon, "")
            end = model.new_int_var(min(task.earliest, self.horizon), self.horizon, "")
        self.start.append(start)
        self.end.append(end)
        literals = [model.new_bool_var("") for _ in task.modes]
        if len(literals) == 1:
            literals = [model.new_constant(1)]
        model.add_exactly_one(literals)
        self.chosen.append(literals)
        if task.fixed is not None:
            return
        alike: dict[tuple[int, int], tuple[Windows, list[Any]]] = {}
        for mode, literal in zip(task.modes, literals, strict=True):
            # Modes of the same calendars share their windows: comparing them by identity is enough.
            alike.setdefault((id(mode.windows), mode.duration), (mode.windows, []))[1].append(literal)
        for (_, duration), (windows, members) in alike.items():
            self._timed(task, windows, duration, self._any(members, all_of=literals))

    def _any(self, members: list[Any], all_of: list[Any]) -> Any:
        """A literal that is true when one of the members is; at most one ever is."""
        if len(members) == len(all_of):
            return self.model.new_constant(1)
        if len(members) == 1:
            return members[0]
        literal = self.model.new_bool_var("")
        self.model.add(sum(members) == literal)
        return literal

    def _timed(self, task: Task, windows: Windows, duration: int, literal: Any) -> None:
        """With this literal the last task starts when it is open and takes as long as that takes."""
        model, start, end = self.model, self.start[-1], self.end[-1]
        if windows.is_endless:
            model.add(end == start + duration).only_enforce_if(literal)
            return
        pieces = windows.pieces(duration, task.operation.may_pause, self.horizon)
        lengths: dict[int, list[list[int]]] = {}
        for first, last, length in pieces:
            if last >= task.earliest:
                lengths.setdefault(length, []).append([max(first, task.earliest), last])
        options = []
        for length, spans in lengths.items():
            option = literal if len(lengths) == 1 else model.new_bool_var("")
            domain = cp_model.Domain.from_intervals(spans)
            model.add_linear_expression_in_domain(start, domain).only_enforce_if(option)
            model.add(end == start + length).only_enforce_if(option)
            options.append(option)
        if not options:
            model.add(literal == 0)
        elif len(options) > 1:
            model.add(sum(options) == literal)

    def _link(self, a: int, b: int, link: Link) -> None:
        first, second = link.kind.split("-")
        before = self.start[a] if first == "start" else self.end[a]
        after = self.start[b] if second == "start" else self.end[b]
        self.model.add(after >= before + link.lag)
        if link.most_lag is not None:
            self.model.add(after <= before + link.most_lag)

    def _pool(self, p: int) -> None:
        pool = self.compiled.pools[p]
        if pool.units is None:
            return
        held = self._held(p)
        intervals = [self._interval(t, literal) for t, literal, _ in held]
        if pool.units == 1:
            self.model.add_no_overlap(intervals)
        elif intervals:
            self.model.add_cumulative(intervals, [amount for _, _, amount in held], pool.units)
        machine = pool.machine
        if machine is None or not held:
            return
        if machine.free_from:
            for t, literal, _ in held:
                if self.compiled.tasks[t].fixed is None:
                    self.model.add(self.start[t] >= machine.free_from).only_enforce_if(literal)
        if machine.setups:
            self._sequence(p, [(t, literal) for t, literal, _ in held])

    def _held(self, p: int) -> list[tuple[int, Any, int]]:
        """(task, literal, units): with the literal the task holds so many units of the pool."""
        held: list[tuple[int, Any, int]] = []
        for t, task in enumerate(self.compiled.tasks):
            amounts: dict[int, list[Any]] = {}
            for mode, literal in zip(task.modes, self.chosen[t], strict=True):
                amount = dict(mode.needs).get(p, 0)
                if amount:
                    amounts.setdefault(amount, []).append(literal)
            held += [(t, self._any(by, self.chosen[t]), amount) for amount, by in amounts.items()]
        return held

    def _interval(self, t: int, literal: Any) -> Any:
        size = self.model.new_int_var(0, self.horizon, "")
        start, end = self.start[t], self.end[t]
        return self.model.new_optional_interval_var(start, size, end, literal, "")

    def _sequence(self, p: int, held: list[tuple[int, Any]]) -> None:
        """Sequence-dependent set-ups: one tour through the tasks of the machine."""
        pool, model, tasks = self.compiled.pools[p], self.model, self.compiled.tasks
        machine = pool.machine
        assert machine is not None
        worked = [self._worked(pool.windows, t, literal) for t, literal in held]
        empty = model.new_bool_var("")
        arcs: list[tuple[int, int, Any]] = [(0, 0, empty)]
        for x, (t, literal) in enumerate(held):
            family = tasks[t].operation.family
            first = model.new_bool_var("")
            arcs += [(x + 1, x + 1, ~literal), (0, x + 1, first), (x + 1, 0, model.new_bool_var(""))]
            model.add_implication(literal, ~empty)
            setup = machine.setups.get((machine.state, family), 0)
            fit = pool.windows.fit(machine.free_from, setup, may_pause=True) if setup else None
            if setup:
                self.setups.append((setup, first))
                model.add(self.start[t] >= (fit[1] if fit else self.horizon + 1)).only_enforce_if(first)
            for y, (other, _) in enumerate(held):
                if x != y:
                    follows = model.new_bool_var("")
                    arcs.append((x + 1, y + 1, follows))
                    setup = machine.setups.get((family, tasks[other].operation.family), 0)
                    self._after(t, other, setup, follows, worked[x][1], worked[y][0])
        model.add_circuit(arcs)

    def _after(self, t: int, other: int, setup: int, follows: Any, end: Any, start: Any) -> None:
        """When `follows` is true, the set-up lies between the two tasks, on open time."""
        if setup:
            self.setups.append((setup, follows))
        self.model.add(self.start[other] >= self.end[t] + setup).only_enforce_if(follows)
        if setup and end is not None and start is not None:
            self.model.add(start >= end + setup).only_enforce_if(follows)

    def _worked(self, windows: Windows, t: int, literal: Any) -> tuple[Any, Any]:
        """Open time of the machine before start and end of the task; None when it is always open."""
        if windows.is_endless or self.compiled.tasks[t].fixed is not None:
            return None, None
        made = []
        for at in (self.start[t], self.end[t]):
            worked = self.model.new_int_var(0, self.horizon, "")
            options = []
            for (first, last), before in zip(windows.spans, windows.worked_before, strict=True):
                if first <= self.horizon:
                    option = self.model.new_bool_var("")
                    options.append(option)
                    domain = cp_model.Domain(first, last)
                    self.model.add_linear_expression_in_domain(at, domain).only_enforce_if(option)
                    self.model.add(worked == at - first + before).only_enforce_if(option)
            self.model.add(sum(options) == literal)
            made.append(worked)
        return made[0], made[1]

    def _job_end(self, j: int) -> Any:
        job = self.compiled.problem.jobs[j]
        own = [t for t, task in enumerate(self.compiled.tasks) if task.job == j]
        if job.in_sequence and own and all(link.lag >= 0 for _, _, link in self.compiled.links):
            own = own[-1:]
        if len(own) == 1:
            end = self.end[own[0]]
        else:
            end = self.model.new_int_var(0, self.horizon, "")
            for t in own:
                self.model.add(end >= self.end[t])
        if job.deadline is not None:
            self.model.add(end <= job.deadline)
        return end

    def _moved(self) -> list[Any]:
        last, made = self.compiled.problem.last, []
        for t, task in enumerate(self.compiled.tasks):
            if task.last is None or task.fixed is not None:
                continue
            moved = self.model.new_bool_var("")
            away = last.tolerance
            self.model.add(self.start[t] >= task.last.start - away).only_enforce_if(~moved)
            self.model.add(self.start[t] <= task.last.start + away).only_enforce_if(~moved)
            for mode, literal in zip(task.modes, self.chosen[t], strict=True):
                name = self.compiled.pools[mode.machine].name if mode.machine >= 0 else None
                if name != task.last.machine:
                    self.model.add_implication(~moved, ~literal)
            made.append(moved)
        if last.most_moved is not None:
            self.model.add(sum(made) <= last.most_moved)
        return made


def latest(compiled: Compiled, known: int) -> int:
    """A horizon for the model when a schedule ends at `known`: room to be later for a better goal."""
    longest = max((mode.duration for task in compiled.tasks for mode in task.modes), default=0)
    dues = (job.due for job in compiled.problem.jobs if job.due is not None)
    return min(max([known + known // 4 + longest, *dues]), compiled.horizon, ENDLESS)
