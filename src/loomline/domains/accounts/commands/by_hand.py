"""Use cases that hand out keys: given on our own pages and at the command line, nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from loomline.kernel import access
from loomline.kernel.command import Command
from loomline.kernel.context import Ctx

P = ParamSpec("P")
R = TypeVar("R")


def by_hand(function: Callable[Concatenate[Ctx, P], R]) -> Command[P, R]:
    """A command with permission, transaction, audit and events, but no button, dialog or API address.

    Whoever holds a stolen session or token must not be able to make lasting keys of it through a derived
    form: the pages of these commands ask for the password again, and count the tries.
    """
    made = Command(function)
    access.commands.add(made.name)
    return made
