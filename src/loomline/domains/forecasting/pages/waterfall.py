"""A bridge drawn: bars that hang where the one before ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from loomline.surface import draw_text

# What is won leaves the open pipeline, and is no loss.
CSS = {"whole": "a", "won": "a2"}
WIDTH, HEIGHT, TOP, BOTTOM = 720, 240, 24, 34


@dataclass(frozen=True)
class Beam:
    """One bar with its labels; coordinates are strings, so that no template writes a decimal comma."""

    x: str
    y: str
    width: str
    height: str
    css: str
    middle: str
    label: str
    label_y: str
    value: str
    value_y: str
    from_x: str
    line_y: str


@dataclass(frozen=True)
class Waterfall:
    """The whole picture."""

    width: int
    height: int
    beams: tuple[Beam, ...]


def waterfall(parts: Sequence[tuple[str, Decimal, str]], *, currency: str) -> Waterfall:
    """Bars for label, amount and kind: "whole" ones stand on the ground, others hang on the one before."""
    spans: list[tuple[Decimal, Decimal]] = []
    level = Decimal(0)
    for _label, amount, kind in parts:
        start = Decimal(0) if kind == "whole" else level
        level = start + amount
        spans.append((start, level))
    highest = max((max(span) for span in spans), default=Decimal(1)) or Decimal(1)
    lowest = min((min(span) for span in spans), default=Decimal(0))
    room = Decimal(HEIGHT - TOP - BOTTOM)
    scale = room / ((highest - lowest) or Decimal(1))
    step = Decimal(WIDTH) / max(len(parts), 1)
    beams = []
    for n, ((label, amount, kind), (start, end)) in enumerate(zip(parts, spans, strict=True)):
        x = step * n + step * Decimal("0.15")
        y = TOP + (highest - max(start, end)) * scale
        height = max(abs(end - start) * scale, Decimal("1.5"))
        css = CSS.get(kind) or ("ok" if amount >= 0 else "bad")
        said = draw_text.compact(abs(amount), currency)
        sign = "" if kind == "whole" else "+" if amount > 0 else "−" if amount < 0 else ""
        beams.append(
            Beam(
                x=f"{x:.1f}",
                y=f"{y:.1f}",
                width=f"{step * Decimal('0.7'):.1f}",
                height=f"{height:.1f}",
                css=css,
                middle=f"{x + step * Decimal('0.35'):.1f}",
                label=label,
                label_y=f"{HEIGHT - 10:.1f}",
                value=f"{sign}{said}",
                value_y=f"{y - 6:.1f}",
                from_x=f"{x - step * Decimal('0.3'):.1f}",
                line_y=f"{TOP + (highest - start) * scale:.1f}" if n and kind != "whole" else "",
            )
        )
    return Waterfall(WIDTH, HEIGHT, tuple(beams))
