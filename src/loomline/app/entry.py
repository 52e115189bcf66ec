"""The first step of the command `loomline`: checking a proof needs nothing but the standard library."""

from __future__ import annotations

import sys
from importlib import import_module


def main() -> int:
    """Run the words of the command line."""
    words = sys.argv[1:]
    if words[:1] == ["verify"]:
        return int(import_module("loomline.engines.merkle.verify").main(words[1:], prog="loomline verify"))
    return int(import_module("loomline.app.cli").main(words))
