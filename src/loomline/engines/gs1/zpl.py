"""Labels in ZPL II: a head, lines of text and one symbol, for printers of 203 dots an inch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loomline.engines.gs1.elements import Element, element_string, in_words

# In a Code 128 of ZPL a sign of two characters is a command: begin in code set C (pairs of figures) or B (all
# characters), go over to the other, the function character 1 that GS1 begins and parts with, and ">" itself.
BEGIN_C, BEGIN_B, TO_C, TO_B, FNC1, GREATER = ">;", ">:", ">5", ">6", ">8", ">0"
SEPARATOR = "\x1d"
DOTS = 8  # a millimetre


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on one label: a head, lines, and a symbol of GS1 elements or of plain data."""

    head: str
    lines: Sequence[str] = ()
    elements: Sequence[Element] = ()
    data: str = ""
    copies: int = 1


def zpl(labels: Iterable[Label], *, width_mm: int = 100, height_mm: int = 60) -> str:
    """The labels as a printer takes them, one after the other."""
    return "".join(_label(label, width_mm, height_mm) for label in labels)


def _label(label: Label, width_mm: int, height_mm: int) -> str:
    width, height, margin = width_mm * DOTS, height_mm * DOTS, 3 * DOTS
    parts = [
        "^XA",
        "^CI28",
        f"^PW{width}",
        f"^LL{height}",
        _text(margin, margin, 5 * DOTS, label.head, width),
    ]
    down = margin + 7 * DOTS
    for line in label.lines:
        parts.append(_text(margin, down, 3 * DOTS, line, width))
        down += 4 * DOTS
    if label.elements or label.data:
        tall = max(height - down - 8 * DOTS, 8 * DOTS)
        symbol = _gs1(label.elements) if label.elements else BEGIN_B + "".join(map(_sign, label.data))
        parts.append(f"^FO{margin},{down}^BY2,3,{tall}^BCN,{tall},N,N,N^FH_^FD{symbol}^FS")
        words = in_words(label.elements) if label.elements else label.data
        parts.append(_text(margin, down + tall + DOTS, 3 * DOTS, words, width))
    parts.append(f"^PQ{max(label.copies, 1)}")
    return "\n".join([*parts, "^XZ", ""])


def _gs1(elements: Sequence[Element]) -> str:
    """The element string in code set C while figures come in pairs, and in B for the rest."""
    text = element_string(elements, separator=SEPARATOR)
    parts, in_pairs, n = [BEGIN_C, FNC1], True, 0
    while n < len(text):
        if text[n] == SEPARATOR:
            parts.append(FNC1)
            n += 1
            continue
        figures = len(text[n:]) - len(text[n:].lstrip("0123456789"))
        if in_pairs and figures < 2:
            parts.append(TO_B)
            in_pairs = False
        elif not in_pairs and figures >= 4 and figures % 2 == 0:
            parts.append(TO_C)
            in_pairs = True
        width = 2 if in_pairs else 1
        parts += map(_sign, text[n : n + width])
        n += width
    return "".join(parts)


def _text(across: int, down: int, size: int, words: str, width: int) -> str:
    block = f"^FB{width - 2 * across},1,0,L"
    return f"^FO{across},{down}^A0N,{size},{size}{block}^FH_^FD{_escaped(words)}^FS"


def _sign(character: str) -> str:
    return GREATER if character == ">" else _escaped(character)


def _escaped(words: str) -> str:
    """Text that carries no commands of the printer: its signs are written by their code."""
    return "".join(f"_{ord(c):02X}" if c in "^~_\\" or ord(c) < 32 else c for c in words)
