"""Questions that a domain asks upwards, each with an honest answer of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

registry: dict[str, Port[Any, Any]] = {}


class Port(Generic[P, R]):
    """A question with a default answer; at most one flow fills it."""

    def __init__(self, default: Callable[P, R]) -> None:
        self.default = default
        self.filled: Callable[P, R] | None = None
        self.name = f"{default.__module__}.{default.__name__}"
        self.__doc__ = default.__doc__
        self.__wrapped__ = default

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return (self.filled or self.default)(*args, **kwargs)


def port(default: Callable[P, R]) -> Port[P, R]:
    """Declare a question; the body answers while nobody above does."""
    made = Port(default)
    registry[made.name] = made
    return made


def fill(asked: Port[P, R]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Answer a question from above. Filling one twice is a fault of the house, told at start."""

    def register(answer: Callable[P, R]) -> Callable[P, R]:
        if asked.filled is not None and asked.filled.__qualname__ != answer.__qualname__:
            raise RuntimeError(f"{asked.name} is already filled by {asked.filled.__module__}.")
        asked.filled = answer
        return answer

    return register
