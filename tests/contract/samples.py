"""What the filler cannot see in the fields of a model: values that its constraints ask for.

Each domain says its own in tests/domains/<name>/samples.py, by table: "sites_location": {"kind": "storage"}.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

DOMAINS = Path(__file__).resolve().parents[1] / "domains"


def _found() -> dict[str, dict[str, Any]]:
    known: dict[str, dict[str, Any]] = {}
    for file in sorted(DOMAINS.glob("*/samples.py")):
        known |= import_module(f"tests.domains.{file.parent.name}.samples").SAMPLES
    return known


SAMPLES = _found()
