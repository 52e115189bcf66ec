"""Plans of a whole floor: shifts, skills, tools, set-ups, lags, last plans, and why there is none."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.bad_input import BadInput
from loomline.engines.scheduling.calendar import Calendar, Windows, weekly, windows_of
from loomline.engines.scheduling.conflicts import explain
from loomline.engines.scheduling.planner import first_plan, plan
from loomline.engines.scheduling.problem import (
    Goals,
    Job,
    LastPlan,
    Link,
    Machine,
    Mode,
    Operation,
    Operator,
    Placed,
    Problem,
    Schedule,
    Tool,
)
from loomline.engines.scheduling.solver_run import Effort
from loomline.engines.watch import Watch
from tests.engines.scheduling import plan_checker

MAKESPAN: Goals = ({"makespan": 1},)
TARDY: Goals = ({"tardiness": 1}, {"makespan": 1})


QUICK = Effort(20.0, workers=1, work=3.0)


def step(
    name: str,
    machine: str | None,
    duration: int,
    *,
    skills: dict[str, int] | None = None,
    tools: dict[str, int] | None = None,
    family: str = "",
    ready: int = 0,
    may_pause: bool = False,
) -> Operation:
    """An operation with one mode."""
    modes = (Mode(machine, duration, skills or {}, tools or {}),)
    return Operation(name, modes, family, ready, may_pause)


def starts(schedule: Schedule | None) -> dict[str, int]:
    """When each operation starts."""
    assert schedule is not None
    return {placed.operation: placed.start for placed in schedule.placed}


def solved(problem: Problem, goals: Goals = MAKESPAN) -> Schedule:
    """The proven best schedule, checked."""
    answer = plan(problem, goals, effort=QUICK)
    assert answer.is_optimal
    assert answer.schedule is not None
    assert plan_checker.faults(problem, answer.schedule) == []
    return answer.schedule


def test_an_operation_that_may_not_pause_waits_for_a_long_enough_shift() -> None:
    shifts = Calendar(((0, 4), (6, 12)))
    job = Job("J", (step("a", "M", 3), step("b", "M", 2)))
    made = solved(Problem((job,), (Machine("M", shifts),)))
    assert starts(made) == {"a": 0, "b": 6}


def test_an_operation_that_may_pause_goes_on_after_the_break() -> None:
    shifts = Calendar(((0, 4), (6, 12)))
    job = Job("J", (step("a", "M", 3), step("b", "M", 2, may_pause=True)))
    made = solved(Problem((job,), (Machine("M", shifts),)))
    assert [(p.start, p.end) for p in made.placed] == [(0, 3), (3, 7)]


def test_shifts_repeat_and_holidays_are_closed() -> None:
    shifts = weekly([(480, 720), (750, 960)])
    windows = windows_of(replace(shifts, closed=((1440, 2880),)), 7 * 1440 + 1000)
    assert windows.spans[:4] == ((480, 720), (750, 960), (3360, 3600), (3630, 3840))
    assert windows.spans[-2:] == ((10560, 10800), (10830, 11040))


def test_work_needs_machine_and_operator_at_once() -> None:
    machine = Machine("M", Calendar(((0, 10), (20, 40))))
    ann = Operator("Ann", frozenset({"weld"}), Calendar(((5, 25),)))
    job = Job("J", (step("a", "M", 8, skills={"weld": 1}, may_pause=True),))
    made = solved(Problem((job,), (machine,), (ann,)))
    assert made.placed == (Placed("a", 5, 23, "M", ("Ann",)),)


def test_the_operator_with_the_rare_skill_is_kept_for_it() -> None:
    people = (Operator("Ann", frozenset({"weld", "cut"})), Operator("Bob", frozenset({"cut"})))
    machines = (Machine("M"), Machine("N"))
    jobs = (
        Job("J", (step("cut", "M", 5, skills={"cut": 1}),)),
        Job("K", (step("weld", "N", 5, skills={"weld": 1}),)),
    )
    made = solved(Problem(jobs, machines, people))
    assert {p.operation: p.operators for p in made.placed} == {"cut": ("Bob",), "weld": ("Ann",)}
    assert made.scores["makespan"] == 5


def test_tools_limit_what_runs_at_once() -> None:
    jobs = tuple(Job(f"J{k}", (step(f"a{k}", f"M{k}", 4, tools={"mould": 2}),)) for k in range(3))
    problem = Problem(jobs, tuple(Machine(f"M{k}") for k in range(3)), tools=(Tool("mould", 5),))
    assert solved(problem).scores["makespan"] == 8


def test_the_better_alternative_machine_is_chosen() -> None:
    slow_and_fast = (Mode("old", 9), Mode("new", 4))
    jobs = tuple(Job(f"J{k}", (Operation(f"a{k}", slow_and_fast),)) for k in range(3))
    made = solved(Problem(jobs, (Machine("old"), Machine("new"))))
    assert made.scores["makespan"] == 9
    assert sorted(str(p.machine) for p in made.placed) == ["new", "new", "old"]


def test_set_ups_group_the_families() -> None:
    setups = {("red", "blue"): 5, ("blue", "red"): 5}
    jobs = tuple(
        Job(f"J{k}", (step(f"a{k}", "M", 2, family=f),)) for k, f in enumerate(["red", "blue", "red"])
    )
    made = solved(Problem(jobs, (Machine("M", setups=setups, state="blue"),)))
    assert made.scores["makespan"] == 11
    assert made.scores["setup"] == 5
    assert starts(made)["a1"] == 0


def test_a_set_up_is_done_on_open_time() -> None:
    machine = Machine("M", Calendar(((0, 4), (10, 20))), setups={("x", "y"): 3})
    jobs = (Job("J", (step("a", "M", 2, family="x"),), due=2), Job("K", (step("b", "M", 2, family="y"),)))
    problem = Problem(jobs, (machine,))
    made = solved(problem, TARDY)
    assert starts(made) == {"a": 0, "b": 11}
    first = first_plan(problem, TARDY).schedule
    assert first is not None
    assert plan_checker.faults(problem, first) == []


def test_material_that_comes_later_is_waited_for() -> None:
    jobs = (Job("J", (step("a", "M", 3, ready=7),)), Job("K", (step("b", "M", 5),), release=1))
    assert starts(solved(Problem(jobs, (Machine("M"),)))) == {"a": 7, "b": 1}


def test_weighted_tardiness_puts_the_dear_job_first() -> None:
    jobs = (Job("cheap", (step("a", "M", 5),), due=5), Job("dear", (step("b", "M", 5),), due=5, weight=3))
    made = solved(Problem(jobs, (Machine("M"),)), TARDY)
    assert starts(made) == {"a": 5, "b": 0}
    assert made.scores["tardiness"] == 5


def test_the_second_goal_decides_only_among_the_best_of_the_first() -> None:
    jobs = (
        Job("J", (Operation("a", (Mode("M", 4), Mode("N", 2))),), due=4),
        Job("K", (step("b", "N", 4),), due=4),
    )
    problem = Problem(jobs, (Machine("M"), Machine("N")))
    assert starts(solved(problem, ({"tardiness": 1}, {"flow": 1}))) == {"a": 0, "b": 0}
    assert solved(problem, ({"late": 1}, {"makespan": 1})).scores["makespan"] == 4


def test_lags_hold_between_ends_and_starts_of_both_kinds() -> None:
    job = Job("J", (step("a", "M", 6), step("b", "N", 6), step("c", "O", 1)), in_sequence=False)
    links = (Link("a", "b", 2, kind="start-start"), Link("b", "c", 3, most_lag=3))
    made = solved(Problem((job,), (Machine("M"), Machine("N"), Machine("O")), links=links))
    assert starts(made) == {"a": 0, "b": 2, "c": 11}


def test_the_rules_begin_later_where_a_longest_lag_would_break() -> None:
    jobs = (Job("J", (step("a", "M", 2), step("b", "N", 2)), due=4), Job("K", (step("c", "N", 9),), due=1))
    problem = Problem(jobs, (Machine("M"), Machine("N")), links=(Link("a", "b", 0, most_lag=1),))
    made = first_plan(problem, TARDY).schedule
    assert made is not None
    assert plan_checker.faults(problem, made) == []


def test_frozen_operations_stay_and_the_others_go_around_them() -> None:
    jobs = (Job("J", (step("a", "M", 5),)), Job("K", (step("b", "M", 4),)), Job("L", (step("c", "M", 3),)))
    last = LastPlan((Placed("a", 4, 9, "M"),), frozenset({"a"}))
    problem = Problem(jobs, (Machine("M"),), last=last)
    made = solved(problem)
    assert starts(made) == {"a": 4, "b": 0, "c": 9}
    first = first_plan(problem).schedule
    assert first is not None
    assert plan_checker.faults(problem, first) == []


def test_as_few_operations_move_as_the_planner_allows() -> None:
    jobs = tuple(Job(f"J{k}", (step(f"a{k}", "M", 2),), due=2 + 2 * (3 - k)) for k in range(4))
    told = LastPlan(tuple(Placed(f"a{k}", 2 * k, 2 * k + 2, "M") for k in range(4)), most_moved=2)
    problem = Problem(jobs, (Machine("M"),), last=told)
    free = solved(replace(problem, last=replace(told, most_moved=None)), TARDY)
    held = solved(problem, TARDY)
    assert (free.scores["tardiness"], free.scores["moved"]) == (0, 4)
    assert (held.scores["tardiness"], held.scores["moved"]) == (2, 2)
    assert solved(problem, ({"moved": 1}, {"tardiness": 1})).scores["moved"] == 0


def test_the_machine_that_is_occupied_at_first_is_waited_for() -> None:
    made = solved(Problem((Job("J", (step("a", "M", 2),)),), (Machine("M", free_from=9),)))
    assert starts(made) == {"a": 9}


def test_equal_machines_and_unlimited_ones_run_as_many_as_they_can() -> None:
    jobs = tuple(Job(f"J{k}", (step(f"a{k}", "M", 4), step(f"b{k}", "outside", 3))) for k in range(4))
    made = solved(Problem(jobs, (Machine("M", units=2), Machine("outside", units=None))))
    assert made.scores["makespan"] == 11


def test_deadlines_that_clash_with_a_machine_are_named_in_words() -> None:
    jobs = tuple(Job(f"J{k}", (step(f"a{k}", "M", 5),), deadline=8) for k in range(2))
    spare = Job("S", (step("s", "N", 5),), deadline=50)
    problem = Problem((*jobs, spare), (Machine("M"), Machine("N")))
    reasons = explain(problem)
    assert set(reasons) == {
        "M does one operation at a time.",
        "Job J0 must be finished by 8.",
        "Job J1 must be finished by 8.",
    }
    answer = plan(problem, effort=QUICK)
    assert set(answer.reasons) == set(reasons)
    assert answer.schedule is not None
    assert answer.schedule.broken == ("Job J1 ends at 10, after its deadline 8.",)


def test_a_clash_of_shifts_lag_and_material_is_named_in_words() -> None:
    job = Job("J", (step("a", "M", 2, ready=3), step("b", "M", 2)))
    machine = Machine("M", Calendar(((0, 4), (20, 30))))
    problem = Problem((job,), (machine,), links=(Link("a", "b", most_lag=30),))
    assert explain(problem) == ()
    assert explain(replace(problem, jobs=(replace(job, deadline=23),))) == (
        "M works only in its open times.",
        "The material of a is ready at 3.",
        "Job J must be finished by 23.",
    )


@pytest.mark.parametrize(
    ("operation", "says"),
    [
        (step("a", "M", 3, skills={"fly": 1}), "it needs 1 with the skill fly, and nobody can"),
        (step("a", "M", 3, skills={"weld": 2}), "it needs 2 with the skill weld, and only Ann can"),
        (step("a", "M", 3, tools={"mould": 4}), "it needs 4 of mould, and there are 2"),
        (step("a", "M", 30), "M are never open for 30 without a pause from 0 on"),
        (step("a", "M", 5, ready=30), "on M it ends at 45 at the earliest, after the deadline 40"),
    ],
)
def test_what_cannot_be_done_at_all_says_why(operation: Operation, says: str) -> None:
    machine = Machine("M", Calendar(((0, 10),), period=20))
    people, tools = (Operator("Ann", frozenset({"weld"})),), (Tool("mould", 2),)
    answer = plan(Problem((Job("J", (operation,), deadline=40),), (machine,), people, tools), effort=QUICK)
    assert answer.schedule is None
    assert answer.reasons == (f"Operation a of job J cannot be done: {says}.",)


def test_skills_that_only_one_person_has_clash_with_deadlines() -> None:
    jobs = tuple(Job(f"J{k}", (step(f"a{k}", f"M{k}", 5, skills={"weld": 1}),), deadline=6) for k in range(2))
    people = (Operator("Ann", frozenset({"weld"})), Operator("Bob", frozenset({"cut"})))
    assert "Only Ann can do weld." in explain(Problem(jobs, (Machine("M0"), Machine("M1")), people))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"jobs": ()}, "nothing to schedule"),
        ({"jobs": (Job("J", (step("a", "X", 1),)),)}, "wants the machine X"),
        ({"jobs": (Job("J", (step("a", "M", -1),)),)}, "takes -1"),
        ({"jobs": (Job("J", (step("a", "M", 1), step("a", "M", 1))),)}, "a is the name of 2 things"),
        ({"jobs": (Job("J", (Operation("a", ()),)),)}, "has no mode"),
        ({"jobs": (Job("J", (step("a", "M", 1, tools={"T": 1}),)),)}, "wants the tool T"),
        ({"links": (Link("b", "a"),)}, "wait for each other"),
        ({"links": (Link("a", "z"),)}, "names z"),
        ({"links": (Link("a", "b", 5, most_lag=2),)}, "after 5 to 2"),
        ({"machines": (Machine("M", Calendar(((5, 3),))),)}, "a span from 5 to 3"),
        ({"machines": (Machine("M", Calendar(((0, 30),), 20)),)}, "beyond the period"),
        ({"machines": (Machine("M"), Machine("M"))}, "is the name of 2 things"),
        ({"machines": (Machine("M", units=2, setups={("x", "y"): 1}),)}, "not a single machine"),
        ({"last": LastPlan((), frozenset({"a"}))}, "frozen but not in the last plan"),
        ({"last": LastPlan((Placed("a", 3, 2, "M"),), frozenset({"a"}))}, "frozen from 3 to 2"),
    ],
)
def test_problems_that_make_no_sense_are_refused_with_a_remedy(
    change: dict[str, tuple[Job, ...]], says: str
) -> None:
    sound = Problem((Job("J", (step("a", "M", 1), step("b", "M", 1))),), (Machine("M"),))
    with pytest.raises(BadInput, match=says) as refused:
        plan(replace(sound, **change))
    assert refused.value.remedy.endswith(".")


@st.composite
def windows(draw: st.DrawFn) -> Windows:
    cuts = draw(st.lists(st.integers(0, 30), min_size=2, max_size=8, unique=True))
    edges = sorted(cuts)[: len(cuts) // 2 * 2]
    return Windows(tuple(zip(edges[::2], edges[1::2], strict=True)))


@settings(max_examples=60, deadline=None)
@given(windows(), st.integers(0, 30), st.integers(0, 9), st.booleans())
def test_fitting_and_pieces_agree_with_counting_minutes(
    open_: Windows, earliest: int, duration: int, may_pause: bool
) -> None:
    minutes = [m for first, last in open_.spans for m in range(first, last)]
    fits: dict[int, int] = {}
    for start in minutes if duration else []:
        worked = [m for m in minutes if m >= start][:duration]
        if len(worked) == duration and (may_pause or worked[-1] - start == duration - 1):
            fits[start] = worked[-1] + 1
    if duration:
        expected = next(((s, e) for s, e in sorted(fits.items()) if s >= earliest), None)
        assert open_.fit(earliest, duration, may_pause) == expected
        pieces = open_.pieces(duration, may_pause, 40)
        assert {s: s + length for a, b, length in pieces for s in range(a, b + 1)} == fits


def a_floor(seed: int) -> Problem:
    """A small floor with a bit of everything."""
    chance = random.Random(seed)
    shifts = (None, Calendar(((0, 8), (10, 18)), 24), Calendar(((2, 12),), 24, closed=((24, 30),)))
    families = ("", "x", "y")
    setups = {(a, b): chance.randint(1, 3) for a in families for b in families if a != b}
    machines = (
        Machine("M0", chance.choice(shifts), setups=setups, state="x"),
        Machine("M1", chance.choice(shifts), free_from=chance.randint(0, 3)),
        Machine("M2", None, units=2),
    )
    people = tuple(
        Operator(
            f"P{k}",
            frozenset(chance.sample(("cut", "weld"), chance.randint(1, 2))),
            chance.choice(shifts[:2]),
        )
        for k in range(3)
    )
    people = (*people, Operator("P3", frozenset({"cut", "weld"})))
    jobs = []
    for j in range(chance.randint(2, 4)):
        operations = []
        for k in range(chance.randint(1, 3)):
            modes = tuple(
                Mode(
                    chance.choice(("M0", "M1", "M2")),
                    chance.randint(1, 6),
                    chance.choice(({}, {"cut": 1}, {"weld": 1}, {"cut": 1, "weld": 1})),
                    chance.choice(({}, {}, {"T": chance.randint(1, 2)})),
                )
                for _ in range(chance.randint(1, 2))
            )
            ready, may_pause = chance.choice((0, 0, 5)), chance.random() < 0.5
            operations.append(Operation(f"{j}.{k}", modes, chance.choice(families), ready, may_pause))
        jobs.append(
            Job(
                f"J{j}",
                tuple(operations),
                chance.choice((0, 3)),
                chance.randint(5, 30),
                None,
                chance.randint(1, 3),
                chance.random() < 0.8,
            )
        )
    links = (Link("0.0", "1.0", 2, kind="start-start"),) if chance.random() < 0.5 else ()
    return Problem(tuple(jobs), machines, people, (Tool("T", 2),), links)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_the_first_plan_of_any_floor_is_sound_and_measured(seed: int) -> None:
    problem = a_floor(seed)
    made = first_plan(problem).schedule
    assert made is not None
    assert plan_checker.faults(problem, made) == []
    assert plan_checker.measures(problem, made).items() <= dict(made.scores).items()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_the_improved_plan_of_any_floor_is_sound_and_not_worse(seed: int) -> None:
    problem = a_floor(seed)
    told: list[Schedule] = []
    answer = plan(problem, effort=Effort(20.0, workers=1, work=0.5), found=told.append)
    assert answer.schedule is not None
    assert [plan_checker.faults(problem, made) for made in told] == [[] for _ in told]
    assert told[-1] == answer.schedule
    assert answer.schedule.score(TARDY) <= told[0].score(TARDY)
    assert plan_checker.measures(problem, answer.schedule).items() <= dict(answer.schedule.scores).items()


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6))
def test_a_plan_made_again_with_a_part_frozen_keeps_that_part(seed: int) -> None:
    problem = a_floor(seed)
    told = first_plan(problem).schedule
    assert told is not None
    frozen = frozenset(placed.operation for placed in told.placed if placed.start < 6)
    again = replace(problem, last=LastPlan(told.placed, frozen, most_moved=2))
    answer = plan(again, effort=Effort(20.0, workers=1, work=0.5))
    assert answer.reasons == ()
    assert answer.schedule is not None
    assert plan_checker.faults(again, answer.schedule) == []


def test_the_same_seed_and_work_give_the_same_plan() -> None:
    problem = a_floor(7)
    runs = [plan(problem, effort=Effort(60.0, workers=2, seed=3, work=0.3)).schedule for _ in range(2)]
    assert runs[0] == runs[1]


def test_a_stopped_plan_keeps_what_it_has() -> None:
    chance = random.Random(1)
    machines = tuple(Machine(f"M{k}") for k in range(8))
    jobs = tuple(
        Job(
            f"J{j}",
            tuple(step(f"{j}.{k}", f"M{(j * 3 + k * 5) % 8}", chance.randint(5, 60)) for k in range(8)),
            due=300,
        )
        for j in range(40)
    )
    stop = threading.Event()
    threading.Timer(1.0, stop.set).start()
    began = time.monotonic()
    answer = plan(Problem(jobs, machines), effort=Effort(600.0), watch=Watch(is_stopped=stop.is_set))
    assert answer.schedule is not None
    assert not answer.is_optimal
    assert plan_checker.faults(Problem(jobs, machines), answer.schedule) == []
    assert time.monotonic() - began < 60
