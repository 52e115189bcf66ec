"""Answers of customers as NPS, CSAT and CES, always with their number and the interval around the figure."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from loomline.engines.bad_input import BadInput

NORMAL_95 = 1.959963984540054
NPS_SCALE = range(11)
CSAT_SCALE = range(1, 6)
CES_SCALE = range(1, 8)


@dataclass(frozen=True)
class Figure:
    """A figure from `count` answers, with half the width of its 95 % interval."""

    value: float
    margin: float
    count: int


@dataclass(frozen=True)
class Interval:
    """A share of `count` answers with the ends of its 95 % interval, all from 0 to 1."""

    value: float
    low: float
    high: float
    count: int


def nps(answers: Sequence[int]) -> Figure:
    """Net promoter score (Reichheld 2003): percent of 9 and 10 less percent of 0 to 6.

    The margin is that of a mean of +1, 0 and -1 (normal approximation, variance over n).
    Raises BadInput for no answers and for values outside 0 to 10: store the value, not its position.
    """
    _check(answers, NPS_SCALE)
    votes = [1 if answer >= 9 else -1 if answer <= 6 else 0 for answer in answers]
    mean, margin = _mean(votes)
    return Figure(100 * mean, 100 * margin, len(votes))


def csat(answers: Sequence[int]) -> Interval:
    """The share of the two best of five boxes, with the interval of Wilson (1927)."""
    _check(answers, CSAT_SCALE)
    count = len(answers)
    share = sum(answer >= 4 for answer in answers) / count
    square = NORMAL_95**2 / count
    middle = (share + square / 2) / (1 + square)
    half = NORMAL_95 * math.sqrt(share * (1 - share) / count + square / (4 * count)) / (1 + square)
    return Interval(share, max(middle - half, 0.0), min(middle + half, 1.0), count)


def ces(answers: Sequence[int]) -> Figure:
    """Customer effort score: the mean of answers from 1 to 7, with a normal interval."""
    _check(answers, CES_SCALE)
    mean, margin = _mean(answers)
    return Figure(mean, margin, len(answers))


def _mean(values: Sequence[int]) -> tuple[float, float]:
    """The mean and half the width of its 95 % interval."""
    count = len(values)
    mean = sum(values) / count
    variance = sum((value - mean) ** 2 for value in values) / count
    return mean, NORMAL_95 * math.sqrt(variance / count)


def _check(answers: Sequence[int], scale: Collection[int]) -> None:
    if not answers:
        raise BadInput("There are no answers.", remedy="Ask again when there are some.")
    for at, answer in enumerate(answers):
        if answer not in scale:
            says = f"The answer {answer} is not from {min(scale)} to {max(scale)}."
            raise BadInput(says, remedy="Store the value that was chosen, not its position.", position=at)
