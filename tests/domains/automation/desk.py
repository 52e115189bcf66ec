"""What the tests of rules do over and over."""

from __future__ import annotations

from typing import Any

from loomline.domains.accounts import commands as accounts
from loomline.domains.accounts.models import Role, RoleHolder, User
from loomline.domains.automation import commands as automation
from loomline.domains.automation.models import RunStep
from loomline.kernel.context import Ctx


def begin_reading(ctx: Ctx) -> None:
    """Both streams are read from here on, as they are after the first start."""
    automation.read_events(ctx)
    automation.read_changes(ctx)


def look_around(ctx: Ctx) -> None:
    """What the worker does every few seconds."""
    automation.read_events(ctx)
    automation.read_changes(ctx)
    automation.carry_on(ctx)


def set_next_step(words: str = "Call {record.party.name} about {record.name}") -> dict[str, Any]:
    """The action that writes a next step, due in three days."""
    return {
        "command": "pipeline.edit_opportunity",
        "arguments": {
            "next_step": {"as": "text", "is": words},
            "next_step_on": {"as": "cel", "is": "today + days(3)"},
        },
    }


def move_to(stage: Any) -> dict[str, Any]:
    """The action that moves the deal to a stage."""
    return {
        "command": "pipeline.move_to_stage",
        "arguments": {"stage": {"as": "value", "is": str(stage.pk)}},
    }


def write_note(words: str) -> dict[str, Any]:
    """The action that writes a note on the record."""
    return {"command": "timeline.write_note", "arguments": {"body": {"as": "text", "is": words}}}


def person(ctx: Ctx, name: str, **grants: str) -> User:
    """Somebody whose role has these grants: person(ctx, "Sam", **{"pipeline.*": "own"})."""
    made = User.objects.create(email=f"{name.lower()}@example.org", name=name)
    role: Role = accounts.add_role(ctx, name=f"Role of {name}", grants=grants)
    RoleHolder.objects.create(user=made, role=role)
    return made


def states() -> list[tuple[str, str]]:
    """Every step: its state and why."""
    return [(str(s.state), s.reason) for s in RunStep.objects.order_by("id")]
