"""Every event is told by somebody, and its sentence has the values it speaks of."""

from __future__ import annotations

import ast
import dataclasses
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import get_resolver
from django.utils.translation import override

from loomline.kernel.event import Event, registry
from loomline.kernel.state import TONES

SOURCE = Path(__file__).resolve().parents[2] / "src" / "loomline"
ICONS = set((Path(__file__).resolve().parents[2] / "web" / "icons.txt").read_text().split())


@pytest.fixture(autouse=True, scope="module")
def _loaded() -> None:
    get_resolver().url_patterns  # noqa: B018


def events() -> list[type[Event]]:
    return sorted(
        (e for e in registry.values() if e.__module__.startswith("loomline.domains.")), key=lambda e: e.name
    )


def _called() -> Iterator[str]:
    for path in [*(SOURCE / "domains").rglob("*.py"), *(SOURCE / "flows").rglob("*.py")]:
        if path.name == "events.py" or "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            elif isinstance(node, ast.Name | ast.Attribute):
                # A table of events by kind hands them to one place that emits them.
                yield node.id if isinstance(node, ast.Name) else node.attr


def test_every_event_has_an_emitter() -> None:
    told = set(_called())
    assert [e.name for e in events() if e.__name__ not in told] == []


def test_every_sentence_finds_its_values(subtests: pytest.Subtests) -> None:
    for event in events():
        with subtests.test(event=event.name), override("en"):
            fields = {f.name for f in dataclasses.fields(event)}
            wanted = {
                name.split(".")[0] for _t, name, _f, _c in string.Formatter().parse(str(event.says)) if name
            }
            assert wanted <= fields
            assert re.search(r"\w", str(event.says))
            assert event.icon in ICONS
            assert event.usual_tone in TONES


def test_every_event_is_about_records_that_exist(subtests: pytest.Subtests) -> None:
    kinds = {m._meta.label_lower for m in apps.get_models()}
    for event in events():
        with subtests.test(event=event.name):
            # An event about any kind of record says so itself.
            assert event.about or event.subjects is not Event.subjects
            assert set(event.about.values()) <= kinds
            assert set(event.about) <= {f.name for f in dataclasses.fields(event)}
