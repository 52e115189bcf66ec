"""Symbols as drawings."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from loomline.engines.gs1.elements import Element, bracketed


def gs1_128(elements: Sequence[Element]) -> str:
    """A GS1-128 symbol as SVG."""
    return _bars(bracketed(elements), symbology="GS1_128", mode="GS1")


def code_128(data: str) -> str:
    """A plain Code 128 symbol as SVG."""
    return _bars(data, symbology="CODE128", mode="UNICODE")


def _bars(data: str, *, symbology: str, mode: str) -> str:
    # The library is large and most processes never draw a symbol: it is loaded with the first one.
    zint = import_module("zint")
    symbol = zint.Symbol()
    symbol.symbology = zint.Symbology[symbology]
    symbol.input_mode = zint.InputMode[mode]
    symbol.show_text = False
    symbol.output_options = zint.OutputOptions.BARCODE_MEMORY_FILE | zint.OutputOptions.BARCODE_QUIET_ZONES
    symbol.outfile = "bars.svg"
    symbol.encode(data)
    symbol.print()
    return bytes(symbol.memfile).decode()
