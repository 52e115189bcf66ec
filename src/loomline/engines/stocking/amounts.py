"""Numbers that a method can work with; others are refused with their name and what they must be."""

from __future__ import annotations

import math

from loomline.engines.bad_input import BadInput


def positive(**given: float) -> None:
    """Refuse a number that is not above 0."""
    for name, value in given.items():
        if not (math.isfinite(value) and value > 0):
            raise BadInput(f"{name} is {value:g}.", remedy="Give a number above 0.", column=name)


def not_negative(**given: float) -> None:
    """Refuse a number below 0."""
    for name, value in given.items():
        if not (math.isfinite(value) and value >= 0):
            raise BadInput(f"{name} is {value:g}.", remedy="Give a number of 0 or more.", column=name)


def share(**given: float) -> None:
    """Refuse a number that does not lie strictly between 0 and 1."""
    for name, value in given.items():
        if not 0 < value < 1:
            raise BadInput(
                f"{name} is {value:g}.",
                remedy="Give a share above 0 and below 1, such as 0.95.",
                column=name,
            )


def finite(**given: float) -> None:
    """Refuse NaN and the infinities."""
    for name, value in given.items():
        if not math.isfinite(value):
            raise BadInput(f"{name} is {value:g}.", remedy="Give a number.", column=name)
