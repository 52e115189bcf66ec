"""What is wrong with an expression, and where."""

from __future__ import annotations

from dataclasses import dataclass

SAYS = {
    "empty": "There is nothing to reckon.",
    "long": "The expression is longer than {detail} characters.",
    "syntax": "This cannot be read{detail}.",
    "name": "There is no fact called {name}{detail}.",
    "record": "{name} is a whole record; name one of its fields, such as {detail}.",
    "function": "There is no function called {name}{detail}.",
    "types": "These values do not go together: {detail}",
    "result": "This gives {detail}, but {name} is wanted.",
    "digits": "{name} has more digits than can be reckoned exactly.",
    "blank": "{name} is empty.",
    "fault": "{detail}",
}


@dataclass(frozen=True)
class Problem:
    """One thing that keeps an expression from being reckoned; line and column count from 1."""

    kind: str
    name: str = ""
    detail: str = ""
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"Line {self.line}, column {self.column}: {self.says}"

    @property
    def says(self) -> str:
        """The sentence without the place."""
        return SAYS[self.kind].format(name=self.name, detail=self.detail)


class BadExpression(ValueError):
    """An expression that can never be reckoned."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class CannotReckon(ValueError):
    """An expression that cannot be reckoned with these values."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.says)
        self.problem = problem
