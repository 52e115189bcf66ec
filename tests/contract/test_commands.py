"""Every command says why it is there, and what it moves is a move that exists."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.urls import get_resolver

from loomline.kernel.command import registry as commands
from loomline.kernel.record import Record
from loomline.kernel.state import StateField

ICONS = set((Path(__file__).resolve().parents[2] / "web" / "icons.txt").read_text().split())


@pytest.fixture(autouse=True, scope="module")
def _loaded() -> None:
    get_resolver().url_patterns  # noqa: B018


def machines() -> list[type[Record]]:
    """The models that have states and moves between them."""
    return [m for m in apps.get_models() if issubclass(m, Record) and len(m.moves)]


def states_of(model: Any) -> Any:
    field = model._meta.get_field("state")
    assert isinstance(field, StateField)
    assert field.states is not None
    return field.states


def test_every_command_says_why_and_takes_keywords(subtests: pytest.Subtests) -> None:
    for command in commands.values():
        with subtests.test(command=command.name):
            assert len(command.doc) > 10
            assert command.doc.split("\n")[0].endswith((".", "?"))
            assert command.label
            assert not command.icon or command.icon in ICONS
            for parameter in command.parameters.values():
                assert parameter.annotation is not None


def test_every_state_can_be_reached(subtests: pytest.Subtests) -> None:
    for model in machines():
        with subtests.test(model=model._meta.label):
            first = model._meta.get_field("state").default
            reached, todo = {first}, [first]
            while todo:
                state = todo.pop()
                for name in model.moves.open_to(state):
                    target = model.moves[name].target
                    if target not in reached:
                        reached.add(target)
                        todo.append(target)
            made_so = {s for s in states_of(model) if s in getattr(model, "starts", ())}
            assert set(states_of(model)) - reached - made_so == set()


def test_every_move_leads_from_and_to_states_of_its_own_machine(subtests: pytest.Subtests) -> None:
    for model in machines():
        for name, move in model.moves.items():
            with subtests.test(model=model._meta.label, move=name):
                known = set(states_of(model))
                assert set(move.sources) | {move.target} <= known
                assert move.sources


def test_every_button_of_a_move_stands_on_a_machine_that_has_it(subtests: pytest.Subtests) -> None:
    for command in commands.values():
        if not command.move or command.record is None or command.record.model is None:
            continue
        with subtests.test(command=command.name):
            model: Any = command.record.model
            names = {f.name for f in model._meta.get_fields()}
            assert command.move in model.moves or command.move in names


def test_no_two_buttons_make_the_same_move(subtests: pytest.Subtests) -> None:
    shown = [c for c in commands.values() if c.move and not c.hidden and c.record is not None]
    counted = Counter((c.record.model, c.move) for c in shown if c.record is not None)
    for (model, move), count in counted.items():
        with subtests.test(model=str(model), move=move):
            assert count == 1
