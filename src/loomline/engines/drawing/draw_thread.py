"""The thread: one ribbon of strands through the stages of the chain.

Its height at a stage is the load there, and as many strands take a tone as the share that slips there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

STRANDS = 15
EASE = 0.22
SLENDEREST, FATTEST = 16.0, 86.0
IDLE = 0.35  # a chain that holds nothing is drawn even, not as a solid line


@dataclass(frozen=True, slots=True)
class Load:
    """What one stage holds: any measure, the share of it that slips, and how bad that is."""

    amount: float
    slipping: float = 0.0
    tone: str = "warn"


@dataclass(frozen=True, slots=True)
class Strand:
    """One line of the ribbon; the outer two are drawn stronger."""

    path: str
    outer: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A strand again, in a tone, visible only inside one stage."""

    path: str
    tone: str
    clip: str


@dataclass(frozen=True, slots=True)
class Clip:
    """The window of one stage."""

    id: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Thread:
    """The whole ribbon."""

    width: int
    height: int
    base: str
    strands: tuple[Strand, ...]
    marks: tuple[Mark, ...]
    clips: tuple[Clip, ...]
    ticks: tuple[str, ...]


def thread(loads: Sequence[Load], *, width: int = 1160, height: int = 96, prefix: str = "st") -> Thread:
    """Draw how much stands in each stage and how much of it slips."""
    count = len(loads)
    if not count:
        return Thread(width, height, "", (), (), (), ())
    column = width / count
    most = max(load.amount for load in loads)
    grown = [max(0.0, load.amount) / most if most > 0 else IDLE for load in loads]
    heights = [SLENDEREST + share * (FATTEST - SLENDEREST) for share in grown]

    places = [-1 + 2 * i / (STRANDS - 1) for i in range(STRANDS)]
    strands = tuple(Strand(_strand(k, heights, column, height), abs(k) > 0.99) for k in places)
    return Thread(
        width=width,
        height=height,
        base=_body(heights, column, height),
        strands=strands,
        marks=tuple(_marks(loads, strands, prefix)),
        clips=tuple(
            Clip(f"{prefix}{i}", f"{i * column + (2 if i else 0):.1f}", f"{column - 2:.1f}")
            for i in range(count)
        ),
        ticks=tuple(f"{i * column:.1f}" for i in range(1, count)),
    )


def _marks(loads: Sequence[Load], strands: Sequence[Strand], prefix: str) -> list[Mark]:
    marks: list[Mark] = []
    for i, load in enumerate(loads):
        if load.slipping <= 0:
            continue
        coloured = min(STRANDS, max(1, round(load.slipping * STRANDS)))
        marks += [Mark(strands[STRANDS - 1 - n].path, load.tone, f"{prefix}{i}") for n in range(coloured)]
    return marks


def _curve(heights: Sequence[float], column: float, middle: float, side: float) -> list[str]:
    """Write one edge from the first stage to the last; `side` runs from -1 (top) to 1 (foot)."""
    last = len(heights) - 1
    path = []
    for i in range(1, len(heights)):
        start, end = i * column - column * EASE, i * column + column * EASE
        half = (start + end) / 2
        before, after = middle + side * heights[i - 1] / 2, middle + side * heights[i] / 2
        far = (i + 1) * column - (column * EASE if i < last else 0)
        path.append(
            f"C{half:.1f} {before:.1f} {half:.1f} {after:.1f} {end:.1f} {after:.1f}L{far:.1f} {after:.1f}"
        )
    return path


def _strand(side: float, heights: Sequence[float], column: float, height: int) -> str:
    middle = height / 2
    y = middle + side * heights[0] / 2
    far = column * (1 - EASE) if len(heights) > 1 else column
    return f"M0 {y:.1f}L{far:.1f} {y:.1f}" + "".join(_curve(heights, column, middle, side))


def _body(heights: Sequence[float], column: float, height: int) -> str:
    """Close the top edge with the foot edge walked backwards, so that the ribbon can be filled."""
    middle = height / 2
    path = _strand(-1, heights, column, height)
    last = len(heights) - 1
    for i in range(last, -1, -1):
        y = middle + heights[i] / 2
        if i == last:
            path += f"L{(i + 1) * column:.1f} {y:.1f}"
        near = i * column + (column * EASE if i else 0)
        path += f"L{near:.1f} {y:.1f}"
        if i:
            far = i * column - column * EASE
            half, before = (near + far) / 2, middle + heights[i - 1] / 2
            path += f"C{half:.1f} {y:.1f} {half:.1f} {before:.1f} {far:.1f} {before:.1f}"
    return path + "Z"
